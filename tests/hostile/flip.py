#!/usr/bin/env python3
"""Damages every input of a count, again and again: the same table, or exit 1 and no table.

    flip.py [--runs 1000] [--seed 1] [--target NAME ...] [--worlds 4] [--first N]

A run damages one file by a few small changes (flip_runs.c). Beneath a checksum, or in an index,
another table is a defect. Where a damage can make another valid file, the oracle of the native
mode reads it, too, and must give that other table. Each hundredth run goes through the program
itself, which has to end with exit status 1, a message with a place, and nothing left behind.
A finding is printed with the command that shows it again, and kept in build/flips.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "native"))
import environment  # found through the line above

environment.ensure_pysam()
import oracle
import pysam
import worlds

from variants import RefusedError

# Attributes as they are written; what a reader makes of others is its own affair.
ATTRIBUTES = {
    "regions.gtf": re.compile(rb'( ?[a-z_]+ "[\w. ]*\w";)*'),
    "regions.gff3": re.compile(rb"[A-Za-z]+=\w([\w. ]*\w)?(;[A-Za-z]+=\w([\w. ]*\w)?)*"),
}
REPORTED = ("identical", "refused", "different", "by_index")
COUNT_RECORDS = ["samtools", "view", "-c"]
WASP2 = "wasp2-count"
WASP2_PYTHON = environment.REPOSITORY / "build" / "venv-python" / "bin" / "python"
COUNT_ALLELES = [WASP2, "count-variants", "-s", "S1", "-o", "wasp2.tsv"]
REGIONS_BY_INDEX = ["a:1000001-1500000", "a:2500001", "b", "none", "c:1-700000"]
OTHERS = {
    "bam-blocks": {
        "`samtools view -c`": [*COUNT_RECORDS, "in.bam"],
        "WASP2 1.5.0": [*COUNT_ALLELES, "in.bam", "in.vcf"],
    },
    **{
        target: {
            "`samtools view -c`, by regions": [*COUNT_RECORDS, bam, *REGIONS_BY_INDEX],
            "WASP2 1.5.0": [*COUNT_ALLELES, bam, "places.vcf"],
        }
        for target, bam in (("bai", "bai.bam"), ("csi", "csi.bam"), ("csi-content", "csi.bam"))
    },
}
KEPT = environment.REPOSITORY / "build" / "flips"
SAMPLE = 101  # each such run is looked at, whatever came out
MEMORY_MIB = 1024
TIMEOUT, PATIENCE = 120, 40
FATAL = {"died", "memory", "slow", "wordless", "table-in-spite-of"}


class Outcome(NamedTuple):
    """What the program made of one damaged file."""

    status: int
    table: bytes
    message: str
    left: list[str]


class Batch(NamedTuple):
    """Runs of one target with one way to count."""

    target: worlds.Target
    settings: dict[str, str]
    world: int
    first: int
    n_runs: int


class Report:
    """Adds up; prints findings."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.facts = environment.Facts()
        self.sums: dict[str, Counter[str]] = {}
        self.seconds: Counter[str] = Counter()

    def finding(self, batch: Batch, run: int, words: str, kept: Path | None) -> None:
        """Print a finding with what shows it again."""
        name = batch.target.name
        where = KEPT / f"{name}-{self.seed}-{batch.world}-{run}"
        where.mkdir(parents=True, exist_ok=True)
        if kept and kept.exists():
            shutil.copy(kept, where / batch.target.file)
        self.facts.check(f"{name} run {run}: {words}", False)
        command = f"{Path(__file__).name} --seed {self.seed} --target {name} --show {run}"
        print(f"    {command}   (world {batch.world}, {batch.settings}; kept in {where})")

    def print_sums(self) -> None:
        """Print one line a target."""
        for name, sums in self.sums.items():
            words = ", ".join(f"{n} {what.replace('_', ' ')}" for what, n in sums.items() if n)
            print(f"{name}: {words}; {self.seconds[name]:.0f} s")


# ------------------------------------------------------------------------------------- the runs


def engine() -> Path:
    """Find flip_runs beside the program, or where the tests are built."""
    beside = environment.program().parent / "flip_runs"
    return beside if beside.exists() else environment.REPOSITORY / "build" / "gcc" / "flip_runs"


def engine_command(batch: Batch, seed: int, keep: Path | None) -> list[str]:
    """Return the command of a batch."""
    target = batch.target
    memory = 0 if "san" in str(engine()) else MEMORY_MIB
    options = {"target": target.file, "seed": seed, "first": batch.first, "runs": batch.n_runs}
    options |= {"memory": memory, "text": int(target.text), "wrap": int(target.content)}
    options |= {"base": f"{target.file}.content"} if target.content else {}
    options |= {"keep": keep, "sample": SAMPLE} if keep else {}
    words = [f"{key}={value}" for key, value in options.items()]
    return [str(engine()), *words, "--", *(f"{k}={v}" for k, v in batch.settings.items())]


def run_batch(batch: Batch, folder: Path, report: Report) -> None:
    """Run a batch and judge what it kept."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(dir=folder.parent) as keep:
        ran = subprocess.run(
            engine_command(batch, report.seed, Path(keep)),
            cwd=folder,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        sums = report.sums.setdefault(batch.target.name, Counter())
        lines = ran.stdout.rstrip("\n").split("\n")
        if ran.returncode != 0 or not lines or not lines[-1].startswith("sums "):
            report.facts.check(f"{batch}: flip_runs: {ran.stderr}{ran.stdout[-500:]}", False)
            return
        for key, value in re.findall(r"(\w+)=(\d+)", lines[-1]):
            sums[key] += int(value) if key in REPORTED else 0
        for line in lines[:-1]:
            word, run, *detail = line.split(" ", 2)
            kept = Path(keep) / f"{run}.{batch.target.file}"
            words = judge(word, " ".join(detail), kept, folder, batch, sums)
            if words:
                report.finding(batch, int(run), words, kept)
        report.facts.n_passed += batch.n_runs
    report.seconds[batch.target.name] += time.monotonic() - began


# ------------------------------------------------------------------------------------- judging


def judge(
    word: str, detail: str, kept: Path, folder: Path, batch: Batch, sums: Counter[str]
) -> str:
    """Say what is wrong with a run, or nothing."""
    if word in FATAL:
        return f"{word}: {detail}"
    if word == "different" and not batch.target.judged:
        return "another table, exit 0"
    if batch.settings["mode"] != "native":
        return ""
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        for file in folder.iterdir():
            (Path(scratch) / file.name).symlink_to(file)
        (Path(scratch) / batch.target.file).unlink()
        shutil.copy(kept, Path(scratch) / batch.target.file)
        got = run_program(batch.settings, Path(scratch))
        sums["by the program"] += 1
        wrong = problem_of_refusal(got) if got.status else ""
        if wrong or not batch.target.judged or got.status:
            return wrong
        wrong = compare(got, batch.settings, Path(scratch), sums)
        if "the oracle cannot read" in wrong and word != "different":
            sums["beyond the oracle"] += 1  # the damage is where we do not look, and changed nothing
            return ""
        return wrong


def run_program(settings: dict[str, str], folder: Path) -> Outcome:
    """Count with the program into a file."""
    before = set(os.listdir(folder))
    ran = subprocess.run(
        [environment.program(), "count", "-q", "-o", "out.tsv", *worlds.arguments(settings)],
        cwd=folder,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=TIMEOUT,
        check=False,
    )
    table = folder / "out.tsv"
    written = table.read_bytes() if table.exists() else b""
    left = sorted(set(os.listdir(folder)) - before)
    return Outcome(ran.returncode, written, ran.stderr.decode(errors="replace"), left)


def problem_of_refusal(got: Outcome) -> str:
    """Say what is wrong with how the program refused."""
    if got.status != 1:
        return f"exit status {got.status}: {got.message}"
    if got.left:
        return f"refused, but left {got.left}"
    if got.message.count("\n") != 1 or ": " not in got.message:
        return f"refused without a message of one line: {got.message!r}"
    return ""


def compare(got: Outcome, settings: dict[str, str], folder: Path, sums: Counter[str]) -> str:
    """Compare a table with the oracle's."""
    os.chdir(folder)
    if settings["variants"].endswith(".bcf"):
        viewed = ["bcftools", "view", "-o", "viewed.vcf", settings["variants"]]
        ran = subprocess.run(viewed, capture_output=True, text=True, errors="replace", check=False)
        if ran.returncode != 0:
            return f"a table, but bcftools refuses: {ran.stderr}"
        settings = settings | {"variants": "viewed.vcf"}
    settings = {key: value for key, value in settings.items() if key != "threads"}
    try:
        expected = oracle.count(worlds.arguments(settings)).table
    except RefusedError as error:
        return f"a table, but the oracle refuses: {error}"
    except UnicodeDecodeError:  # a name of a read or contig, which the oracle shows as text
        sums["beyond the oracle"] += 1
        return ""
    except (ValueError, IndexError, OSError, OverflowError, MemoryError, KeyError) as error:
        if has_odd_attributes(folder, settings.get("regions", "")):
            sums["beyond the oracle"] += 1
            return ""
        return f"a table, but the oracle cannot read it: {error!r}"
    if expected == got.table:
        sums["as the oracle"] += 1
        return ""
    if has_odd_attributes(folder, settings.get("regions", "")):
        sums["beyond the oracle"] += 1
        return ""
    lines = zip(expected.splitlines(), got.table.splitlines())
    return "not the oracle's table: " + next(
        (f"{have!r}, expected {want!r}" for want, have in lines if want != have), "its length"
    )


def has_odd_attributes(folder: Path, name: str) -> bool:
    """Tell whether a file of genes has attributes that are written in no usual way."""
    usual = ATTRIBUTES.get(name)
    lines = (folder / name).read_bytes().split(b"\n") if usual else []
    cells = [line.split(b"\t") for line in lines if line and not line.startswith(b"#")]
    keys = [re.findall(rb"(?:^|;) ?(\w+)", row[-1]) for row in cells]
    odd = any(not usual or not usual.fullmatch(row[-1]) for row in cells)
    return odd or any(len(set(names)) < len(names) for names in keys)


# ------------------------------------------------------------------------------------- all of it


def batches(targets: list[worlds.Target], n_runs: int, n_worlds: int, first: int) -> list[Batch]:
    """Split the runs of each target evenly."""
    made = []
    for target in targets:
        ways = [(way, world) for world in range(n_worlds) for way in target.settings]
        at = first
        for i, (way, world) in enumerate(ways):
            n = n_runs * (i + 1) // len(ways) - n_runs * i // len(ways)
            made.append(Batch(target, way, world, at, n))
            at += n
    return made


def find_targets(names: list[str]) -> list[worlds.Target]:
    """Return the targets named, or all."""
    return [target for target in worlds.TARGETS if not names or target.name in names]


def prepare(number: int, folder: Path) -> Path:
    """Make a world."""
    world = folder / f"world{number}"
    world.mkdir()
    worlds.make_world(number, world)
    for target in worlds.TARGETS:
        if target.content:
            content = subprocess.run(
                ["gzip", "-dc", target.file], cwd=world, capture_output=True, check=True
            ).stdout
            (world / f"{target.file}.content").write_bytes(content)
    return world


def show(options: argparse.Namespace, made: list[Batch], folder: Path) -> int:
    """Print the changes of one run and what each of them does alone."""
    for batch in made:
        if batch.first <= options.show < batch.first + batch.n_runs:
            world = prepare(batch.world, folder)
            one = batch._replace(first=options.show, n_runs=1)
            command = engine_command(one, options.seed, None)
            for mask in (15, 1, 2, 4, 8):
                print(f"changes {mask:04b} (lowest bit first):", flush=True)
                subprocess.run([command[0], f"only={mask}", *command[1:]], cwd=world, check=False)
    return 0


def others(names: list[str], n_runs: int, seed: int, folder: Path) -> None:
    """Show what samtools and WASP2 make of files that are damaged as ours, as a table."""
    world = prepare(0, folder)
    print("| damaged | program | an error | the same result | another result, exit 0 | a crash | no end |")
    print("|---|---|---|---|---|---|---|")
    for name in names or OTHERS:
        ways = OTHERS[name]
        (target,) = find_targets([name])
        kept = folder / name
        kept.mkdir()
        batch = Batch(target, target.settings[0], 0, 0, n_runs)
        command = [*engine_command(batch, seed, kept)]
        command = ["sample=1" if word == f"sample={SAMPLE}" else word for word in command]
        ran = subprocess.run(command, cwd=world, capture_output=True, text=True, check=True)
        ours = Counter({key: int(n) for key, n in re.findall(r"(\w+)=(\d+)", ran.stdout.splitlines()[-1])})
        sums = {"Sphex": Counter({"error": ours["refused"], "same": ours["identical"], "other": ours["different"]})}
        for program, words in ways.items():
            sums[program] = what_it_makes_of(words, sorted(kept.iterdir()), target.file, world)
        for program, made in sums.items():
            cells = " | ".join(str(made[key]) for key in ("error", "same", "other", "crash", "no end"))
            print(f"| {target.file} | {program} | {cells} |", flush=True)


def what_it_makes_of(command: list[str], damaged: list[Path], name: str, world: Path) -> Counter[str]:
    """Compare another program's results of damaged files with that of the whole one."""
    whole = what_it_says(command, world)
    kept = (world / name).read_bytes()
    sums: Counter[str] = Counter()
    for file in damaged:
        shutil.copy(file, world / name)
        got = what_it_says(command, world)
        sums[got if isinstance(got, str) else "same" if got == whole else "other"] += 1
    (world / name).write_bytes(kept)
    return sums


def what_it_says(command: list[str], folder: Path) -> bytes | str:
    """Return the result of another program, or in a word why there is none."""
    table = folder / "wasp2.tsv"
    table.unlink(missing_ok=True)
    status, out = (wasp2 if command[0] == WASP2 else run_other)(command, folder)
    if status != 0:
        return "no end" if status is None else "crash" if status < 0 else "error"
    return table.read_bytes() if table.exists() else out


def run_other(command: list[str], folder: Path) -> tuple[int | None, bytes]:
    """Run a program; return its exit status, None if it does not end, and its output."""
    try:
        ran = subprocess.run(command, cwd=folder, capture_output=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return None, b""
    return ran.returncode, ran.stdout


def wasp2(command: list[str], folder: Path) -> tuple[int | None, bytes]:
    """Count with WASP2, which is kept running for it."""
    print(json.dumps([str(folder), PATIENCE, command[1:]]), file=wasp2_runs().stdin, flush=True)
    return json.loads(wasp2_runs().stdout.readline()), b""


@functools.cache
def wasp2_runs() -> subprocess.Popen[str]:
    """Start the process that runs WASP2; its answers come from file descriptor 3."""
    command = 'exec "$0" "$1" 3>&1 >/dev/null 2>&1'
    script = str(Path(__file__).with_name("wasp2_runs.py"))
    words = ["sh", "-c", command, str(WASP2_PYTHON), script]
    return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def main() -> int:
    """Run all targets."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--runs", type=int, default=1000, help="runs a target", metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, metavar="N")
    parser.add_argument("--worlds", type=int, default=4, metavar="N")
    parser.add_argument("--target", action="append", default=[], metavar="NAME")
    parser.add_argument("--show", type=int, metavar="RUN")
    parser.add_argument("--others", action="store_true", help="samtools and WASP2 instead of us")
    options = parser.parse_args()
    pysam.set_verbosity(0)
    report = Report(options.seed)
    made = batches(find_targets(options.target), options.runs, options.worlds, options.first)
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory) as scratch:
        if options.others:
            others(options.target, options.runs, options.seed, Path(scratch))
            return 0
        if options.show is not None:
            return show(options, made, Path(scratch))
        folders = [prepare(number, Path(scratch)) for number in range(options.worlds)]
        for batch in made:
            run_batch(batch, folders[batch.world], report)
        os.chdir("/")
    report.print_sums()
    return report.facts.close()


if __name__ == "__main__":
    sys.exit(main())
