"""What a check finds around itself: pysam, the program, the shared data; and its closing numbers.

Imports nothing that a bare machine lacks, so that `ensure_pysam` can be called first.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

REPOSITORY = Path(__file__).resolve().parents[2]
ENVIRONMENT = REPOSITORY / "build" / "venv"
TIMEOUT_SECONDS = 300


class Facts:
    """Counts what was proved."""

    def __init__(self) -> None:
        self.n_passed = self.n_failed = self.n_skipped = 0

    def check(self, words: str, holds: bool) -> bool:
        """Count a fact; name one that does not hold; return whether it does."""
        self.n_passed += holds
        self.n_failed += not holds
        if not holds:
            print(f"FAIL {words}", flush=True)
        return holds

    def skip(self, words: str) -> None:
        """Count something that could not be tried."""
        self.n_skipped += 1
        print(f"SKIP {words}", flush=True)

    def close(self) -> int:
        """Print the numbers and return the exit status."""
        print(f"{self.n_passed} passed, {self.n_failed} failed, {self.n_skipped} skipped")
        return 1 if self.n_failed else 0


def program() -> Path:
    """Return the program to check."""
    given = os.environ.get("SPHEX")
    return Path(given).resolve() if given else REPOSITORY / "build" / "release" / "sphex"


def shared() -> Path:
    """Return the folder of shared data."""
    return Path(os.environ.get("SHARED") or REPOSITORY.parent / "shared").resolve()


def is_quick() -> bool:
    """Tell whether the run is to be short."""
    return bool(os.environ.get("QUICK"))


def one_in(n: int) -> int:
    """Return the step of a loop over cases of which a short run has one in n."""
    return n if is_quick() else 1


def skip_all(words: str) -> NoReturn:
    """End a check that cannot run here."""
    facts = Facts()
    facts.skip(words)
    sys.exit(facts.close())


def ensure_pysam() -> None:
    """Start over in an environment that has pysam, unless this one does."""
    try:
        import pysam  # noqa: F401, PLC0415 (perhaps not there)
    except ImportError:
        python = ENVIRONMENT / "bin" / "python"
        if Path(sys.prefix) == ENVIRONMENT or not make_environment(python):
            skip_all(f"{Path(sys.argv[0]).name}: please install pysam, or python3-venv and pip")
        os.execv(python, [str(python), *sys.argv])


def make_environment(python: Path) -> bool:
    """Make a virtual environment with pysam; one check at a time."""
    ENVIRONMENT.parent.mkdir(exist_ok=True)
    with ENVIRONMENT.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if succeeds([str(python), "-c", "import pysam"]):
            return True
        make = [sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)]
        return succeeds(make) and succeeds([str(python), "-m", "pip", "install", "-q", "pysam"])


def succeeds(command: list[str]) -> bool:
    """Run a command for its exit status."""
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def run_program(args: list[str], folder: Path) -> subprocess.CompletedProcess[bytes]:
    """Run `sphex count` in a folder."""
    return subprocess.run(
        [str(program()), "count", "-q", *args],
        cwd=folder,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
