"""Both engines give the same results; without the C module the Python engine takes over."""

from __future__ import annotations

import random
import warnings
from pathlib import Path
from typing import Any

import pytest

pysam = pytest.importorskip("pysam")

from conftest import Demo, RunScript  # noqa: E402 (needs pysam)
from random_reads import N_ROUNDS, random_bam, random_sites  # noqa: E402

import sphex  # noqa: E402

WITHOUT_NATIVE = """
import sys, warnings
sys.modules["sphex._sphex"] = None
import sphex
"""


@pytest.mark.parametrize("mode", ["wasp2", "wasp2-legacy"])
@pytest.mark.filterwarnings("ignore:.*Failed to fetch:RuntimeWarning")
def test_random_reads_and_sites_count_the_same(tmp_path: Path, mode: Any) -> None:
    for seed in range(N_ROUNDS):
        rng = random.Random(seed)
        path, sites = random_bam(rng, tmp_path), random_sites(rng)
        if mode == "wasp2-legacy":  # single bases only
            sites[3:] = [[text[0] for text in column] for column in sites[3:]]
        settings = {"mode": mode, "min_baseq": rng.choice((0, 20)) if mode == "wasp2" else None}
        native = sphex.count_sites(path, *sites, **settings, threads=2, engine="native")
        python = sphex.count_sites(path, *sites, **settings, engine="python")
        assert native.columns == python.columns
        for name in native:
            assert list(native[name]) == list(python[name]), (seed, name)


@pytest.mark.filterwarnings("ignore:.*Failed to fetch:RuntimeWarning")
def test_classes_count_the_same(tmp_path: Path) -> None:
    for seed in range(N_ROUNDS):
        rng = random.Random(seed)
        path = random_bam(rng, tmp_path)
        names, codes, *columns = random_sites(rng)
        rows = list(zip((names[code] for code in codes), *columns, strict=True))
        native, python = (sphex.BamCounter(path, engine=e) for e in ("native", "python"))
        quality = rng.choice((0, 20))
        assert native.count_alleles(rows, quality) == python.count_alleles(rows, quality), seed


@pytest.fixture
def indexed(demo: Demo, tmp_path: Path) -> Demo:
    """Return the demo with an index, which the Python engine needs."""
    bam = tmp_path / "demo.bam"
    bam.write_bytes(Path(demo.bam).read_bytes())
    pysam.index(str(bam))
    return Demo(str(bam), demo.vcf)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"samples": "S1"},
        {"samples": ["S2", "S1"]},
        {"samples": "S1", "include_indels": True, "include_multiallelic": True},
    ],
)
def test_variant_files_give_the_same_table(indexed: Demo, settings: Any, tmp_path: Path) -> None:
    for engine in ("native", "python"):
        table = sphex.count(*indexed, **settings, engine=engine)
        table.to_tsv(tmp_path / engine)
    assert (tmp_path / "native").read_bytes() == (tmp_path / "python").read_bytes()
    assert table.stats.simd == "python"
    assert table.stats.n_rows == len(table) >= 90


def test_tables_of_the_python_engine_go_to_other_libraries(indexed: Demo) -> None:
    native, python = (
        sphex.count(*indexed, samples="S1", engine=engine)  # type: ignore[arg-type]
        for engine in ("native", "python")
    )
    pandas, pyarrow = pytest.importorskip("pandas"), pytest.importorskip("pyarrow")
    pandas.testing.assert_frame_equal(native.to_pandas(), python.to_pandas())
    assert pyarrow.table(native).equals(pyarrow.table(python))
    pytest.importorskip("polars")
    assert native.to_polars().equals(python.to_polars())


@pytest.mark.parametrize(
    "settings", [{"mode": "wasp2-legacy"}, {"regions": "r.bed"}, {"mode": "native"}]
)
def test_what_python_does_not_know_is_refused(demo: Demo, settings: Any) -> None:
    with pytest.raises(sphex.UnsupportedError, match="engine='native'"):
        sphex.count(*demo, **settings, engine="python")


def test_falling_back_warns_once_and_counts(run_script: RunScript, indexed: Demo) -> None:
    script = """
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    table = sphex.count(*sys.argv[1:], samples="S1")
    sphex.BamCounter(sys.argv[1]).count_alleles([("chr1", 46, "A", "G")])
print(sphex.NATIVE_AVAILABLE, sphex.simd_rows(), sum(table["ref_count"]))
print([(w.category.__name__, w.filename) for w in caught])
"""
    expected = "False [] 1230\n[('RuntimeWarning', '<string>')]\n"
    assert run_script(WITHOUT_NATIVE + script, *indexed) == expected


def test_the_native_engine_is_missed_when_it_is_asked_for(
    run_script: RunScript, demo: Demo
) -> None:
    script = """
try:
    sphex.BamCounter(sys.argv[1], engine="native").count_alleles([("chr1", 46, "A", "G")])
except ImportError as error:
    print(error)
"""
    text = run_script(WITHOUT_NATIVE + script, demo.bam)
    assert text.startswith("the compiled module of sphex cannot be loaded: ")


def test_the_native_engine_is_chosen_without_a_word(demo: Demo) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert sphex.count(*demo).stats.simd == sphex.simd_rows()[-1]
