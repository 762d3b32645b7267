"""A count leaves the rest of the program alone: the GIL, Ctrl-C, progress, threads, fork."""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from conftest import REPOSITORY, Demo, MakeBam, RunScript, read

import sphex

# A pipe as BAM: it ends when another thread of the program has written all of it, or never.
FEED = f"""
import os, signal, sys, threading, time
sys.path.insert(0, {str(REPOSITORY / "tests" / "differential")!r})
from bamfile import EOF_BLOCK, Record, bam_text, bgzf_block, encode
import sphex

path = sys.argv[1]
os.mkfifo(path)
seq = "AAAAAGAAAA"
records = [Record(f"r{{i}}", 0, 0, 94, 60, [("M", 10)], seq, b"I" * 10) for i in range(100)]
block = bgzf_block(b"".join(map(encode, records)), 1)
done = threading.Event()

def feed(n_blocks):
    with open(path, "wb", buffering=0) as pipe:
        pipe.write(bgzf_block(bam_text([("chr1", 1000)], "", []), 1))
        for _ in range(n_blocks):
            if done.is_set():
                return
            pipe.write(block)
        pipe.write(EOF_BLOCK)

def start(n_blocks):
    thread = threading.Thread(target=feed, args=(n_blocks,))
    thread.start()
    return thread

counter = None
sites = (["chr1"], [0], [100], "A", "G")
ENDLESS = 10**9
"""


def test_another_thread_goes_on_while_it_counts(run_script: RunScript, tmp_path: Path) -> None:
    script = """
start(300)  # holding the GIL, the count would wait for this thread for ever
print(sphex.BamCounter(path).count_alleles([("chr1", 100, "A", "G")]))
"""
    assert run_script(FEED + script, str(tmp_path / "in.bam")) == "[(0, 100, 0)]\n"


def test_ctrl_c_ends_a_count(run_script: RunScript, tmp_path: Path) -> None:
    script = """
start(ENDLESS)
threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    sphex.BamCounter(path).count_alleles([("chr1", 100, "A", "G")])
except KeyboardInterrupt:
    print("interrupted")
finally:
    done.set()
"""
    assert run_script(FEED + script, str(tmp_path / "in.bam")) == "interrupted\n"


def test_a_handler_that_does_not_raise_lets_the_count_go_on(
    run_script: RunScript, tmp_path: Path
) -> None:
    script = """
signal.signal(signal.SIGUSR1, lambda *_: (print("handled"), done.set()))
threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGUSR1)).start()
start(ENDLESS)  # the handler ends it
try:
    sphex.BamCounter(path).count_alleles([("chr1", 100, "A", "G")])
except sphex.TruncatedError:
    print("cut off")
"""
    assert run_script(FEED + script, str(tmp_path / "in.bam")) == "handled\ncut off\n"


def test_progress_is_told_and_its_exception_passes_on(
    run_script: RunScript, tmp_path: Path
) -> None:
    script = """
start(ENDLESS)
seen = []
def progress(p):
    seen.append(p)
    if len(seen) == 3:
        raise LookupError("enough")
try:
    sphex.count_sites(path, *sites, progress=progress)
except LookupError as error:
    print(error)
finally:
    done.set()
pairs = list(zip(seen, seen[1:]))
print(all(b.seconds - a.seconds > 0.09 for a, b in pairs))
print(all(a.n_records < b.n_records for a, b in pairs))
print(all(p.n_bytes > 0 and p.n_bytes_total == 0 for p in seen[1:]))
"""
    assert run_script(FEED + script, str(tmp_path / "in.bam")) == "enough\nTrue\nTrue\nTrue\n"


def demo_counts(demo: Demo, **settings: Any) -> list[Any]:
    table = sphex.count(*demo, samples="S1", **settings)
    return [list(table[name]) for name in table]


def test_the_result_depends_on_no_thread_and_no_row(demo: Demo) -> None:
    expected = demo_counts(demo, threads=1, simd="scalar")
    assert "scalar" in sphex.simd_rows()
    for simd in sphex.simd_rows():
        for threads in (1, 2, 5):
            assert demo_counts(demo, threads=threads, simd=simd) == expected


def test_threads_count_at_once(demo: Demo) -> None:
    expected = demo_counts(demo)
    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(demo_counts, demo, threads=2) for _ in range(40)]
        assert all(future.result() == expected for future in futures)


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_it_counts_after_fork(demo: Demo) -> None:
    expected = demo_counts(demo, threads=4)
    with multiprocessing.get_context("fork").Pool(2) as pool:
        results = pool.starmap(_demo_counts_forked, [tuple(demo)] * 4)
    assert results == [expected] * 4


def _demo_counts_forked(bam: str, vcf: str) -> list[Any]:
    return demo_counts(Demo(bam, vcf), threads=4)


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_table_survives_a_fork(make_bam: MakeBam) -> None:
    table = sphex.count_sites(make_bam(read("a", "G")), ["chr1"], [0], [100], "A", "G")
    child = os.fork()
    if child == 0:
        os._exit(list(table["alt_count"]) != [1])
    assert os.waitpid(child, 0)[1] == 0
