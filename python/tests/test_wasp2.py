"""WASP2 counts with our class once it is installed in the place of its own."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from conftest import Demo, RunScript

import sphex

N_OWN_TESTS = 64
SECONDS = 600
HAS_WASP2 = find_spec("wasp2_rust") is not None and find_spec("counting") is not None


def test_a_module_stands_in_where_wasp2_is_not_installed(run_script: RunScript, demo: Demo) -> None:
    script = """
import sys
sys.modules["wasp2_rust"] = None  # cannot be imported
import sphex.wasp2
module = sphex.wasp2.install()
import wasp2_rust
print(module is wasp2_rust, wasp2_rust.BamCounter is sphex.BamCounter)
print(wasp2_rust.BamCounter(sys.argv[1]).count_alleles([("chr1", 46, "A", "G")]))
try:
    wasp2_rust.vcf_to_bed_py
except AttributeError as error:
    print(error)
"""
    assert run_script(script, demo.bam) == (
        "True True\n[(1, 2, 0)]\n"
        "wasp2_rust.vcf_to_bed_py: WASP2's compiled module is not installed\n"
    )


def test_the_rest_of_an_installed_module_stays(run_script: RunScript, tmp_path: Path) -> None:
    (tmp_path / "wasp2_rust.py").write_text("class BamCounter: ...\ndef vcf_to_bed_py(): ...\n")
    script = f"""
import sys
sys.path.insert(0, {str(tmp_path)!r})
import sphex.wasp2, wasp2_rust
theirs = wasp2_rust.vcf_to_bed_py
sphex.wasp2.install()
print(wasp2_rust.BamCounter is sphex.BamCounter, wasp2_rust.vcf_to_bed_py is theirs)
"""
    assert run_script(script) == "True True\n"


@pytest.mark.parametrize("arguments", [[], ["--"], ["--help"], ["--", "no-such-program"]])
def test_without_a_program_it_shows_its_usage(arguments: list[str]) -> None:
    command = [sys.executable, "-m", "sphex.wasp2", *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert "usage: python -m sphex.wasp2 -- PROGRAM" in done.stderr


# ---------------------------------------------------------------- with WASP2 itself

needs_wasp2 = pytest.mark.skipif(not HAS_WASP2, reason="WASP2 is not installed here")


def run_wasp2(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a program of WASP2 on our counter, which a line on stderr proves."""
    script = """
import atexit, sys
import sphex.wasp2, sphex._counter
calls = []
count = sphex.BamCounter.count_alleles
sphex.BamCounter.count_alleles = lambda *a, **k: calls.append(1) or count(*a, **k)
atexit.register(lambda: print("CALLS", len(calls), file=sys.stderr))
sys.exit(sphex.wasp2.main(sys.argv[1:]))
"""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    command = [sys.executable, "-c", script, "--", *arguments]
    environment = os.environ | {"PATH": path}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS
    )


@needs_wasp2
@pytest.mark.filterwarnings("ignore:.*Failed to fetch:RuntimeWarning")
def test_random_reads_count_as_with_wasp2s_own_class(tmp_path: Path) -> None:
    import wasp2_rust
    from random_reads import N_ROUNDS, random_bam, random_sites

    for seed in range(N_ROUNDS):
        rng = random.Random(seed)
        path = random_bam(rng, tmp_path, with_bases=1)  # without, it dies
        names, codes, *columns = random_sites(rng)
        rows = list(zip((names[code] for code in codes), *columns, strict=True))
        settings = {"min_qual": rng.choice((0, 1, 20)), "threads": rng.choice((0, 1, 3))}
        theirs = wasp2_rust.BamCounter(path).count_alleles(rows, settings["min_qual"])
        assert sphex.BamCounter(path).count_alleles(rows, **settings) == theirs, seed


@needs_wasp2
def test_wasp2s_own_tests_pass_as_with_its_own_counter(shared: Path, tmp_path: Path) -> None:
    folder = tmp_path / "wasp2-tests"
    shutil.copytree(shared / "oracle" / "wasp2-tests", folder)
    subprocess.run(["chmod", "-R", "u+w", str(folder)], check=True)
    suites = ["tests/counting", "tests/io", "tests/test_rust_python_counting_parity.py"]
    done = run_wasp2("pytest", "-q", "-p", "no:cacheprovider", *suites, folder=folder)
    assert done.returncode == 0, done.stdout
    assert re.search(rf"\b{N_OWN_TESTS} passed\b", done.stdout), done.stdout
    assert "failed" not in done.stdout.splitlines()[-1]
    assert re.search(r"^CALLS [1-9]", done.stderr, re.MULTILINE)


@needs_wasp2
def test_wasp2_count_gives_its_own_table(shared: Path, tmp_path: Path) -> None:
    case = shared / "oracle" / "wasp2" / "054-matrix-gtf-indels-2s-vcf"
    arguments = json.loads((case / "cmd.json").read_text())["args"]
    for path in case.glob("*in.*"):
        shutil.copy(path, tmp_path)
    shutil.copy(case / "r.gtf", tmp_path)
    done = run_wasp2("wasp2-count", *arguments, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert re.search(r"^CALLS [1-9]", done.stderr, re.MULTILINE)
    assert (tmp_path / "out.tsv").read_bytes() == (case / "expected.tsv").read_bytes()
