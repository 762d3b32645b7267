"""Writes what was measured into bench/RESULTS.md, bench/plots/ and README.md.

Only results of the programs at hand and of one scale are used. Text outside of the markers is left as it is.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from common import RELEASE, ROOT, Failed, Settings, kept, run, say
from inputs import KINDS, LISTS
from parts import PARTS
from peers import PEERS
from plot import Bar, Chart, svg
from timing import ratios, spread

PLOTS = ROOT / "bench/plots"
BEGIN, END = "<!-- measured by ./dev bench: begin -->", "<!-- measured by ./dev bench: end -->"
Results = dict[str, Any]
Lines = list[str]


def write(settings: Settings) -> int:
    """Write all that there is; name what is missing."""
    names = [*PARTS, *(f"peer-{name}" for name in PEERS)]
    results = {name: kept(name, settings) for name in names}
    missing = [name for name, result in results.items() if result is None]
    results = {name: result for name, result in results.items() if result is not None}
    if not any(name.startswith("count-") for name in results):
        raise Failed(f"nothing was measured with these programs at scale {settings.scale:g}; run ./dev bench first")
    if missing:
        say(f"not measured with these programs: {', '.join(missing)}")
    PLOTS.mkdir(exist_ok=True)
    replace(ROOT / "bench/RESULTS.md", sections(results, settings))
    replace(ROOT / "README.md", short_table(results))
    return 0


def replace(path: Path, lines: Lines) -> None:
    """Put lines between the markers of a file."""
    old = path.read_text(encoding="utf-8")
    if old.count(BEGIN) != 1 or old.count(END) != 1:
        raise Failed(f"{path.name} has not one pair of markers: {BEGIN}")
    before, rest = old.split(BEGIN)
    after = rest.split(END)[1]
    text = "\n".join([BEGIN, "", *lines, "", END])
    path.write_text(before + text + after, encoding="utf-8")
    say(f"wrote {path.relative_to(ROOT)}")


def sections(results: Results, settings: Settings) -> Lines:
    """Make all sections of RESULTS.md."""
    return [
        *machine(settings),
        *whole_runs(results),
        *dense_rows(results),
        *same_answers(results),
        *peers_table(results),
        *stages(results),
        *samples(results),
        *lists(results),
        *few_variants(results),
        *cold(results),
        *kernels(results),
        *inputs_table(results),
    ]


def table(head: Lines, rows: list[Lines], n_left: int = 1) -> Lines:
    """Lay out a table; the first n_left columns are text, the others numbers."""
    marks = ["---"] * n_left + ["---:"] * (len(head) - n_left)
    return ["", *("| " + " | ".join(row) + " |" for row in [head, marks, *rows]), ""]


def plot(name: str, chart: Chart) -> Lines:
    """Write a chart; return the line that shows it."""
    if not chart.bars:
        return []
    (PLOTS / f"{name}.svg").write_text(svg(chart), encoding="utf-8")
    return ["", f"![{chart.title}](plots/{name}.svg)", ""]


def with_spread(numbers: list[float], digits: int = 2) -> str:
    """Write min / median / max."""
    s = spread(numbers)
    return f"{s.least:.{digits}f} / {s.median:.{digits}f} / {s.most:.{digits}f}"


# ---------------------------------------------------------------- the machine


def machine(settings: Settings) -> Lines:
    """Say where, with what and how."""
    n_cpus = len(os.sched_getaffinity(0))
    size = "--full" if settings.scale == 1 else f"--scale {settings.scale:g}"
    facts = [cpu(), f"{n_cpus} cores", f"{memory_gb():.0f} GB", compiler(), libdeflate(), f"sphex {revision()}"]
    return [
        "## Measured",
        "",
        ", ".join(fact for fact in facts if fact) + "; warm page cache unless said otherwise. Commands:",
        "",
        f"    ./dev bench {size}",
        f"    ./dev bench {size} --peers",
        f"    ./dev bench {size} --report",
        "",
        "All that is compared runs in turn and back again (A B C C B A ...), each run in a process of its own; a ratio",
        "is formed within each round, and its median is given with (smallest..largest). Seconds: min / median / max.",
    ]


def cpu() -> str:
    """Name the CPU as the system does."""
    info = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.*)", info.read_text(encoding="utf-8")) if info.exists() else None
    rows = [line.split()[0] for line in run([RELEASE / "sphex", "cpu"]).decode().splitlines() if "chosen" in line]
    return f"{found[1] if found else 'CPU without a name'} (row {', '.join(rows)})"


def memory_gb() -> float:
    """Memory of the machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def compiler() -> str:
    """Name the compiler that built the programs."""
    cache = (RELEASE / "CMakeCache.txt").read_text(encoding="utf-8")
    path = re.search(r"^CMAKE_C_COMPILER:\w+=(.*)$", cache, re.M)
    return run([path[1], "--version"]).decode().splitlines()[0] if path else ""


def libdeflate() -> str:
    """Version of the library that inflates."""
    try:
        return "libdeflate " + run(["pkg-config", "--modversion", "libdeflate"]).decode().strip()
    except (Failed, OSError):
        return ""


def revision() -> str:
    """Version, and commit if there is one."""
    version = run([RELEASE / "sphex", "--version"]).decode().split()[-1]
    try:
        return f"{version} ({run(['git', '-C', ROOT, 'rev-parse', '--short', 'HEAD']).decode().strip()})"
    except (Failed, OSError):
        return version


# ---------------------------------------------------------------- whole runs


def tasks_of(results: Results, name: str) -> dict[str, Any]:
    """Tasks of an input by name."""
    return {task["task"]: task for task in results.get(f"count-{name}", {"tasks": []})["tasks"]}


def ratio_of(tasks: dict[str, Any], above: str, below: str) -> list[float] | None:
    """Ratios of two tasks, None where one is missing."""
    if above not in tasks or below not in tasks:
        return None
    return ratios(tasks[above]["seconds"], tasks[below]["seconds"])


def cell(numbers: list[float] | None) -> str:
    """Write a ratio with its spread."""
    return spread(numbers).text() if numbers else "-"


def whole_runs(results: Results) -> Lines:
    """Compare whole runs with the floor, and two threads with one."""
    once, twice, bars = [], [], []
    for name in KINDS:
        tasks = tasks_of(results, name)
        if not tasks:
            continue
        times_floor = [ratio_of(tasks, f"{kind}@1", "floor") for kind in ("wasp2", "native", "decode", "htslib")]
        speedups = [ratio_of(tasks, f"{kind}@1", f"{kind}@2") for kind in ("wasp2", "native", "decode", "htslib")]
        size = f"{results[f'count-{name}']['bytes'] / 1e6:.0f}"
        floor = with_spread(tasks["floor"]["seconds"], 3)
        once.append([name, size, floor, *map(cell, times_floor)])
        twice.append([name, *map(cell, speedups)])
        for colour, kind in enumerate(("native@1", "wasp2@1", "native@2", "wasp2@2")):
            found = ratio_of(tasks, kind, "floor")
            if found:
                bars.append(Bar(name if colour == 0 else "", spread(found), colour))
    legend = ["native, 1 thread", "wasp2, 1 thread", "native, 2 threads", "wasp2, 2 threads"]
    chart = Chart("Whole runs in times of the floor", "x", bars, legend, mark=1, log=True)
    return [
        "",
        "### Whole runs",
        "",
        "The floor is reading the BAM, inflating each block and checking its CRC32 with the same libdeflate, and",
        "nothing else, on one thread. `native` and `wasp2` are whole counts from start to table; `decode` hands out",
        "all records through `sphex.h`, `htslib` through `sam_read1()`. One thread, times the floor:",
        *table(["input", "MB", "floor, s", "wasp2", "native", "decode", "htslib"], once),
        *plot("whole_runs", chart),
        "Two threads, times as fast as one:",
        *table(["input", "wasp2", "native", "decode", "htslib"], twice),
        *details("All tasks", all_tasks(results)),
    ]


def all_tasks(results: Results) -> Lines:
    """List every task of every input."""
    rows = []
    for name in KINDS:
        tasks = tasks_of(results, name)
        for task in tasks.values():
            of_records = task["task"] != "floor"
            speed = f"{task['n'] / spread(task['seconds']).median / 1e6:.2f}" if of_records else ""
            ratio = cell(ratios(task["seconds"], tasks["floor"]["seconds"]))
            peak = f"{task['peak_kbytes'] / 1024:.1f}"
            rows.append([name, task["task"], with_spread(task["seconds"], 3), ratio, speed, peak])
    return table(["input", "task@threads", "seconds", "times the floor", "million reads/s", "peak MB"], rows, 2)


def details(title: str, lines: Lines) -> Lines:
    """Fold lines away."""
    return ["", "<details>", f"<summary>{title}</summary>", *lines, "</details>", ""]


def dense_rows(results: Results) -> Lines:
    """Compare rows of kernels where variants stand at every position."""
    rows = []
    for name in KINDS:
        tasks = tasks_of(results, name)
        for task in tasks:
            if "/" in task:
                row = task.split("/")[1]
                faster = ratio_of(tasks, "native@1/scalar", task)
                rows.append([name, row, cell(ratio_of(tasks, task, "floor")), cell(faster)])
    if not rows:
        return []
    head = ["input", "row", "times the floor", "times as fast as scalar"]
    return ["", "### Variants at every position, native, one thread", *table(head, rows, 2)]


def same_answers(results: Results) -> Lines:
    """Say on what the tables were compared."""
    found = {name.split("-", 1)[1]: result for name, result in results.items() if name.startswith("answers-")}
    if not found:
        return []
    kinds = list(next(iter(found.values())))
    rows = [[name, *(str(result.get(kind, "-")) for kind in kinds)] for name, result in found.items()]
    return [
        "",
        "### One answer",
        "",
        "Ways to count (rows of kernels, 1 to 8 threads, units of 1 to 1000 blocks, with and without index) that gave",
        "the same bytes as scalar kernels on one thread, checked before anything is timed:",
        *table(["input", *kinds], rows),
    ]


# ---------------------------------------------------------------- other programs


def peers_table(results: Results) -> Lines:
    """Compare with the other programs."""
    rows, commands, bars = [], [], []
    for name in PEERS:
        result = results.get(f"peer-{name}")
        if not result:
            continue
        if "skipped" in result:
            rows.append([name, "", f"skipped: {result['skipped']}", *[""] * 8])
            continue
        for found in result["races"]:
            rows.append(peer_row(name, result, found))
            commands.append(f"    {found['theirs']['command']}")
            commands.append(f"    {found['ours']['command']}")
        label = f"{name} {result['version']}"
        for n, found in enumerate(result["races"]):
            ratio = spread(ratios(found["theirs"]["seconds"], found["ours"]["seconds"]))
            bars.append(Bar("" if n else label, ratio, found["threads"] - 1))
    if not rows:
        return []
    head = ["program", "version", "what, and what was compared first", "threads", "seconds", "million reads/s"]
    head += ["peak MB", "sphex, s", "million reads/s", "peak MB", "theirs / ours"]
    legend = ["1 thread", "2 threads"]
    chart = Chart("Other programs, in times of our seconds for the same job", "x", bars, legend, mark=1, log=True)
    return [
        "",
        "### Other programs",
        "",
        "On input `wgs`. Theirs and ours, with the same number of threads and the rules that both have, run in turn.",
        *table(head, rows, 3),
        *plot("peers", chart),
        *details("Commands", ["", *commands, ""]),
    ]


def peer_row(name: str, result: dict[str, Any], found: dict[str, Any]) -> Lines:
    """Make a line of the table."""
    cells = []
    for who in ("theirs", "ours"):
        seconds = found[who]["seconds"]
        speed = result["n_records"] / spread(seconds).median / 1e6
        cells += [with_spread(seconds), f"{speed:.2f}", f"{found[who]['peak_kbytes'] / 1024:.1f}"]
    ratio = spread(ratios(found["theirs"]["seconds"], found["ours"]["seconds"])).text()
    what = f"{result['does']}; {result['checked']}"
    return [name, result["version"], what, str(found["threads"]), *cells, ratio]


# ---------------------------------------------------------------- parts of a run


def stages(results: Results) -> Lines:
    """Show what stages cost."""
    lines: Lines = []
    for name, result in results.items():
        if not name.startswith("stages-"):
            continue
        data = name.split("-", 1)[1]
        for row, found in result.items():
            whole = spread(found["stages"]["whole"]).median
            title = f"{data}, {found['mode']}, {row}"
            rows = [
                [stage, with_spread(seconds, 4), f"{100 * spread(seconds).median / whole:.1f} %"]
                for stage, seconds in found["stages"].items()
            ]
            best = row == list(result)[-1]
            shown = [*table([title, "seconds", "of the whole"], rows), *serial_part(found["stages"])]
            lines += [*shown, *stage_plot(data, title, found)] if best else details(title, shown)
    if not lines:
        return []
    words = ["", "### Stages, one thread", "", "What a pass with one stage more takes longer (bench/bench_stages.c):"]
    return [*words, *lines]


def serial_part(stages: dict[str, list[float]]) -> Lines:
    """Say how many threads can be busy, when hop and commit are one thread's at a time."""
    shares = ratios([hop + commit for hop, commit in zip(stages["hop"], stages["commit"])], stages["whole"])
    share = spread(shares).median
    words = f"hop and commit, {100 * share:.1f} % of the whole, are done by one thread at a time"
    return ["", f"{words}: they bind at {1 / share:.0f} threads."]


def stage_plot(data: str, title: str, found: dict[str, Any]) -> Lines:
    """Plot shares of the whole."""
    whole = spread(found["stages"]["whole"]).median
    bars = []
    for stage, seconds in found["stages"].items():
        shares = [max(0.0, 100 * s / whole) for s in seconds]
        if stage not in ("whole", "commit"):
            bars.append(Bar(stage, spread(shares)))
    return plot(f"stages_{data}", Chart(f"Stages in % of the whole: {title}", "%", bars, []))


def samples(results: Results) -> Lines:
    """Show where the time of whole runs goes, by samples."""
    found = results.get("samples")
    if not found:
        return []
    names = sorted({name for shares in found.values() for name in shares}, key=lambda n: -largest_share(found, n))
    rows = [
        [name, *(f"{100 * shares[name]:.1f} %" if name in shares else "" for shares in found.values())]
        for name in names
    ]
    words = ["", "### Samples of whole runs on `wgs`, one thread", "", "By function of ours, or by library (perf):"]
    return [*words, *table(["", *found], rows)]


def largest_share(found: Results, name: str) -> float:
    """Largest share of a name in any of the commands."""
    return max(float(shares.get(name, 0)) for shares in found.values())


def lists(results: Results) -> Lines:
    """Show how fast lists of variants are read."""
    rows = []
    for name, kind in LISTS.items():
        for task, found in results.get(f"lists-{name}", {}).items():
            seconds = found["read"]["seconds"]
            speed = f"{found['inflated_bytes'] / spread(seconds).median / 1e9:.2f}"
            peak = f"{found['read']['peak_kbytes'] / 1024:.1f}"
            above = (found["read"]["peak_kbytes"] - found["floor"]["peak_kbytes"]) * 1024
            each = f"{above / found['kept']:.1f}" if found["kept"] else "-"
            ratio = cell(ratios(seconds, found["floor"]["seconds"]))
            rows.append([kind.what, task, f"{found['lines']:,}", with_spread(seconds, 3), speed, ratio, peak, each])
    if not rows:
        return []
    head = [
        "list",
        "format@threads",
        "lines",
        "seconds",
        "GB/s of text",
        "times inflating it",
        "peak MB",
        "bytes per kept line",
    ]
    return ["", "### Lists of variants", "", "Inflating them is done by one thread.", *table(head, rows, 2)]


def few_variants(results: Results) -> Lines:
    """Show what an index is good for."""
    found = results.get("index")
    if not found:
        return []
    rows = [
        [name, with_spread(timing["seconds"], 4), f"{timing['peak_kbytes'] / 1024:.1f}"]
        for name, timing in found.items()
    ]
    return ["", "### 100 variants spread over `wgs`", *table(["", "seconds", "peak MB"], rows)]


def cold(results: Results) -> Lines:
    """Show what a cold file costs."""
    found = results.get("cold")
    if not found:
        return []
    tasks = {task["task"]: task for task in found["tasks"]}
    disk = spread(tasks["read:cold"]["seconds"]).median
    rows = [[name, with_spread(task["seconds"], 3)] for name, task in tasks.items()]
    for kind in ("floor", "wasp2"):
        both = zip(tasks[f"{kind}:cold"]["seconds"], tasks[kind]["seconds"], strict=True)
        rows.append([f"{kind}: cold - warm", with_spread([a - b for a, b in both], 3)])
    return [
        "",
        "### Cold files",
        "",
        f"`wgs` with its pages dropped before each run; the disk alone gives {found['bytes'] / disk / 1e6:.0f} MB/s.",
        *table(["task", "seconds"], rows),
    ]


def kernels(results: Results) -> Lines:
    """Show the table of bench_kernels."""
    found = results.get("kernels")
    if not found:
        return []
    lines = found["text"].strip().splitlines()[1:]
    return ["", "### Kernels", "", *(f"    {line}".rstrip() for line in lines if line), ""]


def inputs_table(results: Results) -> Lines:
    """Say what the inputs are."""
    rows = []
    for name, kind in KINDS.items():
        result = results.get(f"count-{name}")
        if result:
            n = next(task["n"] for task in result["tasks"] if task["task"] != "floor")
            size = f"{result['bytes'] / 1e6:.0f}"
            rows.append([name, kind.what, f"`make_input {result['options']}`", size, f"{n:,}"])
    return ["", "### Inputs", *table(["input", "what", "made by", "MB", "records"], rows, 3)]


# ---------------------------------------------------------------- README


def short_table(results: Results) -> Lines:
    """Make the table of the README: ratios only."""
    rows = []
    for name in PEERS:
        result = results.get(f"peer-{name}")
        if not result or "skipped" in result:
            continue
        by_threads = {found["threads"]: found for found in result["races"]}
        cells = [peer_ratio(by_threads.get(n)) for n in (1, 2)]
        rows.append([f"{name} {result['version']}", result["does"], *cells])
    floors = []
    for name, kind in KINDS.items():
        tasks = tasks_of(results, name)
        if tasks:
            cells = [cell(ratio_of(tasks, f"native@{n}", "floor")) for n in (1, 2)]
            cells += [cell(ratio_of(tasks, f"wasp2@{n}", "floor")) for n in (1, 2)]
            floors.append([kind.what, *cells])
    lines = [f"{cpu()}, {len(os.sched_getaffinity(0))} cores; medians of ratios (smallest..largest)."]
    if rows:
        n_records = next(r["n_records"] for r in results.values() if isinstance(r, dict) and "n_records" in r)
        lines += ["", f"Seconds of other programs in times of ours, {n_records / 1e6:.1f} million reads of a genome:"]
        lines += table(["program", "what", "1 thread", "2 threads"], rows, 2)
    lines += ["Whole counts in times of the floor of one thread:"]
    head = ["input", "native, 1 thread", "2 threads", "`--compat wasp2`, 1 thread", "2 threads"]
    return [*lines, *table(head, floors)]


def peer_ratio(found: dict[str, Any] | None) -> str:
    """Write theirs / ours."""
    return cell(ratios(found["theirs"]["seconds"], found["ours"]["seconds"])) if found else "-"
