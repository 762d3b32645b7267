"""BamCounter does what WASP2's class does, and goes on where that one dies or loses data."""

from __future__ import annotations

import json
import os
import warnings
from pathlib import Path
from typing import Any

import pytest
from conftest import SNP, MakeBam, read

from sphex import BamCounter, DataError

NOT_WITHOUT_REASON = {
    "SEQ * over a SNP": [[1, 0, 0]],
    "P in a record between two sites, covering none of them": [[1, 0, 0], [0, 0, 0]],
    "BAM without index": [[0, 1, 1]],
}


@pytest.fixture
def calls(shared: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of recorded calls, from where their paths start."""
    folder = shared / "oracle" / "wasp2" / "api"
    monkeypatch.chdir(folder)
    return folder


def outcome(call: dict[str, Any], shared: Path) -> object:
    a_list = call["regions"] == "LISTROW"
    rows: Any = [["chr1", 100, "A", "G"]] if a_list else [tuple(row) for row in call["regions"]]
    settings = {name: call[name] for name in ("min_qual", "threads") if name in call}
    try:
        counter = BamCounter(call["bam"].replace("DATA", str(shared / "data")))
        return [list(row) for row in counter.count_alleles(rows, **settings)]
    except Exception as error:
        return {"type": type(error).__name__, "message": str(error)}


@pytest.mark.parametrize(
    ("suite", "n_calls"),
    [
        ("cigars", 2),
        ("errors", 25),
        ("flags", 1),
        ("indels", 24),
        ("minqual", 20),
        ("order", 19),
        ("random", 120),
        ("real", 8),
    ],
)
@pytest.mark.filterwarnings("ignore:.*Failed to fetch:RuntimeWarning")
def test_every_recorded_call_has_its_result(
    suite: str, n_calls: int, calls: Path, shared: Path
) -> None:
    recorded = json.loads((calls / f"{suite}.json").read_text())
    assert len(recorded) == n_calls
    for call in recorded:
        expected = call.get("expected", call.get("error"))
        expected = NOT_WITHOUT_REASON.get(call["what"], expected)
        assert outcome(call, shared) == expected, call["what"]


@pytest.mark.parametrize(
    ("row", "error", "message"),
    [
        (None, TypeError, "'None' is not an instance of 'tuple'"),
        ("chr1", TypeError, "'str' object is not an instance of 'tuple'"),
        ((), IndexError, "tuple index out of range"),
        ((1, -1), TypeError, "'int' object is not an instance of 'str'"),
        (("chr1", -1, 2, 3), OverflowError, "out of range integral type conversion attempted"),
        (("chr1", 2**70, "A", "G"), OverflowError, "Python int too large to convert to C long"),
        (("chr1", 1.5, "", ""), TypeError, "'float' object cannot be interpreted as an integer"),
        (("chr1", 100, "", b"G"), TypeError, "'bytes' object is not an instance of 'str'"),
        (("\udc80", 100, "A", "G"), UnicodeEncodeError, "surrogates not allowed"),
        (("chr1\0x", 100, "A", "G"), ValueError, "NUL in contig name"),
        (("chr1", 100, "A", ""), ValueError, "Empty alt_allele for variant at chr1:100"),
    ],
)
def test_rows_are_checked_before_the_bam_is_opened(
    tmp_path: Path, row: object, error: type[Exception], message: str
) -> None:
    (tmp_path / "in.bam").write_text("not a BAM")
    rows: Any = [SNP, row]
    with pytest.raises(error, match=message):
        BamCounter(str(tmp_path / "in.bam")).count_alleles(rows)


def test_the_list_is_checked_before_the_numbers_and_these_before_the_rows(
    make_bam: MakeBam,
) -> None:
    counter = BamCounter(make_bam())
    bad: Any = (SNP,)
    with pytest.raises(TypeError, match="'tuple' object is not an instance of 'list'"):
        counter.count_alleles(bad, min_qual=-1)
    with pytest.raises(OverflowError, match="out of range"):
        counter.count_alleles([bad], min_qual=-1)


def test_ints_texts_and_tuples_may_be_of_their_own_kind(make_bam: MakeBam) -> None:
    class Position:
        def __index__(self) -> int:
            return 100

    class Row(tuple[Any, ...]):
        __slots__ = ()

    class Rows(list[Any]):
        pass

    rows = Rows([Row(("chr1", Position(), "A", "G", "more"))])
    assert BamCounter(make_bam(read("a", "G"))).count_alleles(rows) == [(0, 1, 0)]


def test_a_row_list_that_shrinks_while_it_is_read_does_no_harm(make_bam: MakeBam) -> None:
    rows: list[Any] = []

    class Position:
        def __index__(self) -> int:
            rows.clear()
            return 100

    rows += [("chr1", Position(), "A", "G"), SNP, SNP]
    assert BamCounter(make_bam(read("a", "G"))).count_alleles(rows) == [(0, 1, 0)]


def test_paths_are_text_or_path_objects_of_files_that_exist(make_bam: MakeBam) -> None:
    assert BamCounter(Path(make_bam(read("a", "G")))).count_alleles([SNP]) == [(0, 1, 0)]
    bad: Any = b"in.bam"
    with pytest.raises(TypeError, match="'bytes' object is not an instance of 'str'"):
        BamCounter(bad)
    with pytest.raises(FileNotFoundError, match=r"BAM file not found: none\.bam"):
        BamCounter(bam_path="none.bam")


def test_no_rows_need_no_bam(tmp_path: Path) -> None:
    (tmp_path / "in.bam").write_text("not a BAM")
    assert BamCounter(str(tmp_path / "in.bam")).count_alleles([]) == []


@pytest.mark.parametrize("content", [b"", b"hello world\n" * 50])
def test_what_is_no_bam_cannot_be_opened(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "in.bam"
    path.write_bytes(content)
    with pytest.raises(OSError, match=r"^Failed to open BAM: unable to open SAM/BAM/CRAM file at"):
        BamCounter(str(path)).count_alleles([SNP])


def test_damage_is_an_error_with_a_place_and_never_a_short_count(make_bam: MakeBam) -> None:
    path = make_bam(*(read(f"r{i}", "G") for i in range(2000)))
    data = bytearray(Path(path).read_bytes())
    data[len(data) // 2] ^= 1
    Path(path).write_bytes(data)
    with pytest.raises(DataError) as raised:
        BamCounter(path).count_alleles([SNP])
    assert isinstance(raised.value, OSError)
    assert raised.value.file == path
    assert raised.value.voffset is not None


def test_a_bam_that_is_cut_off_is_an_error(make_bam: MakeBam) -> None:
    path = make_bam(*(read(f"r{i}", "G") for i in range(2000)))
    os.truncate(path, os.path.getsize(path) - 40)
    with pytest.raises(OSError, match=r"cut off|ends"):
        BamCounter(path).count_alleles([SNP])


def test_a_contig_that_the_bam_lacks_warns_at_the_callers_line(make_bam: MakeBam) -> None:
    counter = BamCounter(make_bam(read("a", "G")))
    with pytest.warns(RuntimeWarning) as caught:
        assert counter.count_alleles([("chrZ", 100, "A", "G"), SNP]) == [(0, 0, 0), (0, 1, 0)]
    expected = "[WARN] Failed to fetch chrZ:99-101: failed to fetch region. Skipping 1 variants."
    assert [str(warning.message) for warning in caught] == [expected]
    assert caught[0].filename == __file__


def test_a_warning_can_be_made_an_error(make_bam: MakeBam) -> None:
    counter = BamCounter(make_bam())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(RuntimeWarning, match="chrZ"):
            counter.count_alleles([("chrZ", 100, "A", "G")])


def test_many_rows_keep_their_order(make_bam: MakeBam) -> None:
    counter = BamCounter(make_bam(read("a", "G"), read("b", "A")))
    rows = [(f"chr{i % 2 + 1}", 200 + i // 2, "A", "G") for i in range(100_000)]
    rows[54_321] = SNP
    counts = counter.count_alleles(rows, threads=3)
    assert len(counts) == len(rows)
    assert [i for i, row in enumerate(counts) if row != (0, 0, 0)] == [54_321]
    assert counts[54_321] == (1, 1, 0)
