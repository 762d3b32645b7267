"""The benchmark suite: ./dev bench says what it takes."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import guard
import peers
import report
from common import Failed, Settings, keep, kept, say
from parts import PARTS

DEFAULT_SCALE = 0.125
Part = Callable[[Settings], Any]


def main() -> int:
    """Run what was asked for."""
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    asked = parse()
    settings = Settings(1 if asked.full else asked.scale, asked.runs, asked.resume, threads())
    try:
        if asked.guard:
            return guard.compare(asked.guard, settings, asked.bound)
        if asked.report:
            return report.write(settings)
        if asked.peers is not None:
            return run_parts(peers.parts(asked.peers.split(",") if asked.peers else []), settings)
        return run_parts(chosen(asked.only), settings)
    except Failed as failure:
        print(f"bench: {failure}", file=sys.stderr)
        return 1


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="./dev bench", description="Measures Sphex, alone or beside other programs.")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--scale", type=float, default=DEFAULT_SCALE, help="size of the inputs (%(default)s)")
    size.add_argument("--full", action="store_true", help="scale 1: 8 million reads and 113,642 variants as wgs")
    parser.add_argument("--runs", type=int, default=5, help="runs of each (%(default)s)")
    parser.add_argument(
        "--only", metavar="PART,...", help="some of answers, count, kernels, stages, samples, lists, index, cold"
    )
    parser.add_argument("--resume", action="store_true", help="keep what was measured with these programs and inputs")
    parser.add_argument(
        "--peers", nargs="?", const="", metavar="NAME,...", help="other programs beside ours: " + ", ".join(peers.NAMES)
    )
    parser.add_argument("--guard", metavar="REVISION", help="compare this build with an older one; fails when slower")
    parser.add_argument("--bound", type=float, default=1.03, help="largest ratio that --guard accepts (%(default)s)")
    parser.add_argument("--report", action="store_true", help="write results into bench/RESULTS.md and README.md")
    return parser.parse_args()


def chosen(only: str | None) -> dict[str, Part]:
    """Choose among the parts: "count" stands for count-wgs and all its like."""
    words = only.split(",") if only else list(PARTS)
    names = [name for name in PARTS if name in words or name.split("-")[0] in words]
    if not names:
        raise Failed(f"no part is called {only}; there are {', '.join(PARTS)}")
    return {name: PARTS[name] for name in names}


def threads() -> list[int]:
    """One thread, and two where this process may use two CPUs."""
    return [1, 2] if len(os.sched_getaffinity(0)) > 1 else [1]


def run_parts(parts: dict[str, Part], settings: Settings) -> int:
    """Run the parts one after the other; each keeps its result. After another answer nothing is worth timing."""
    failed = []
    for name, part in parts.items():
        if settings.resume and kept(name, settings) is not None:
            say(f"{name}: kept")
            continue
        began = time.monotonic()
        try:
            keep(name, settings, part(settings))
        except Failed as failure:
            if name.startswith("answers"):
                raise
            say(f"{name}: {failure}")
            failed.append(name)
        say(f"{name}: {time.monotonic() - began:.0f} s")
    if failed:
        say(f"failed: {', '.join(failed)}")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
