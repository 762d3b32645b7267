"""Runs the original WASP2 for flip.py, each count in a process forked off this one: its start takes seconds.

In: lines of standard input, JSON lists: folder, seconds to wait, arguments after `wasp2-count`.
Out: a line for each, the exit status; -1 when the count did not end in time.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "differential"))
import original  # found through the line above


def run(folder: str, seconds: float, args: list[str]) -> int:
    """Count in a process of its own, which is ended when it takes too long."""
    child = os.fork()
    if child == 0:
        os._exit(original.run(args, Path(folder)).exit != 0)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pid, how = os.waitpid(child, os.WNOHANG)
        if pid:
            return abs(os.waitstatus_to_exitcode(how))
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return -1


for line in sys.stdin:
    status = run(*json.loads(line))
    os.write(3, f"{status}\n".encode())
