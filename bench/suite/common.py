"""Folders, commands, and the results that are kept between runs."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
RELEASE = ROOT / "build/release"
WORK = ROOT / "build/bench"


Command = Sequence[object]  # words and paths


class Settings(NamedTuple):
    """What a run of the suite was asked for."""

    scale: float  # of the inputs; 1 is full size
    n_runs: int
    resume: bool  # keep results of the same programs and inputs
    threads: list[int]  # thread counts to measure


class Failed(Exception):
    """A command did not do what it should; the text says which."""


def say(text: str) -> None:
    """Tell how far we are."""
    print(f"bench: {text}", file=sys.stderr, flush=True)


def run(command: Command, **more: Any) -> bytes:
    """Run a command to its end and return its output."""
    done: subprocess.CompletedProcess[bytes] = subprocess.run(
        list(map(str, command)), capture_output=True, check=False, **more
    )
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip()[-500:]
        raise Failed(f"{show(command)}: exit {done.returncode}: {words}")
    return done.stdout


def show(command: Command) -> str:
    """Write a command for people: without this machine's folders."""
    words = " ".join(map(str, command)).replace(os.environ["PATH"], "$PATH")
    return words.replace(f"{RELEASE}/", "").replace(f"{WORK}/", "").replace(f"{ROOT}/", "")


def find(program: str) -> str | None:
    """Look for a program, first among those that the suite has built."""
    return shutil.which(program, path=f"{WORK / 'peers/bin'}{os.pathsep}{os.environ.get('PATH', '')}")


def digest(paths: list[Path]) -> str:
    """Name the content of some files."""
    sums = hashlib.sha256()
    for path in paths:
        sums.update(path.read_bytes())
    return sums.hexdigest()[:16]


def identity(settings: Settings) -> dict[str, Any]:
    """Say what a result belongs to: programs and inputs. Results of other ones do not mix with it."""
    return {
        "programs": digest(
            [RELEASE / name for name in ("sphex", "bench_run", "bench_stages", "bench_kernels", "bench_variants")]
        ),
        "scale": settings.scale,
    }


def result_path(name: str, settings: Settings) -> Path:
    """Say where a result is kept."""
    return WORK / f"results-{settings.scale:g}" / f"{name}.json"


def kept(name: str, settings: Settings) -> Any | None:
    """Return the result of an earlier run, if it is of the same programs and inputs."""
    path = result_path(name, settings)
    if not path.exists():
        return None
    result = json.loads(path.read_text(encoding="utf-8"))
    return result["data"] if result["identity"] == identity(settings) else None


def keep(name: str, settings: Settings, data: Any) -> None:
    """Keep a result for the report, and for a run that is resumed; None is not kept."""
    if data is None:
        return
    path = result_path(name, settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"identity": identity(settings), "data": data}, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
