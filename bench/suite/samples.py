"""Where a command's time goes, by samples of perf: a share for each function of ours, and for each library."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from pathlib import Path

from common import Command, Failed, find, run, say

HERTZ = 4999
LEAST_SHARE = 0.002  # smaller ones are summed up
LINE = re.compile(r"\s*[\d.]+%\s+(\d+)\s+(\S+)\s+\[(.)\] (\S+)")
Shares = dict[str, float]


def shares(commands: dict[str, Command], n_runs: int) -> dict[str, Shares] | None:
    """Sample each command n_runs times; None where perf is missing or not allowed."""
    perf = find("perf")
    if not perf:
        say("SKIP samples: perf is not here")
        return None
    found: dict[str, Counter[str]] = {name: Counter() for name in commands}
    try:
        for name, command in commands.items():
            run(command)  # so that its files are in the cache
            for _ in range(n_runs):
                found[name] += sample(perf, command)
    except Failed as failure:
        say(f"SKIP samples: {failure}")
        return None
    return {name: divide(counts) for name, counts in found.items()}


def sample(perf: str, command: Command) -> Counter[str]:
    """Count the samples of one run by function, those of libraries and of the system by their name."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "perf.data"
        run([perf, "record", "-q", "-e", "cpu-clock", "-F", HERTZ, "-o", data, *command])
        report = run([perf, "report", "-i", data, "--stdio", "-n", "-s", "dso,symbol"]).decode(errors="replace")
    found: Counter[str] = Counter()
    for line in report.splitlines():
        match = LINE.match(line)
        if match:
            number, home, kind, symbol = match.groups()
            ours = symbol.split(".")[0] if home == "sphex" else home
            found["the system" if kind == "k" else ours] += int(number)
    if not found:
        raise Failed("perf has no samples")
    return found


def divide(counts: Counter[str]) -> Shares:
    """Divide by the sum, largest first."""
    n = sum(counts.values())
    large = {name: count / n for name, count in counts.most_common() if count >= LEAST_SHARE * n}
    return {**large, "all others": 1 - sum(large.values())}
