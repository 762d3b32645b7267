"""What the policy checks share: the files of the project, the build, and the last line."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("SPHEX_BUILD", "build/release")
NOT_OURS = {"build", "dist", "__pycache__"}


def files(folder: str = ".", suffixes: str = "") -> Iterator[Path]:
    """List the files below a folder, relative to the root; build products and caches are left out."""
    for top, folders, names in os.walk(ROOT / folder):
        hidden = {name for name in folders if name.startswith(".") and name != ".ci"}
        folders[:] = sorted(set(folders) - NOT_OURS - hidden)
        for name in sorted(names):
            if not suffixes or name.endswith(tuple(suffixes.split())):
                yield (Path(top) / name).relative_to(ROOT)


def code(path: Path) -> list[str]:
    """Read the lines of a C file with its comments blanked out."""
    text = (ROOT / path).read_text(encoding="utf-8")
    blank = re.sub(r"/\*.*?\*/|//[^\n]*", lambda m: "\n" * m[0].count("\n"), text, flags=re.S)
    return blank.split("\n")


def finish(problems: dict[str, list[str]]) -> int:
    """Print what was found, fact by fact, and the last line; return the exit status."""
    for fact, found in problems.items():
        for problem in found:
            print(f"FAIL {fact}: {problem}")
    n_failed = sum(bool(found) for found in problems.values())
    print(f"{len(problems) - n_failed} passed, {n_failed} failed, 0 skipped")
    return 1 if n_failed else 0
