"""Runs the original WASP2 for flip.py, each count in a process forked off this one: its start takes seconds.

In: lines of standard input, JSON lists: folder, seconds to wait, arguments after `wasp2-count`.
Out: a line for each, the exit status, negative after a signal; null when the count did not end in time.
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


def run(folder: str, seconds: float, args: list[str]) -> int | None:
    """Count in a process of its own, which is ended when it takes too long."""
    child = os.fork()
    if child == 0:
        os._exit(original.run(args, Path(folder)).exit != 0)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pid, how = os.waitpid(child, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(how)
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


for line in sys.stdin:
    os.write(3, f"{json.dumps(run(*json.loads(line)))}\n".encode())
