"""Runs the program and the oracle on the same arguments and says how they differ.

In: a folder with inputs, arguments. Out: a difference in words, or nothing; `save` keeps a folder
that shows it again.
"""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path
from typing import NamedTuple

import accounting
import oracle
from environment import REPOSITORY, run_program

from variants import RefusedError

KEPT = REPOSITORY / "build" / "native"


class Expectation(NamedTuple):
    """What a run must end with; ``problem`` is what is wrong with the oracle itself."""

    status: int
    table: bytes
    message: str = ""
    problem: str = ""


class Verdict(NamedTuple):
    """How the comparison ended; ``problem`` is empty when all agree."""

    problem: str
    status: int
    n_rows: int


def compare(args: list[str], ways: list[list[str]], folder: Path, label: str) -> Verdict:
    """Compare the program, called in each of the ways, with the oracle."""
    os.chdir(folder)
    expected = expect(args)
    problem = expected.problem
    for way in ways:
        got = run_program([*way, *args], folder)
        problem = problem or difference(expected, got.returncode, got.stdout)
        if problem:
            save(label, folder, [*way, *args], expected, got.stdout + got.stderr)
            problem += f" (see {KEPT / label})"
            break
    return Verdict(problem, expected.status, max(expected.table.count(b"\n") - 1, 0))


def expect(args: list[str]) -> Expectation:
    """Say what the oracle expects, and check that its rows add up."""
    try:
        result = oracle.count(args)
    except RefusedError as error:
        return Expectation(error.status, b"", str(error))
    lost = accounting.problem(args, result.places, result.table)
    return Expectation(0, result.table, problem=f"oracle: {lost}" if lost else "")


def difference(expected: Expectation, status: int, table: bytes) -> str:
    """Say how a run differs from what was expected."""
    if status != expected.status:
        return f"exit status {status}, expected {expected.status} {expected.message}"
    for number, (want, have) in enumerate(
        zip(expected.table.splitlines(), table.splitlines()), start=1
    ):
        if want != have:
            return f"line {number}: {have!r}, expected {want!r}"
    if table != expected.table:
        return f"{len(table)} bytes, expected {len(expected.table)}"
    return ""


def save(label: str, folder: Path, args: list[str], expected: Expectation, got: bytes) -> None:
    """Keep the inputs, the command and both outcomes."""
    kept = KEPT / label
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(folder, kept)
    (kept / "expected.tsv").write_bytes(expected.table)
    (kept / "got.tsv").write_bytes(got)
    (kept / "command.txt").write_text(f"sphex count {shlex.join(args)}\n")
