"""Is this build slower than an older one? Both run in turn on this machine, and ratios are compared round by round."""

from __future__ import annotations

import json
import os
from math import comb
from pathlib import Path
from typing import Any, NamedTuple

import inputs
from common import RELEASE, ROOT, WORK, Settings, find, run, say
from parts import MODES
from timing import race, ratios, spread

LEAST_ROUNDS = 9  # fewer cannot tell a change from noise
WHOLE = [("wgs", "wasp2", 1), ("wgs", "wasp2", 2), ("wgs", "native", 1), ("rna", "native", 1), ("atac", "native", 1)]
WHOLE += [("amplicon", "native", 1), ("mito", "native", 1), ("long", "native", 1)]
STAGES = [("wgs", "wasp2"), ("wgs", "native"), ("mito", "native")]


class Change(NamedTuple):
    """Ratios of the new build to the old one, and what is certain of their median."""

    ratios: list[float]
    low: float  # the median is above it, and below `high`, with a probability of 95 % or more
    high: float

    def is_worse_than(self, bound: float) -> bool:
        """Tell whether the median is over the bound, and surely over 1."""
        return spread(self.ratios).median > bound and self.low > 1


def compare(revision: str, settings: Settings, bound: float) -> int:
    """Compare the build at hand with a revision; return 1 when it is slower."""
    old = build(revision)
    settings = settings._replace(n_runs=max(settings.n_runs, LEAST_ROUNDS))
    failed = compare_whole(old, settings, bound) + compare_stages(old, settings, bound)
    print(f"{failed} of the ratios are above {bound}" if failed else f"no ratio is above {bound} beyond noise")
    return failed > 0


def build(revision: str) -> Path:
    """Build a revision in a folder of its own; return where its programs are."""
    name = run(["git", "-C", ROOT, "rev-parse", "--short=12", f"{revision}^{{commit}}"]).decode().strip()
    source = WORK / f"guard-{name}"
    if not (source / "built").exists():
        say(f"building {revision} ({name})")
        files = run(["git", "-C", ROOT, "archive", name])
        source.mkdir(parents=True, exist_ok=True)
        run(["tar", "-x", "-C", source], input=files)
        environment = {**os.environ, **({"CMAKE_GENERATOR": "Ninja"} if find("ninja") else {})}
        run(["cmake", "--preset", "release"], cwd=source, env=environment)
        jobs = os.environ.get("JOBS") or str(os.cpu_count())
        run(["cmake", "--build", "build/release", "-j", jobs], cwd=source)
        (source / "built").touch()
    return source / "build/release"


def compare_whole(old: Path, settings: Settings, bound: float) -> int:
    """Compare whole runs; return how many are slower."""
    failed = 0
    print(f"{'whole runs':28} new / old, median (min..max)   95 % of the median")
    for name, mode, n_threads in WHOLE:
        if n_threads not in settings.threads:
            continue
        data = inputs.make(name, settings)
        words = ["count", *MODES[mode], "-q", "-@", str(n_threads), "-o", "/dev/null", data.bam, data.variants]
        found = race({"old": [old / "sphex", *words], "new": [RELEASE / "sphex", *words]}, settings.n_runs)
        change = change_of(found["new"].seconds, found["old"].seconds)
        failed += show(f"{name} {mode} @{n_threads}", change, change.is_worse_than(bound))
    return failed


def compare_stages(old: Path, settings: Settings, bound: float) -> int:
    """Compare stages; return how many are slower.

    A stage is a difference of passes and may be near 0, so its ratio says nothing: what is shown is the whole
    run's ratio if nothing but this stage had changed.
    """
    if not (old / "bench_stages").exists():
        say("SKIP stages: that revision has no bench_stages")
        return 0
    failed = 0
    for name, mode in STAGES:
        print(f"stages of {name} {mode}: the whole run, had only they changed")
        data = inputs.make(name, settings)
        rounds = [one_round(old, n % 2 == 1, ["-m", mode, data.bam, data.variants]) for n in range(settings.n_runs)]
        for stage in rounds[0][0]:
            wholes = [of_old["whole"] for of_old, _ in rounds]
            changed = [of_old["whole"] + new[stage] - of_old[stage] for of_old, new in rounds]
            change = change_of(changed, wholes)
            failed += show(f"  {stage}", change, change.is_worse_than(bound))
    return failed


def one_round(old: Path, new_first: bool, words: list[Any]) -> tuple[dict[str, float], dict[str, float]]:
    """Run bench_stages of both builds once."""
    found = {}
    for folder in (RELEASE, old) if new_first else (old, RELEASE):
        stages = json.loads(run([folder / "bench_stages", "-n", "1", "--json", *words]))["stages"]
        found[folder] = {stage: seconds[0] for stage, seconds in stages.items()}
    return found[old], found[RELEASE]


def change_of(new: list[float], old: list[float]) -> Change:
    """Compare round by round. The interval of the median is that of the sign test."""
    found = sorted(ratios(new, old))
    n = len(found)
    k = 0
    while k + 1 < n / 2 and 2 * sum(comb(n, i) for i in range(k + 2)) <= 0.05 * 2**n:
        k += 1
    return Change(found, found[k], found[n - 1 - k])


def show(name: str, change: Change, failed: bool) -> bool:
    """Print a line."""
    words = f"{spread(change.ratios).text(3):30} {change.low:.3f}..{change.high:.3f}"
    print(f"{name:28} {words}{'   SLOWER' if failed else ''}")
    return failed
