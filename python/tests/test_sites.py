"""Sites come as columns of any kind; those that fit are borrowed, the others converted."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Callable
from typing import Any

import pytest
from conftest import MakeBam, read

import sphex
from sphex import _columns

CONTIGS = ["chr2", "chr1"]
CODES = [1, 0, 1]
POSITIONS = [100, 7, 101]
REFS = ["A", "C", "AA"]
ALTS = ["G", "TTTTTTTTTTTTTTTTTTTTT", "A"]
EXPECTED = [(1, 2, 0), (0, 0, 0), (0, 0, 0)]

Count = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def count(make_bam: MakeBam) -> Count:
    """Return a function that counts columns and returns the rows of counts."""
    path = make_bam(read("a", "G"), read("b", "A"), read("c", "G"))

    def count(*columns: Any, **settings: Any) -> list[tuple[Any, ...]]:
        table = sphex.count_sites(path, *columns, **settings)
        names = ("ref_count", "alt_count", "other_count")
        return list(zip(*(table[name] for name in names), strict=True))

    return count


def test_lists_and_buffers(count: Count) -> None:
    assert count(CONTIGS, CODES, POSITIONS, REFS, ALTS) == EXPECTED
    assert count(CONTIGS, array("I", CODES), array("q", POSITIONS), REFS, ALTS) == EXPECTED
    assert count(["chr1"], [0], [100], b"A", bytearray(b"G")) == EXPECTED[:1]
    assert count(tuple(CONTIGS), iter(CODES), iter(POSITIONS), iter(REFS), iter(ALTS)) == EXPECTED


def test_numpy_arrays(count: Count) -> None:
    numpy = pytest.importorskip("numpy")
    for kind in ("u4", "i4", "i8", "u2"):
        codes, positions = numpy.array(CODES, kind), numpy.array(POSITIONS, kind)
        for text in ("S", "U", "O"):
            refs, alts = numpy.array(REFS, text), numpy.array(ALTS, text)
            assert count(CONTIGS, codes, positions, refs, alts) == EXPECTED
    every_second = numpy.array([100, 0, 7, 0, 101, 0], "u4")[::2]
    assert count(CONTIGS, CODES, every_second, REFS, ALTS) == EXPECTED
    one_letter = numpy.array(["A"], "S1"), numpy.array([ord("G")], "u1")
    assert count(["chr1"], [0], [100], *one_letter) == EXPECTED[:1]


def test_arrow_arrays(count: Count) -> None:
    pa = pytest.importorskip("pyarrow")
    for number in (pa.uint32(), pa.int32(), pa.int64(), pa.uint8()):
        codes, positions = pa.array(CODES, number), pa.array(POSITIONS, number)
        for text in (pa.large_string(), pa.string(), pa.string_view(), pa.binary()):
            refs, alts = pa.array(REFS, text), pa.array(ALTS, text)
            assert count(CONTIGS, codes, positions, refs, alts) == EXPECTED


def test_arrow_slices_and_chunks(count: Count) -> None:
    pa = pytest.importorskip("pyarrow")
    positions = pa.array([1, *POSITIONS, 1], pa.uint32())[1:-1]
    for text in (pa.large_string(), pa.string(), pa.string_view()):
        refs = pa.array(["?", *REFS, "?"], text)[1:-1]
        alts = pa.chunked_array([pa.array(part, text) for part in (ALTS[:1], [], ALTS[1:])])
        assert count(CONTIGS, CODES, positions, refs, alts) == EXPECTED
    chunks = pa.chunked_array([POSITIONS[:2], POSITIONS[2:]])
    assert count(CONTIGS, CODES, chunks, REFS, ALTS) == EXPECTED


def test_polars_and_pandas_series(count: Count) -> None:
    for name in ("polars", "pandas"):
        series = pytest.importorskip(name).Series
        columns = map(series, (CODES, POSITIONS, REFS, ALTS))
        assert count(CONTIGS, *columns) == EXPECTED


def test_columns_of_a_table_can_be_counted_again(make_bam: MakeBam) -> None:
    path = make_bam(read("a", "G"))
    table = sphex.count_sites(path, CONTIGS, CODES, POSITIONS, REFS, ALTS)
    columns = (table["pos"], table["ref"], table["alt"])
    again = sphex.count_sites(path, CONTIGS, CODES, *columns)
    assert list(again["alt_count"]) == list(table["alt_count"]) == [1, 0, 0]


def test_what_fits_is_borrowed() -> None:
    numbers = array("I", POSITIONS)
    numbers_taken = _columns.numbers(numbers, "pos")
    numbers[0] = 77
    assert numbers_taken[0] == 77
    letters = bytearray(b"ACG")
    letters_taken = _columns.texts(letters, "ref")
    letters[0] = ord("T")
    assert bytes(letters_taken.text) == b"TCG"


def test_arrow_columns_that_fit_are_borrowed() -> None:
    pa = pytest.importorskip("pyarrow")
    np = pytest.importorskip("numpy")
    numbers, letters = pa.array(POSITIONS, pa.uint32()), pa.array(REFS, pa.large_string())
    taken = np.asarray(_columns.numbers(numbers, "pos"))
    assert taken.ctypes.data == numbers.buffers()[1].address
    text, offsets = map(np.asarray, _columns.texts(letters, "ref"))
    assert [text.ctypes.data, offsets.ctypes.data] == [
        letters.buffers()[2].address,
        letters.buffers()[1].address,
    ]


@pytest.mark.parametrize(
    ("columns", "error", "message"),
    [
        (([0], [100, 101], "A", "G"), ValueError, "columns of different lengths"),
        (([0], [100], "AA", "G"), ValueError, "columns of different lengths"),
        (([0], [100], "A", ["G", "G"]), ValueError, "columns of different lengths"),
        (([0], [100], ["A"], [""]), ValueError, "row 0: empty allele"),
        (([0], [-1], "A", "G"), OverflowError, "pos: not all values are in"),
        (([0], [2**32], "A", "G"), OverflowError, "pos: not all values are in"),
        (([0], [1.5], "A", "G"), TypeError, "pos: integers are needed"),
        (([0], array("d", [1.5]), "A", "G"), TypeError, "pos: integers are needed"),
        (([0], [100], [65], "G"), TypeError, "ref: str or bytes is needed, not int"),
        (([1], [100], "A", "G"), ValueError, "contig number 1 is out of range"),
        ((memoryview(array("I", [0])), [100], "A", "G"), None, ""),
    ],
)
def test_columns_that_do_not_fit_are_refused(
    count: Count, columns: Any, error: type[Exception] | None, message: str
) -> None:
    if error is None:
        assert count(["chr1"], *columns) == EXPECTED[:1]
        return
    with pytest.raises(error, match=message):
        count(["chr1"], *columns)


def test_arrow_of_another_kind_is_refused(count: Count) -> None:
    pa = pytest.importorskip("pyarrow")
    good: list[Any] = [[0], [100], "A", "G"]
    for number, (value, error) in [
        (1, (pa.array([1.0]), TypeError)),
        (1, (pa.array(["100"]), TypeError)),
        (1, (pa.array([True]), TypeError)),
        (1, (pa.array([None], pa.uint32()), ValueError)),
        (2, (pa.array([65]), TypeError)),
        (2, (pa.array([None], pa.string()), ValueError)),
        (2, (pa.array(["A"]).dictionary_encode(), TypeError)),
        (2, (pa.array([["A"]]), TypeError)),
    ]:
        with pytest.raises(error, match=r"pos|ref|Arrow"):
            count(["chr1"], *good[:number], value, *good[number + 1 :])


def test_numbers_that_are_not_aligned_are_refused_or_converted(count: Count) -> None:
    data = bytearray(b"\0" + struct.pack("<I", 100))
    with pytest.raises(ValueError, match="not aligned"):
        count(["chr1"], [0], memoryview(data)[1:].cast("I"), "A", "G")


def test_rows_at_one_position_share_no_counts(count: Count) -> None:
    assert count(["chr1"], [0, 0], [100, 100], "AA", "GT") == [(1, 2, 0), (0, 0, 0)]


def test_qualities_below_the_threshold_say_nothing(make_bam: MakeBam) -> None:
    path = make_bam(read("a", "G", quality=9), read("b", "G", quality=10))
    table = sphex.count_sites(path, ["chr1"], [0], [100], "A", "G", min_baseq=10)
    assert list(table["alt_count"]) == [1]
