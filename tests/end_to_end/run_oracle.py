#!/usr/bin/env python3
"""Runs a program over every case of the WASP2 oracle and compares exit status, bytes and files.

    run_oracle.py --program build/release/sphex [--shared DIR] [--subset vcf-no-regions] [--one-in N]

A case is run in each way that the program offers (modes, threads, kernel rows, the alias
`wasp2-count`). What a case asks for is read from its cmd.json and from ON_PURPOSE.tsv; where the
original gives no table although the input is valid, the table is in expected/ beside this file.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
OWN_TABLES = HERE / "expected"
TIMEOUT_SECONDS = 60
OLD_TABLE = b"an older table\n"
REGION_OPTIONS = {
    *("-r", "--region", "--regions", "--region_file", "--regions_file"),
    *("--vcf-bed", "--intersect-bed"),
}
TEXT_VARIANTS = (".vcf", ".vcf.gz", ".vcf.bgz")


@dataclass(frozen=True)
class Case:
    """One folder of the oracle; ``purpose`` is refuse, succeed, either or empty."""

    folder: Path
    args: list[str]  # without the subcommand word
    exit: int
    purpose: str
    temp: str | None
    stderr_has: str
    legacy: str | None  # same, differs, "fails: ..."; None: not offered there

    @property
    def name(self) -> str:
        """The folder's name, such as 001-worked-01."""
        return self.folder.name


@dataclass(frozen=True)
class Expectation:
    """What a run must end with: ``table`` with exit 0, or a failure when it is None."""

    table: bytes | None
    may_fail: bool = False
    stderr_has: str = ""
    kept_files: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Way:
    """One way to call the program, and the cases to call it for."""

    label: str
    mode: str
    command: list[str]
    refused_cases_only: bool = False


@dataclass(frozen=True)
class Outcome:
    """What a run left behind; ``status`` is None when it did not end."""

    status: int | None
    stdout: bytes
    stderr: str
    table: bytes | None
    kept_files: dict[str, bytes]
    other_files: set[str]


def main() -> int:
    """Run the cases, print what ran and passed, and return the exit status."""
    options = parse_options()
    shared = options.shared.resolve()
    oracle = shared / "oracle" / "wasp2"
    if not oracle.is_dir():
        print(
            f"SKIP: no oracle at {oracle}; set --shared to the folder that holds oracle/ and data/"
        )
        print("0 passed, 0 failed, 1 skipped")
        return 0
    cases = [case for case in load_cases(oracle) if chosen(case, options)]
    with tempfile.TemporaryDirectory() as scratch:
        ways = list_ways(options.program.resolve(), Path(scratch))
        return run_all(ways, cases, shared / "data", options)


def parse_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    program = REPOSITORY / "build" / "release" / "sphex"
    parser.add_argument("--program", type=Path, default=program, metavar="PATH")
    parser.add_argument("--shared", type=Path, default=REPOSITORY.parent / "shared", metavar="DIR")
    parser.add_argument("--subset", choices=["vcf-no-regions"], help="text VCF, no region file")
    parser.add_argument("--one-in", type=int, default=1, metavar="N", help="each way, one in N cases")
    parser.add_argument("--only", default="", metavar="TEXT", help="cases with TEXT in their name")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N")
    return parser.parse_args()


def load_cases(oracle: Path) -> list[Case]:
    """Read every case of the oracle, in order."""
    lines = (oracle / "ON_PURPOSE.tsv").read_text().splitlines()[1:]
    purposes = {name: purpose for name, purpose, _ in (line.split("\t") for line in lines)}
    folders = sorted(path.parent for path in oracle.glob("*/cmd.json"))
    unknown = purposes.keys() - {folder.name for folder in folders}
    if unknown:
        raise SystemExit(f"ON_PURPOSE.tsv names no case of the oracle: {sorted(unknown)}")
    return [load_case(folder, purposes.get(folder.name, "")) for folder in folders]


def load_case(folder: Path, purpose: str) -> Case:
    """Read one case."""
    command: dict[str, Any] = json.loads((folder / "cmd.json").read_text())
    return Case(
        folder=folder,
        args=command["args"][1:],
        exit=command["exit"],
        purpose=purpose,
        temp=command.get("temp"),
        stderr_has=command.get("stderr_has", ""),
        legacy=command.get("legacy"),
    )


def chosen(case: Case, options: argparse.Namespace) -> bool:
    """Tell whether the options ask for this case."""
    if options.subset and not (is_text_vcf(case) and REGION_OPTIONS.isdisjoint(case.args)):
        return False
    return options.only in case.name


def is_text_vcf(case: Case) -> bool:
    """Tell whether the variants (the second argument) come as text."""
    return case.args[1].endswith(TEXT_VARIANTS)


def list_ways(program: Path, scratch: Path) -> list[Way]:
    """List the ways to call ``program``; one that is itself called wasp2-count has only one."""
    if program.name == "wasp2-count":
        return [Way("count-variants", "wasp2", [str(program), "count-variants"])]
    alias = scratch / "wasp2-count"
    alias.symlink_to(program)
    settings = [[], ["-@", "1"], ["-@", "4"], *(["--simd", row] for row in usable_rows(program))]
    ways = []
    for mode in ("wasp2", "wasp2-legacy"):
        own = [str(program), "count", "--compat", mode]
        ways += [Way(" ".join(words) or "default", mode, [*own, *words]) for words in settings]
    refusing = [str(program), "count", "--compat", "wasp2", "--compat-exit"]
    return [
        *ways,
        Way("--compat-exit", "wasp2", refusing, refused_cases_only=True),
        Way("wasp2-count count-variants", "wasp2", [str(alias), "count-variants"]),
        Way("wasp2-count", "wasp2", [str(alias)]),
    ]


def usable_rows(program: Path) -> list[str]:
    """Ask the program which kernel rows this CPU can run: lines `ROW usable...`."""
    text = subprocess.run([program, "cpu"], capture_output=True, text=True, check=True).stdout
    rows = re.findall(r"^(\w+) +usable\b", text, re.MULTILINE)
    if not rows:
        raise SystemExit(f"`{program} cpu` lists no usable row")
    return rows


def run_all(ways: list[Way], cases: list[Case], data: Path, options: argparse.Namespace) -> int:
    """Run every case in every way, print the numbers and return the exit status."""
    passed = failed = skipped = 0
    with ThreadPoolExecutor(options.jobs) as pool:
        for number, way in enumerate(ways):
            turn = cases[number % options.one_in :: options.one_in]
            asked = [case for case in turn if expectation(case, way)]
            able = [case for case in asked if has_data(case, data)]
            problems = list(pool.map(problem, able, repeat(way), repeat(data)))
            n_failed = report(way, able, problems)
            for case in asked:
                if case not in able:
                    print(f"SKIP {case.name}: its data are not in {data}")
            passed += len(able) - n_failed
            failed += n_failed
            skipped += len(asked) - len(able)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


def report(way: Way, cases: list[Case], problems: list[str]) -> int:
    """Print what failed in one way; return how many."""
    failed = [(case.name, why) for case, why in zip(cases, problems, strict=True) if why]
    for name, why in failed:
        print(f"FAIL {name} [{way.mode}, {way.label}]: {why}")
    n_passed = len(cases) - len(failed)
    print(f"{way.mode:13} {way.label:27} ran {len(cases):3}, passed {n_passed:3}", flush=True)
    return len(failed)


def expectation(case: Case, way: Way) -> Expectation | None:
    """Say what a case must end with, or None when this way does not offer it."""
    if way.refused_cases_only:
        return compat_exit_expectation(case)
    if way.mode == "wasp2-legacy":
        return legacy_expectation(case)
    if case.purpose == "refuse":
        return Expectation(table=None)
    if case.purpose:
        return Expectation(own_table(case, "wasp2"), may_fail=case.purpose == "either")
    if case.exit != 0:
        return Expectation(table=None)
    table = (case.folder / "expected.tsv").read_bytes()
    return Expectation(table, False, case.stderr_has, files_in(case.folder / "expected_temp"))


def compat_exit_expectation(case: Case) -> Expectation | None:
    """Say what damaged input must end with: the original's table, and the damaged file named."""
    if case.purpose != "refuse":
        return None
    return Expectation((case.folder / "expected.tsv").read_bytes(), stderr_has="in.")


def legacy_expectation(case: Case) -> Expectation | None:
    """Say what the mode wasp2-legacy must end with; a table of ours where it dies for no reason."""
    if case.legacy is None:
        return None
    if case.legacy == "same":
        return Expectation((case.folder / "expected.tsv").read_bytes())
    if case.legacy == "differs":
        return Expectation((case.folder / "expected_legacy.tsv").read_bytes())
    cured = (OWN_TABLES / f"{case.name}.wasp2-legacy.tsv").exists()
    table = own_table(case, "wasp2-legacy") if cured else None
    return Expectation(table, may_fail=case.purpose == "either")


def own_table(case: Case, mode: str) -> bytes:
    """Read the table that the original does not give."""
    return (OWN_TABLES / f"{case.name}.{mode}.tsv").read_bytes()


def has_data(case: Case, data: Path) -> bool:
    """Tell whether the public files that a case names are there."""
    return all((data / arg[5:]).exists() for arg in case.args if arg.startswith("DATA/"))


def problem(case: Case, way: Way, data: Path) -> str:
    """Run one case one way; return what is wrong with the outcome, or an empty text."""
    expected = expectation(case, way)
    assert expected is not None
    with tempfile.TemporaryDirectory() as scratch:
        got = run_case(case, expected, way, data, Path(scratch) / "case")
    return next(differences(expected, got), "")


def run_case(case: Case, expected: Expectation, way: Way, data: Path, folder: Path) -> Outcome:
    """Run one case in a copy of its folder; an older table lies there if the run must fail."""
    shutil.copytree(case.folder, folder, ignore=shutil.ignore_patterns("expected*", "cmd.json"))
    kept = folder / (case.temp or "nothing-kept")
    if case.temp:
        kept.mkdir()
    table = folder / "out.tsv"
    if expected.table is None:
        table.write_bytes(OLD_TABLE)
    before = names_in(folder)
    args = [re.sub("^DATA", str(data), arg) for arg in case.args]
    status, stdout, stderr = call([*way.command, *args], folder)
    return Outcome(
        status=status,
        stdout=stdout,
        stderr=stderr,
        table=table.read_bytes() if table.exists() else None,
        kept_files=files_in(kept),
        other_files=names_in(folder) - before - {table.name},
    )


def call(command: list[str], folder: Path) -> tuple[int | None, bytes, str]:
    """Run a command: (exit status or None after the time limit, stdout, stderr)."""
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, check=False, timeout=TIMEOUT_SECONDS
        )
    except subprocess.TimeoutExpired:
        return None, b"", ""
    return done.returncode, done.stdout, done.stderr.decode(errors="replace")


def differences(expected: Expectation, got: Outcome) -> Iterator[str]:
    """Yield what is wrong with the outcome, the most telling first."""
    if got.status is None:
        yield f"did not end within {TIMEOUT_SECONDS} s"
    if got.stdout:
        yield f"wrote to stdout: {got.stdout[:80]!r}"
    if got.other_files:
        yield f"left files behind: {sorted(got.other_files)}"
    if expected.table is None or (expected.may_fail and got.status != 0):
        yield from failure_differences(expected, got)
        return
    if got.status != 0:
        yield f"exit {got.status}, not 0; stderr: {got.stderr.strip()[-200:]}"
    if got.table != expected.table:
        yield f"the table differs: {first_difference(expected.table, got.table)}"
    if got.kept_files != expected.kept_files:
        yield f"kept files differ: {kept_difference(expected.kept_files, got.kept_files)}"
    if expected.stderr_has not in got.stderr:
        yield f"stderr lacks {expected.stderr_has!r}: {got.stderr.strip()[-200:]!r}"


def failure_differences(expected: Expectation, got: Outcome) -> Iterator[str]:
    """Yield what is wrong with a run that had to fail: exit 1, a word on stderr, no new table."""
    if got.status != 1:
        yield f"exit {got.status}, not 1"
    if not got.stderr.strip():
        yield "failed without a word on stderr"
    if got.table != (OLD_TABLE if expected.table is None else None):
        yield "failed, and still wrote or removed the output file"


def first_difference(expected: bytes, got: bytes | None) -> str:
    """Show the first line that differs."""
    if got is None:
        return "there is no table"
    pairs = zip(lines_of(expected), lines_of(got), strict=False)
    for number, (wanted, found) in enumerate(pairs, 1):
        if wanted != found:
            return f"line {number}: {wanted!r} expected, got {found!r}"
    return "only in the end of the file"


def lines_of(text: bytes) -> list[bytes]:
    """Split text into lines, with one more line for the end."""
    return [*text.split(b"\n"), b"<end of file>"]


def kept_difference(expected: dict[str, bytes], got: dict[str, bytes]) -> str:
    """Name the kept files that differ, are missing or are too many."""
    names = sorted(expected.keys() | got.keys())
    return ", ".join(name for name in names if expected.get(name) != got.get(name))


def files_in(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder by name; a folder that does not exist has none."""
    return {path.name: path.read_bytes() for path in folder.glob("*")}


def names_in(folder: Path) -> set[str]:
    """Return the names in a folder, hidden ones included."""
    return {path.name for path in folder.iterdir()}


if __name__ == "__main__":
    sys.exit(main())
