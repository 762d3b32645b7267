"""Tables of both engines are, byte for byte, those that WASP2 printed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import REPOSITORY

SECONDS = 600
NOT_KNOWN_TO_PYTHON = {
    "109-variants-repeated-contig-line": "the rules for headers that WASP2's reader refuses",
    "115-variants-comma-samples": "lists of samples",
    "116-variants-sample-file": "files of samples",
    "125-bam-without-index": "a BAM without an index",
}


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """Return a program called wasp2-count that counts through the package."""
    path = tmp_path / "wasp2-count"
    script = Path(__file__).parent / "wasp2_count.py"
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{script}" "$@"\n')
    path.chmod(0o755)
    return path


def run_cases(program: Path, shared: Path, engine: str, *options: str) -> tuple[int, list[str]]:
    """Run the cases of the oracle; return how many passed, and which failed."""
    runner = REPOSITORY / "tests" / "end_to_end" / "run_oracle.py"
    command = [sys.executable, runner, "--program", program, "--shared", shared, *options]
    environment = os.environ | {"SPHEX_TEST_ENGINE": engine}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=SECONDS)
    summary = re.search(r"(\d+) passed, (\d+) failed", done.stdout)
    assert summary, done.stdout + done.stderr
    failed = re.findall(r"^FAIL.*$", done.stdout, re.MULTILINE)
    assert len(failed) == int(summary[2])
    return int(summary[1]), failed


def test_the_native_engine_gives_every_table(program: Path, shared: Path) -> None:
    n_passed, failed = run_cases(program, shared, "native")
    assert failed == []
    assert n_passed == 127


def test_the_python_engine_gives_the_tables_of_text_variants(program: Path, shared: Path) -> None:
    pytest.importorskip("pysam")
    n_passed, failed = run_cases(program, shared, "python", "--subset", "vcf-no-regions")
    assert {line.split()[1] for line in failed} == NOT_KNOWN_TO_PYTHON.keys()
    assert n_passed == 64
