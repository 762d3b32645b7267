"""What is measured of ours: same answers, whole runs, kernels, stages, index, cold files."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import inputs
import samples
from common import RELEASE, Command, Failed, Settings, run, say
from inputs import Input
from timing import race, ratios, spread

SPHEX = RELEASE / "sphex"
MODES: dict[str, list[str]] = {"native": [], "wasp2": ["--compat", "wasp2"]}
UNIT_BLOCKS = [1, 7, 1000]
MANY_THREADS = 8  # more than cores: units end in another order
# Where observations are many, the kernels do the work: all rows side by side
DENSE = ["mito", "panel"]
STAGES = {"wgs": "wasp2", "rna": "native", "mito": "native", "panel": "native"}


def count_command(mode: str, data: Input, *options: str | Path) -> Command:
    """Count all variants of an input."""
    return [SPHEX, "count", *MODES[mode], "-q", *options, data.bam, data.variants]


def rows() -> list[str]:
    """Name the rows of kernels that this CPU can run, slowest first."""
    lines = [line.split() for line in run([SPHEX, "cpu"]).decode().splitlines()]
    usable = [words[0] for words in lines if words[1:2] in (["usable"], ["usable:"])]
    return sorted(usable, key=["scalar", "neon", "avx2", "avx512"].index)


def knows_index() -> bool:
    """Tell whether this build reads indexes."""
    return b"--no-index" in run([SPHEX, "count", "--help"])


# ---------------------------------------------------------------- the same answer


def answers(name: str, settings: Settings) -> dict[str, Any]:
    """Count an input in every way, and stop where two tables differ."""
    data = inputs.make(name, settings)
    result = {mode: compare_ways(data, mode, ways()) for mode in MODES}
    if knows_index() and inputs.index(data):
        result["index"] = compare_index(data)
    say(f"{name}: one table in {' + '.join(f'{n} ways ({what})' for what, n in result.items())}")
    return result


def ways() -> list[list[str]]:
    """List the options that must not change a table; the first one is the plainest."""
    plainest = ["-@", "1", "--simd", "scalar"]
    by_row = [["-@", str(n), "--simd", row] for row in rows() for n in (1, 2)]
    by_unit = [["-@", "2", "--unit-blocks", str(n)] for n in UNIT_BLOCKS]
    return [plainest, *by_row[1:], ["-@", str(MANY_THREADS)], *by_unit]


def compare_ways(data: Input, mode: str, all_ways: list[list[str]]) -> int:
    """Run all ways and compare the tables; return how many there were."""
    expected = None
    for way in all_ways:
        found = table_digest(count_command(mode, data, *way))
        expected = expected or found
        if found != expected:
            raise Failed(f"{data.name}, {mode}: another table with {' '.join(way)}")
    return len(all_ways)


def compare_index(data: Input) -> int:
    """Compare tables of a few variants with and without the index."""
    few = data._replace(variants=inputs.sparse(data))
    for mode in MODES:
        compare_ways(few, mode, [["--no-index"], ["-@", "1"], ["-@", "2"], ["-@", str(MANY_THREADS)]])
    return 4 * len(MODES)


def table_digest(command: Command) -> str:
    """Name the table that a command writes."""
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "table"
        run([*command, "-o", table])
        return hashlib.sha256(table.read_bytes()).hexdigest()


# ---------------------------------------------------------------- whole runs


def whole_runs(name: str, settings: Settings) -> dict[str, Any]:
    """Time whole runs on an input beside the floor."""
    data = inputs.make(name, settings)
    tasks = ["floor"]
    for n in settings.threads:
        tasks += [f"{kind}@{n}" for kind in ("wasp2", "native", "decode", "htslib")]
    if name in DENSE:
        tasks += [f"native@1/{row}" for row in rows()]
    result: dict[str, Any] = {
        "what": inputs.KINDS[name].what,
        "bytes": data.n_bytes,
        "options": " ".join(inputs.options(name, settings)),
        "tasks": bench_run(data, settings, "-t", ",".join(tasks)),
    }
    print_tasks(f"{name}: {inputs.KINDS[name].what}, {data.n_bytes / 1e6:.0f} MB", result["tasks"])
    return result


def bench_run(data: Input, settings: Settings, *more: str) -> list[dict[str, Any]]:
    """Run bench_run."""
    command = [RELEASE / "bench_run", "-n", str(settings.n_runs), "--json", *more, data.bam, data.variants]
    tasks: list[dict[str, Any]] = json.loads(run(command))
    return tasks


def print_tasks(title: str, tasks: list[dict[str, Any]]) -> None:
    """Print a table; ratios are to the first task."""
    print(f"\n{title}")
    print(f"{'task':18} {'seconds':24} {'ratio to ' + tasks[0]['task']:24} {'million/s':>9} {'peak MB':>8}")
    for task in tasks:
        seconds = spread(task["seconds"])
        ratio = spread(ratios(task["seconds"], tasks[0]["seconds"]))
        speed = f"{task['n'] / seconds.median / 1e6:9.2f}" if is_of_records(task) else f"{'':9}"
        peak = task["peak_kbytes"] / 1024
        print(f"{task['task']:18} {seconds.text(3):24} {ratio.text(3):24} {speed} {peak:8.1f}")


def is_of_records(task: dict[str, Any]) -> bool:
    """Tell tasks that read records from those that read blocks or bytes."""
    return not task["task"].startswith(("floor", "read"))


# ---------------------------------------------------------------- parts of a run


def kernels(_: Settings) -> dict[str, Any]:
    """Time the kernels; the program's own table is the result."""
    text = run([RELEASE / "bench_kernels"]).decode()
    print(text)
    return {"text": text}


def stages(name: str, settings: Settings) -> dict[str, Any]:
    """Time the stages of a count, on dense inputs for every row."""
    data = inputs.make(name, settings)
    mode = STAGES[name]
    result = {}
    for row in rows() if name in DENSE else rows()[-1:]:
        command = [RELEASE / "bench_stages", "-n", str(settings.n_runs), "-m", mode, "--simd", row, "--json"]
        result[row] = json.loads(run([*command, data.bam, data.variants]))
        print_stages(f"{name}, {mode}, {row}: stages of one thread", result[row])
    return result


def print_stages(title: str, found: dict[str, Any]) -> None:
    """Print seconds and shares."""
    whole = spread(found["stages"]["whole"]).median
    print(f"\n{title}")
    for stage, seconds in found["stages"].items():
        s = spread(seconds)
        each = s.median / found["records"] * 1e9
        print(f"{stage:10} {s.text(4):28} {100 * s.median / whole:6.1f} % {each:9.1f} ns/record")


def sampled(settings: Settings) -> dict[str, samples.Shares] | None:
    """Sample whole counts of the genome, one thread, in both modes."""
    data = inputs.make("wgs", settings)
    commands = {mode: count_command(mode, data, "-@", "1", "-o", "/dev/null") for mode in MODES}
    found = samples.shares(commands, settings.n_runs)
    for mode, shares in (found or {}).items():
        print(f"\n{mode}, one thread: shares of the samples")
        for name, share in shares.items():
            print(f"{name:24} {100 * share:5.1f} %")
    return found


def lists(name: str, settings: Settings) -> dict[str, Any]:
    """Time reading a list of variants, in three formats, beside inflating it on one thread."""
    data = inputs.make(name, settings)
    sample = ["S1"] if name == "cohort" else []
    result = {}
    print(f"\n{name}: {inputs.LISTS[name].what}, read")
    for suffix, n in product(("vcf", "vcf.gz", "bcf"), settings.threads):
        path = data.bam.with_name(f"{name}.{suffix}")
        command = [RELEASE / "bench_variants", "-n", str(settings.n_runs), "-@", str(n), "--json", path, *sample]
        found = json.loads(run(command))
        result[f"{suffix}@{n}"] = found
        seconds, floor = found["read"]["seconds"], found["floor"]["seconds"]
        speed = found["inflated_bytes"] / spread(seconds).median / 1e9
        ratio = spread(ratios(seconds, floor))
        print(f"{suffix}@{n:<3} {spread(seconds).text(3):24} s {speed:6.2f} GB/s {ratio.text()} x floor")
    return result


def few_variants(settings: Settings) -> dict[str, Any] | None:
    """Time 100 variants spread over a file with its index and without."""
    data = inputs.make("wgs", settings)
    if not knows_index() or not inputs.index(data):
        say("SKIP index: this build reads none, or samtools is not here to make one")
        return None
    few = data._replace(variants=inputs.sparse(data))
    commands = {
        "with index": count_command("native", few, "-@", "1", "-o", "/dev/null"),
        "without": count_command("native", few, "-@", "1", "--no-index", "-o", "/dev/null"),
    }
    found = race(commands, settings.n_runs)
    for name, timing in found.items():
        print(f"100 variants, {name:10} {spread(timing.seconds).text(4)} s")
    return {name: timing._asdict() for name, timing in found.items()}


def cold(settings: Settings) -> dict[str, Any]:
    """Time a file that is not in the page cache, beside one that is and the disk's own time."""
    data = inputs.make("wgs", settings)
    tasks = bench_run(data, settings, "--cold")
    print_tasks("cold files: wgs", tasks)
    return {"bytes": data.n_bytes, "tasks": tasks}


PARTS: dict[str, Callable[[Settings], Any]] = {
    **{f"answers-{name}": partial(answers, name) for name in inputs.KINDS},
    **{f"count-{name}": partial(whole_runs, name) for name in inputs.KINDS},
    "kernels": kernels,
    **{f"stages-{name}": partial(stages, name) for name in STAGES},
    "samples": sampled,
    **{f"lists-{name}": partial(lists, name) for name in inputs.LISTS},
    "index": few_variants,
    "cold": cold,
}
