"""Programs side by side: in turn and back again, so that ratios hold while the machine's speed drifts."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from statistics import median
from typing import NamedTuple

from common import RELEASE, Command, Failed, show


class Spread(NamedTuple):
    """Smallest, middle and largest of some numbers."""

    least: float
    median: float
    most: float

    def text(self, digits: int = 2) -> str:
        """Write the middle, and the others in brackets."""
        return f"{self.median:.{digits}f} ({self.least:.{digits}f}..{self.most:.{digits}f})"


def spread(numbers: list[float]) -> Spread:
    """Sum up the runs of one thing."""
    return Spread(min(numbers), median(numbers), max(numbers))


def ratios(above: list[float], below: list[float]) -> list[float]:
    """Compare two things round by round."""
    return [a / b for a, b in zip(above, below, strict=True)]


class Timing(NamedTuple):
    """The runs of one command."""

    seconds: list[float]
    peak_kbytes: int


def measure(command: Command, folder: Path) -> tuple[float, int]:
    """Run a command; return its seconds and its peak memory. Its output goes nowhere."""
    answer = folder / "answer"
    words = folder / "words"
    with words.open("wb") as stderr:
        done = subprocess.run(
            [RELEASE / "measure", answer, *map(str, command)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            cwd=folder,
            check=False,
        )
    if done.returncode:
        tail = words.read_text(encoding="utf-8", errors="replace").strip()[-300:]
        raise Failed(f"{show(command)}: exit {done.returncode}: {tail}")
    seconds, peak, _ = answer.read_text(encoding="utf-8").split()
    return float(seconds), int(peak)


def race(commands: dict[str, Command], n_runs: int) -> dict[str, Timing]:
    """Run all commands once to warm the caches, then n_runs times in turn."""
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    peaks = dict.fromkeys(commands, 0)
    with tempfile.TemporaryDirectory() as folder:
        for number in range(-1, n_runs):
            for name in list(commands)[:: -1 if number % 2 else 1]:
                taken, peak = measure(commands[name], Path(folder))
                peaks[name] = max(peak, peaks[name])
                if number >= 0:
                    seconds[name].append(taken)
    return {name: Timing(seconds[name], peaks[name]) for name in commands}
