"""What the tests share: the fixtures of the repository, small BAMs made on the spot, scripts."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

import sphex

REPOSITORY = Path(__file__).resolve().parents[2]
SHARED = REPOSITORY.parent / "shared"
sys.path.insert(0, str(REPOSITORY / "tests" / "differential"))

from bamfile import Record, bam_text, bgzf  # noqa: E402 (of the differential tests)

SNP = ("chr1", 100, "A", "G")
CONTIGS = [("chr1", 1000), ("chr2", 1000)]
SCRIPT_SECONDS = 60

MakeBam = Callable[..., str]
RunScript = Callable[..., str]


class Demo(NamedTuple):
    """A BAM with its variants."""

    bam: str
    vcf: str


def pytest_report_header() -> str:
    engine = "native" if sphex.NATIVE_AVAILABLE else "Python engine only"
    return f"sphex {sphex.__version__} ({engine}) from {Path(sphex.__file__).parent}"


@pytest.fixture(scope="session")
def demo() -> Demo:
    """Return the demo of the repository: 5332 records, 300 variants, samples S1 to S3."""
    folder = REPOSITORY / "fixtures"
    return Demo(str(folder / "demo.bam"), str(folder / "demo.vcf.gz"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder with the oracle, which only the project's own machines have."""
    if not (SHARED / "oracle").is_dir():
        pytest.skip(f"no oracle at {SHARED}")
    return SHARED


def read(name: str, base: str, quality: int = 30) -> Record:
    """Make a record of ten bases that shows ``base`` at chr1:100."""
    cigar, seq = [("M", 10)], f"AAAAA{base}AAAA"
    return Record(name, 0, 0, 94, 60, cigar, seq, bytes([quality]) * len(seq))


@pytest.fixture
def make_bam(tmp_path: Path) -> MakeBam:
    """Return a function that writes records to a BAM without an index."""

    def make(*records: Record) -> str:
        path = tmp_path / "in.bam"
        path.write_bytes(bgzf(bam_text(CONTIGS, "", list(records)), random.Random(1), 1000))
        return str(path)

    return make


@pytest.fixture
def run_script() -> RunScript:
    """Return a function that runs Python text in a process of its own and returns its output."""

    def run(script: str, *arguments: str) -> str:
        command = [sys.executable, "-X", "faulthandler", "-c", script, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=SCRIPT_SECONDS)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
