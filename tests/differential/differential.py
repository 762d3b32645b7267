#!/usr/bin/env python3
"""Counts random cases with the original wasp2-count and with ours, and compares everything.

    differential.py --program build/release/sphex --minutes 10
    differential.py --cases 500                 (no program: the original against the Python engine)

Needs the original (the wheel in shared/oracle/wasp2 and what its README names), bcftools and
bedtools. Each case comes from the seed and its number alone. Every difference is saved as a folder
with the inputs, both outcomes and a command that shows it again.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tests" / "end_to_end"))
from run_oracle import first_difference, usable_rows  # noqa: E402 (found through the line above)

CHUNK = 25  # cases that a worker makes at a time
WORKER_LIFE = 20  # chunks; the original's tables of names grow with every case
TIMEOUT_SECONDS = 60
MODES = ["wasp2", "wasp2-legacy"]
LOST_READS = "[WARN] Skipped"
N_COUNT_COLUMNS = 3


class Plan(NamedTuple):
    """What every worker needs to know."""

    seed: str
    modes: list[str]
    program: Path | None
    alias: Path | None  # the program under the name wasp2-count
    rows: list[str]  # kernel rows that this CPU can run
    keep: Path


class Outcome(NamedTuple):
    """How one run ended; ``kept`` are the files left by -t."""

    exit: int
    table: bytes | None
    kept: dict[str, bytes]
    stderr: str


class Expectation(NamedTuple):
    """What ours must end with; with ``may_refuse`` exit 1 is fine, too.

    ``dies`` says that the original died on valid input without a table to compare with: ours must
    then end with a table.
    """

    outcome: Outcome
    why: str
    may_refuse: bool = False
    dies: bool = False


class Verdict(NamedTuple):
    """The end of one case: its kind for the statistics, and what was wrong, if anything."""

    kind: str
    n_rows: int
    problem: str


def main() -> int:
    """Run cases until the time or the number is reached; report; return the exit status."""
    options = parse_options()
    if not original_is_here():
        print("SKIP: the original is not installed here; shared/oracle/wasp2/README.md says how")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        plan = make_plan(options, Path(scratch))
        numbers = iter(range(options.first, options.first + options.cases))
        deadline = time.monotonic() + 60 * options.minutes
        return report(run_chunks(plan, numbers, deadline, options.jobs), options)


def parse_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--program", type=Path, metavar="PATH", help="ours")
    parser.add_argument("--minutes", type=float, default=10.0, help="stop after (default 10)")
    parser.add_argument("--cases", type=int, default=10**9, metavar="N", help="stop after N cases")
    parser.add_argument("--first", type=int, default=0, metavar="N", help="number of first case")
    parser.add_argument("--seed", default=time.strftime("%Y%m%d"), help="default: today")
    parser.add_argument("--mode", choices=MODES, help="default: both")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N")
    keep = REPOSITORY / "build" / "differential"
    parser.add_argument("--keep", type=Path, default=keep, metavar="DIR", help="for differences")
    return parser.parse_args()


def original_is_here() -> bool:
    """Tell whether the original and the tools that it calls can be used."""
    try:
        import original  # noqa: F401 (heavy, and perhaps not there)
    except ImportError as error:
        print(f"{type(error).__name__}: {error}")
        return False
    return all(shutil.which(tool) for tool in ("bcftools", "bedtools"))


def make_plan(options: argparse.Namespace, scratch: Path) -> Plan:
    """Find out how the program can be called."""
    modes = [options.mode] if options.mode else ["wasp2", *MODES]
    if options.program is None:
        return Plan(options.seed, modes, None, None, [], options.keep)
    program = options.program.resolve()
    alias = scratch / "wasp2-count"
    alias.symlink_to(program)
    return Plan(options.seed, modes, program, alias, usable_rows(program), options.keep)


def run_chunks(
    plan: Plan, numbers: Iterator[int], deadline: float, n_jobs: int
) -> Iterator[tuple[int, Verdict]]:
    """Run chunks of cases in worker processes; yield each case's number and verdict."""
    waiting: set[Future[list[tuple[int, Verdict]]]] = set()
    context = get_context("spawn")  # the original's threads do not survive a fork
    with ProcessPoolExecutor(n_jobs, context, max_tasks_per_child=WORKER_LIFE) as pool:
        while True:
            while len(waiting) < 2 * n_jobs and time.monotonic() < deadline:
                chunk = list(islice(numbers, CHUNK))
                if not chunk:
                    break
                waiting.add(pool.submit(run_chunk, plan, chunk))
            if not waiting:
                return
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                yield from future.result()


def report(verdicts: Iterator[tuple[int, Verdict]], options: argparse.Namespace) -> int:
    """Print the differences as they come and the numbers at the end."""
    kinds: Counter[str] = Counter()
    n_rows = n_failed = 0
    for number, verdict in verdicts:
        kinds[verdict.kind] += 1
        n_rows += verdict.n_rows
        if verdict.problem:
            n_failed += 1
            print(f"DIFFERENCE in case {options.seed}-{number}: {verdict.problem}", flush=True)
    for kind, n in kinds.most_common():
        print(f"{n:7}  {kind}")
    n_cases = kinds.total()
    print(f"{n_cases} random cases (seed {options.seed}), {n_rows} rows compared")
    print(f"{n_cases - n_failed} passed, {n_failed} failed, 0 skipped")
    return 1 if n_failed or not n_cases else 0


# ------------------------------------------------------------------------------ in the workers


def run_chunk(plan: Plan, numbers: list[int]) -> list[tuple[int, Verdict]]:
    """Run some cases."""
    return [(number, run_case(plan, number)) for number in numbers]


def run_case(plan: Plan, number: int) -> Verdict:
    """Make one case, run it in every program, compare, and save it if there is a difference."""
    import cases  # needs what only a full installation has

    label = f"{plan.seed}-{number}"
    rng = random.Random(label)
    with tempfile.TemporaryDirectory() as scratch:
        inputs = Path(scratch) / "inputs"
        inputs.mkdir()
        case = cases.make_case(rng, inputs, plan.modes)
        expected, problem = expect(case, inputs)
        command = our_command(plan, case, rng)
        got = run_ours(command, inputs) if command and not problem else None
        if got:
            problem = difference(expected, got)
        if problem:
            save(plan.keep / label, inputs, command or ["wasp2-count", *case.args], expected, got)
        n_rows = count_rows(expected.outcome.table)
        return Verdict(f"{case.mode}: {expected.why}", n_rows, problem)


def expect(case: Any, inputs: Path) -> tuple[Expectation, str]:
    """Say what a case must end with, and what is wrong with the Python engine, if anything."""
    if case.mode == "wasp2-legacy":
        return expect_legacy(case, inputs), ""
    original = run_original(case, inputs, "original")
    repaired = run_original(case, inputs, "repaired")
    if case.damaged or case.foreign:
        return expect_of_lossy_input(case, original, repaired), ""
    if original.exit == 0:
        differs = original.table != repaired.table or original.kept != repaired.kept
        problem = "the Python engine differs from the original" if differs else ""
        unread = no_contig_known(case, original.table)
        return Expectation(original, "table", may_refuse=unread), problem
    if repaired.exit == 0:
        return Expectation(repaired, "table where the original dies on valid input"), ""
    dies = "wrong number of fields while tokenizing" in original.stderr  # ODD-23, both values missing
    return Expectation(original, "refused", dies=dies), ""


def expect_legacy(case: Any, inputs: Path) -> Expectation:
    """Say what mode wasp2-legacy must end with."""
    outcome = run_original(case, inputs, "legacy")
    if "seek not implemented" in outcome.stderr:  # a BAM without records: pysam cannot go to them
        return Expectation(outcome, "table where the original dies on valid input", dies=True)
    unread = case.damaged or case.foreign or no_contig_known(case, outcome.table)
    return Expectation(outcome, "table" if outcome.exit == 0 else "refused", may_refuse=unread)


def expect_of_lossy_input(case: Any, original: Outcome, repaired: Outcome) -> Expectation:
    """Ours refuses where the original loses reads, be it all for another spelling of the contigs.

    Damage that the original did not come across may be refused or not.
    """
    misspelled = case.respelled and original.exit == 0 and count_rows(original.table)
    lost = LOST_READS in original.stderr or misspelled
    if lost:
        refused = Outcome(1, None, {}, "")
        return Expectation(refused, "refused where the original loses data")
    outcome = original if original.exit == 0 else repaired
    return Expectation(outcome, "damaged or foreign", may_refuse=True)


def no_contig_known(case: Any, table: bytes | None) -> bool:
    """Tell whether a table has rows, but none on a contig of the BAM."""
    contigs = {row.split(b"\t", 1)[0].decode() for row in (table or b"").splitlines()[1:]}
    return bool(contigs) and contigs.isdisjoint(case.contigs)


def count_rows(table: bytes | None) -> int:
    """Count the rows below the header line."""
    return max((table or b"").count(b"\n") - 1, 0)


def run_original(case: Any, inputs: Path, how: str) -> Outcome:
    """Run the original inside this process."""
    import original  # heavy: only once in each worker

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "case"
        shutil.copytree(inputs, folder)
        result = original.run(["count-variants", *case.args], folder, how)
        return outcome_in(folder, result.exit, result.stderr + result.error)


def our_command(plan: Plan, case: Any, rng: random.Random) -> list[str]:
    """Choose one of the ways to call our program; empty without a program."""
    if plan.program is None:
        return []
    if case.mode == "wasp2" and rng.random() < 0.3:
        return [str(plan.alias), *rng.choice((["count-variants"], [])), *case.args]
    threads = rng.choice(([], ["-@", "1"], ["-@", "2"], ["-@", "4"], ["--threads", "8"]))
    row = rng.choice(([], ["--simd", rng.choice(plan.rows)]))
    units = rng.choice(([], [], ["--unit-blocks", "1"], ["--unit-blocks", "3"]))
    own = [str(plan.program), "count", "--compat", case.mode]
    return [*own, *threads, *row, *units, *case.args]


def run_ours(command: list[str], inputs: Path) -> Outcome:
    """Run our program in a copy of the inputs."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "case"
        shutil.copytree(inputs, folder)
        try:
            done = subprocess.run(
                command, cwd=folder, capture_output=True, check=False, timeout=TIMEOUT_SECONDS
            )
        except subprocess.TimeoutExpired:
            return outcome_in(folder, 124, "did not end in time")
        stdout = f"stdout: {done.stdout!r}" if done.stdout else ""
        return outcome_in(folder, done.returncode, done.stderr.decode(errors="replace") + stdout)


def outcome_in(folder: Path, status: int, stderr: str) -> Outcome:
    """Collect what a run left in its folder."""
    table, kept = folder / "out.tsv", folder / "kept"
    return Outcome(
        exit=status,
        table=table.read_bytes() if table.exists() else None,
        kept={path.name: path.read_bytes() for path in kept.glob("*")} if status == 0 else {},
        stderr=stderr,
    )


def difference(expected: Expectation, got: Outcome) -> str:
    """Say in one line how our outcome differs, or return an empty text."""
    wanted = expected.outcome
    words = " ".join(got.stderr.split())[-200:]
    if expected.dies:
        return "" if got.exit == 0 and got.table else f"exit {got.exit}, no table; stderr: {words}"
    if got.exit == 1 and expected.may_refuse:
        return "" if got.table is None else "refused, but wrote a table"
    if got.exit != wanted.exit:
        return f"exit {got.exit}, not {wanted.exit} ({expected.why}); stderr: {words}"
    if "stdout: " in got.stderr:
        return f"wrote to stdout: {words}"
    if wanted.table is None and got.table is not None:
        return "wrote a table without being asked"
    if wanted.table is not None and got.table != wanted.table:
        return f"the table differs: {first_difference(wanted.table, got.table)}"
    names = [n for n in wanted.kept.keys() | got.kept if wanted.kept.get(n) != got.kept.get(n)]
    return f"kept files differ: {sorted(names)}" if names else ""


def save(
    folder: Path, inputs: Path, command: list[str], expected: Expectation, got: Outcome | None
) -> None:
    """Save a case that differs so that it can be run again."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(inputs, folder / "inputs")
    for name, outcome in (("expected", expected.outcome), ("got", got)):
        if outcome is None:
            continue
        place = folder / name
        place.mkdir()
        (place / "exit").write_text(f"{outcome.exit}\n")
        (place / "stderr").write_text(outcome.stderr)
        if outcome.table is not None:
            (place / "out.tsv").write_bytes(outcome.table)
        for kept_name, text in outcome.kept.items():
            (place / kept_name).write_bytes(text)
    (folder / "why.json").write_text(json.dumps({"expected": expected.why, "command": command}))
    script = f'#!/bin/sh\ncd "$(dirname "$0")/inputs" && exec {shlex.join(command)}\n'
    (folder / "again.sh").write_text(script)


if __name__ == "__main__":
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    sys.exit(main())
