"""The package builds as one wheel for all releases, works when installed, and is typed."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from conftest import REPOSITORY, Demo, MakeBam, read

SECONDS = 600
PYTHON = REPOSITORY / "python"


def run(*command: Any, **settings: Any) -> str:
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, timeout=SECONDS, **settings
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel of this checkout."""
    if find_spec("scikit_build_core") is None:
        pytest.skip("scikit-build-core is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    pip = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation")
    run(*pip, "--wheel-dir", folder, PYTHON)
    (path,) = folder.glob("*.whl")
    return path


def test_the_wheel_is_for_every_python_from_3_10_on(wheel: Path) -> None:
    assert "-cp310-abi3-" in wheel.name
    with ZipFile(wheel) as archive:
        names = archive.namelist()
        (metadata,) = (name for name in names if name.endswith("METADATA"))
        text = archive.read(metadata).decode()
    assert "sphex/_sphex.abi3.so" in names
    assert "sphex/py.typed" in names
    assert "sphex/_sphex.pyi" in names
    assert any(name.endswith("LICENSE") for name in names)
    assert not [name for name in names if name.endswith((".c", ".h", ".a"))]
    assert "Requires-Python: >=3.10" in text
    required = [line for line in text.splitlines() if line.startswith("Requires-Dist")]
    assert all("extra ==" in line for line in required)


def test_the_wheel_works_in_a_fresh_environment(
    wheel: Path, tmp_path: Path, make_bam: MakeBam
) -> None:
    run(sys.executable, "-m", "venv", tmp_path / "venv")
    python = tmp_path / "venv" / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", wheel)
    script = """
import sys, sphex
print(sphex.NATIVE_AVAILABLE, sphex.__version__)
print(sphex.BamCounter(sys.argv[1]).count_alleles([("chr1", 100, "A", "G")], min_qual=20))
"""
    bam = make_bam(read("a", "G"), read("b", "A"), read("c", "T"), read("d", "G", quality=19))
    header = (REPOSITORY / "include" / "sphex.h").read_text()
    version = header.partition('#define SPHEX_VERSION "')[2].partition('"')[0]
    printed = run(python, "-I", "-c", script, bam)
    assert printed == f"True {version}\n[(1, 1, 1)]\n"


def test_the_module_keeps_to_the_limited_api(wheel: Path) -> None:
    if find_spec("abi3audit") is None:
        pytest.skip("abi3audit is not installed")
    run(sys.executable, "-m", "abi3audit", "--strict", wheel)


def test_types_are_complete_and_the_stub_is_true(tmp_path: Path) -> None:
    if find_spec("mypy") is None:
        pytest.skip("mypy is not installed")
    run(sys.executable, "-m", "mypy", "--config-file", PYTHON / "pyproject.toml", cwd=PYTHON)
    allowed = tmp_path / "allowed"  # Python shows buffers of C types from 3.12 on
    allowed.write_text(r"sphex\._sphex\.(Column|View)\.__buffer__")
    stubtest = (sys.executable, "-m", "mypy.stubtest", "--ignore-unused-allowlist")
    run(*stubtest, "--allowlist", allowed, "sphex._sphex", cwd=tmp_path)


def test_the_example_of_the_readme_prints_what_it_says(
    demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("pandas")
    for path in demo:
        (tmp_path / Path(path).name).write_bytes(Path(path).read_bytes())
    monkeypatch.chdir(tmp_path)
    text = (PYTHON / "README.md").read_text()
    exec(text.partition("```python\n")[2].partition("```")[0], {})
    table, first_counts, row, n_counted = capsys.readouterr().out.splitlines()
    assert table.startswith("<CountTable: 219 rows of chrom, pos0, pos, ref, ")
    assert (first_counts, row, n_counted) == ("[1, 8, 1]", "[(1, 2, 0)]", "3")
