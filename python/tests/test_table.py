"""A table shows the counter's own memory to whoever asks, and keeps it alive."""

from __future__ import annotations

import gc
import random
from pathlib import Path
from typing import Any

import pytest
from bamfile import bam_text, bgzf
from conftest import Demo, MakeBam, read

import sphex

COLUMNS = ("chrom", "pos0", "pos", "ref", "alt", "GT", "ref_count", "alt_count", "other_count")
NUMBERS = {"pos0", "pos", "ref_count", "alt_count", "other_count"}


@pytest.fixture
def table(demo: Demo) -> sphex.CountTable:
    return sphex.count(*demo, samples="S1")


def lines(table: sphex.CountTable, folder: Path) -> list[list[str]]:
    table.to_tsv(folder / "out.tsv")
    return [line.split("\t") for line in (folder / "out.tsv").read_text().splitlines()]


def test_columns_hold_what_the_text_table_says(table: sphex.CountTable, tmp_path: Path) -> None:
    header, *rows = lines(table, tmp_path)
    assert tuple(header) == table.columns == tuple(table) == COLUMNS
    assert len(table) == len(rows) == 219
    for number, name in enumerate(header):
        column = table[name]
        assert column.name == name
        assert column.kind == ("uint32" if name in NUMBERS else "text")
        assert [str(value) for value in column] == [row[number] for row in rows]
    assert sum(memoryview(table["ref_count"])) == 1230  # type: ignore[arg-type]


def test_a_number_column_is_a_read_only_buffer(table: sphex.CountTable) -> None:
    view = memoryview(table["alt_count"])  # type: ignore[arg-type]
    assert (view.format, view.itemsize, view.shape, view.readonly) == ("I", 4, (219,), True)
    assert view.tolist() == list(table["alt_count"])
    assert table["alt_count"][-1] == view[-1]
    with pytest.raises(IndexError):
        table["alt_count"][219]


def test_a_text_column_has_no_plain_buffer(table: sphex.CountTable) -> None:
    with pytest.raises(BufferError, match="text"):
        memoryview(table["ref"])  # type: ignore[arg-type]


def test_views_outlive_the_table(table: sphex.CountTable) -> None:
    column = table["ref_count"]
    expected = list(column)
    view = memoryview(column)  # type: ignore[arg-type]
    del table, column
    gc.collect()
    bytearray(10**6)
    assert view.tolist() == expected


def test_stats_tell_what_was_seen(table: sphex.CountTable, demo: Demo) -> None:
    stats = table.stats
    counts = [table[name] for name in COLUMNS[-3:]]
    assert stats.n_records == 5332
    assert stats.n_bam_bytes == Path(demo.bam).stat().st_size
    assert stats.n_rows == len(table)
    assert stats.n_counted == sum(sum(column) for column in counts)  # type: ignore[arg-type]
    assert stats.n_rows_covered == sum(map(any, zip(*counts, strict=True)))
    assert stats.simd in sphex.simd_rows()


def test_fates_account_for_everything(demo: Demo) -> None:
    table = sphex.count(demo.bam, demo.vcf, mode="native", samples=["S1"])
    fates = table.fates
    assert list(fates) == ["variants", "records", "observations"]
    assert fates["variants"]["kept"] == len(table)
    assert sum(fates["records"].values()) == table.stats.n_records
    assert sum(fates["observations"].values()) == table.stats.n_observations
    assert fates["observations"]["alt"] == sum(table["alt_count"])  # type: ignore[arg-type]
    assert sphex.count(demo.bam, demo.vcf, mode="wasp2").fates == {}


def test_a_failed_write_leaves_nothing(table: sphex.CountTable, tmp_path: Path) -> None:
    with pytest.raises(sphex.MissingFileError, match="none") as raised:
        table.to_tsv(tmp_path / "none" / "out.tsv")
    assert isinstance(raised.value, FileNotFoundError)
    assert list(tmp_path.iterdir()) == []


def test_no_rows_make_an_empty_table(make_bam: MakeBam) -> None:
    table = sphex.count_sites(make_bam(), [], [], [], [], [])
    assert len(table) == 0
    assert memoryview(table["ref_count"]).tolist() == []  # type: ignore[arg-type]
    assert list(table["ref"]) == []


def legacy_with_missing_values(make_bam: MakeBam) -> sphex.CountTable:
    path = make_bam(read("a", "G"))
    sites: Any = (["chrZ", "chr1"], [0, 1], [5, 100], "AA", "GG")
    return sphex.count_sites(path, *sites, mode="wasp2-legacy")


@pytest.mark.filterwarnings("ignore:.*Failed to fetch:RuntimeWarning")
def test_missing_values_are_none_and_not_zero(make_bam: MakeBam, tmp_path: Path) -> None:
    table = legacy_with_missing_values(make_bam)
    assert list(table["alt_count"]) == [None, 1]
    assert table["alt_count"].kind == "uint32"
    with pytest.raises(BufferError, match="missing"):
        memoryview(table["alt_count"])  # type: ignore[arg-type]
    assert lines(table, tmp_path)[1] == ["chrZ", "4", "5", "A", "G", "", "", ""]


def not_utf8(tmp_path: Path) -> sphex.CountTable:
    contigs = [("chr1", 1000)]
    (tmp_path / "in.bam").write_bytes(bgzf(bam_text(contigs, "", []), random.Random(1), 1000))
    sites: Any = (["chr1"], [0, 0], [5, 6], [b"\xc3", b"\xa9"], "AA")  # one letter, cut in two
    return sphex.count_sites(tmp_path / "in.bam", *sites)


def test_bytes_that_are_no_text_survive(tmp_path: Path) -> None:
    assert list(not_utf8(tmp_path)["ref"]) == ["\udcc3", "\udca9"]


# ---------------------------------------------------------------- other libraries


def test_numpy_shares_the_memory(table: sphex.CountTable) -> None:
    numpy = pytest.importorskip("numpy")
    array = numpy.asarray(table["ref_count"])
    assert array.dtype == numpy.uint32
    assert not array.flags.owndata
    assert numpy.shares_memory(array, numpy.asarray(table["ref_count"]))
    assert array.tolist() == list(table["ref_count"])


def test_pyarrow_takes_table_and_columns_as_they_are(table: sphex.CountTable) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    numpy = pytest.importorskip("numpy")
    taken = pyarrow.table(table)
    taken.validate(full=True)
    assert taken.column_names == list(COLUMNS)
    assert taken.to_pydict() == {name: list(table[name]) for name in table}
    for name in COLUMNS:
        array = pyarrow.array(table[name])
        assert array.type == (pyarrow.uint32() if name in NUMBERS else pyarrow.large_string())
        assert array.to_pylist() == list(table[name])
    address = numpy.asarray(table["ref_count"]).ctypes.data
    assert taken["ref_count"].chunk(0).buffers()[1].address == address
    assert pyarrow.schema(table) == taken.schema


def test_arrow_outlives_the_table(table: sphex.CountTable) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    expected = {name: list(table[name]) for name in table}
    taken = pyarrow.table(table)
    unread = table.__arrow_c_stream__()
    del table
    gc.collect()
    assert taken.to_pydict() == expected
    del unread


@pytest.mark.filterwarnings("ignore:.*Failed to fetch:RuntimeWarning")
def test_arrow_has_missing_values_and_bytes_that_are_no_text(
    make_bam: MakeBam, tmp_path: Path
) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    column = pyarrow.table(legacy_with_missing_values(make_bam))["alt_count"]
    assert (column.to_pylist(), column.null_count) == ([None, 1], 1)
    refs = pyarrow.array(not_utf8(tmp_path)["ref"])
    assert refs.type == pyarrow.large_binary()
    assert refs.to_pylist() == [b"\xc3", b"\xa9"]


def test_an_empty_table_is_arrow_too(make_bam: MakeBam) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    taken = pyarrow.table(sphex.count_sites(make_bam(), [], [], [], [], []))
    taken.validate(full=True)
    assert taken.num_rows == 0


def test_polars_takes_the_table(table: sphex.CountTable) -> None:
    polars = pytest.importorskip("polars")
    frame = table.to_polars()
    assert frame.columns == list(COLUMNS)
    assert frame["ref_count"].dtype == polars.UInt32
    assert frame.to_dict(as_series=False) == {name: list(table[name]) for name in table}
    assert frame.equals(polars.DataFrame(table))


@pytest.mark.filterwarnings("ignore:.*Failed to fetch:RuntimeWarning")
def test_pandas_takes_the_table(table: sphex.CountTable, make_bam: MakeBam) -> None:
    pandas = pytest.importorskip("pandas")
    numpy = pytest.importorskip("numpy")
    frame = table.to_pandas()
    assert list(frame.columns) == list(COLUMNS)
    assert frame.to_dict("list") == {name: list(table[name]) for name in table}
    assert numpy.shares_memory(frame["ref_count"], numpy.asarray(table["ref_count"]))
    missing = legacy_with_missing_values(make_bam).to_pandas()
    assert missing["alt_count"].dtype == "UInt32"
    assert pandas.isna(missing["alt_count"][0])
    assert missing["alt_count"][1] == 1
