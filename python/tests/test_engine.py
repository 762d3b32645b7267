"""The Python engine follows the counting rules: the worked cases, one fact each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

pysam = pytest.importorskip("pysam")

from sphex._engine import BamCounter, count_alleles_legacy  # noqa: E402 (needs pysam)

HEADER = "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr1\tLN:1000\n@SQ\tSN:chr2\tLN:1000\n"
SNP = ("chr1", 100, "A", "G")
SECOND = ("chr1", 110, "A", "G")

MakeBam = Callable[..., str]


@pytest.fixture
def make_bam(tmp_path: Path) -> MakeBam:
    """Return a function that writes reads (name, pos, CIGAR, SEQ[, flag[, QUAL]]) to a BAM."""

    def make(*reads: tuple[str | int, ...]) -> str:
        lines = [sam_line(fields) for fields in reads]
        (tmp_path / "in.sam").write_text(HEADER + "".join(lines))
        path = str(tmp_path / "in.bam")
        pysam.view("--no-PG", "-b", "-o", path, str(tmp_path / "in.sam"), catch_stdout=False)
        pysam.index(path)
        return path

    return make


def sam_line(fields: tuple[str | int, ...]) -> str:
    """Make one line of SAM on chr1; FLAG and QUAL may be left out."""
    name, pos, cigar, seq, flag, qual = (*fields, *(0, "*")[len(fields) - 4 :])
    return f"{name}\t{flag}\tchr1\t{pos}\t60\t{cigar}\t*\t0\t0\t{seq}\t{qual}\n"


def read(name: str, base: str, flag: int = 0) -> tuple[str, int, str, str, int]:
    """Make a read that shows ``base`` at 100 and A elsewhere from 95 to 104."""
    return name, 95, "10M", f"AAAAA{base}AAAA", flag


def test_a_name_counts_once_by_its_first_record(make_bam: MakeBam) -> None:
    path = make_bam(read("a", "A"), read("a", "G"), read("b", "G"))
    assert BamCounter(path).count_alleles([SNP]) == [(1, 1, 0)]


def test_the_site_listed_first_gets_the_read(make_bam: MakeBam) -> None:
    path = make_bam(("a", 95, "20M", "AAAAAGAAAAAAAAACAAAA"))
    counter = BamCounter(path)
    assert counter.count_alleles([SNP, SECOND]) == [(0, 1, 0), (0, 0, 0)]
    assert counter.count_alleles([SECOND, SNP]) == [(0, 0, 1), (0, 0, 0)]


@pytest.mark.parametrize("gap", ["D", "N"])
def test_only_the_legacy_rules_burn_a_name_in_a_gap(make_bam: MakeBam, gap: str) -> None:
    path = make_bam(("a", 95, f"5M5{gap}10M", "AAAAAAAAAAGAAAA"))
    assert BamCounter(path).count_alleles([SNP, SECOND]) == [(0, 0, 0), (0, 1, 0)]
    assert count_alleles_legacy(path, [SNP, SECOND]) == [(0, 0, 0), (0, 0, 0)]


def test_every_flag_but_unmapped_counts(make_bam: MakeBam) -> None:
    flags = [0, 4, 16, 256, 512, 1024, 2048]
    path = make_bam(*(read(f"r{flag}", "G", flag) for flag in flags))
    assert BamCounter(path).count_alleles([SNP]) == [(0, len(flags) - 1, 0)]


def test_ambiguous_bases_say_nothing_and_n_is_other(make_bam: MakeBam) -> None:
    path = make_bam(read("a", "N"), read("b", "R"), read("c", "="))
    assert BamCounter(path).count_alleles([SNP]) == [(0, 0, 1)]
    assert count_alleles_legacy(path, [SNP]) == [(0, 0, 3)]


def test_a_read_that_says_nothing_leaves_its_name_free(make_bam: MakeBam) -> None:
    path = make_bam(read("a", "R"), read("a", "G"))
    assert BamCounter(path).count_alleles([SNP]) == [(0, 1, 0)]
    assert count_alleles_legacy(path, [SNP]) == [(0, 0, 1)]


def test_alleles_are_case_sensitive(make_bam: MakeBam) -> None:
    path = make_bam(read("a", "A"))
    assert BamCounter(path).count_alleles([("chr1", 100, "a", "g")]) == [(0, 0, 1)]


def test_an_indel_is_judged_from_the_read_text(make_bam: MakeBam) -> None:
    path = make_bam(
        ("a", 95, "10M", "AAAAAATAAA"),
        ("b", 95, "10M", "AAAAAAAAAA"),
        ("c", 95, "6M1I4M", "AAAAAATAAAA"),
    )
    assert BamCounter(path).count_alleles([("chr1", 100, "A", "AT")]) == [(1, 2, 0)]


def test_a_low_quality_gives_no_second_choice(make_bam: MakeBam) -> None:
    low_at_100 = ("a", 95, "20M", "AAAAAGAAAAAAAAAGAAAA", 0, "IIIII!" + "I" * 14)
    path = make_bam(low_at_100, read("b", "G"))
    counter = BamCounter(path)
    assert counter.count_alleles([SNP, SECOND], min_qual=20) == [(0, 1, 0), (0, 0, 0)]
    assert counter.count_alleles([SECOND, SNP], min_qual=20) == [(0, 1, 0), (0, 1, 0)]


def test_a_record_without_seq_says_nothing(make_bam: MakeBam) -> None:
    path = make_bam(("a", 95, "10M", "*"), read("b", "G"))
    assert BamCounter(path).count_alleles([SNP]) == [(0, 1, 0)]
    assert count_alleles_legacy(path, [SNP]) == [(0, 1, 0)]


def test_padding_moves_along_the_read_in_legacy_only(make_bam: MakeBam) -> None:
    path = make_bam(("a", 95, "2M3I3M1P5M", "AAAAAAAAGAAAA"))
    assert BamCounter(path).count_alleles([SNP]) == [(0, 1, 0)]
    assert count_alleles_legacy(path, [SNP]) == [(1, 0, 0)]


def test_results_come_in_the_order_of_the_rows(make_bam: MakeBam) -> None:
    path = make_bam(read("a", "G"))
    rows = [("chr2", 7, "A", "G"), SNP, ("chr1", 0, "A", "G"), ("chr1", 100, "A", "T")]
    expected = [(0, 0, 0), (0, 1, 0), (0, 0, 0), (0, 0, 0)]
    assert BamCounter(path).count_alleles(rows, threads=4) == expected


def test_an_unknown_contig_warns_and_gives_zeros(make_bam: MakeBam) -> None:
    path = make_bam(read("a", "G"))
    with pytest.warns(RuntimeWarning, match=r"Failed to fetch chrZ:99-101: .* Skipping 1 variants"):
        counts = BamCounter(path).count_alleles([("chrZ", 100, "A", "G"), SNP])
    assert counts == [(0, 0, 0), (0, 1, 0)]
    assert count_alleles_legacy(path, [("chrZ", 100, "A", "G"), SNP]) == [None, (0, 1, 0)]


@pytest.mark.parametrize(
    ("row", "error", "message"),
    [
        (["chr1", 100, "A", "G"], TypeError, "'list' object is not an instance of 'tuple'"),
        (("chr1", -1, "A", "G"), OverflowError, "out of range integral type"),
        (("chr1", 2**32, "A", "G"), OverflowError, "out of range integral type"),
        (("chr1", 100, "", "G"), ValueError, "Empty ref_allele for variant at chr1:100"),
        (("chr1", 100, "A", ""), ValueError, "Empty alt_allele for variant at chr1:100"),
        (("chr1", 100, "A"), IndexError, "tuple index out of range"),
    ],
)
def test_rows_are_checked_before_the_bam_is_opened(
    tmp_path: Path, row: object, error: type[Exception], message: str
) -> None:
    not_a_bam = tmp_path / "in.bam"
    not_a_bam.touch()
    with pytest.raises(error, match=message):
        BamCounter(str(not_a_bam)).count_alleles([SNP, row])


def test_a_bam_is_found_opened_and_indexed_or_refused(tmp_path: Path, make_bam: MakeBam) -> None:
    with pytest.raises(FileNotFoundError, match="BAM file not found"):
        BamCounter(str(tmp_path / "none.bam"))
    path = make_bam(read("a", "G"))
    Path(path + ".bai").unlink()
    assert BamCounter(path).count_alleles([]) == []
    with pytest.raises(OSError, match=r"Failed to open BAM: unable to open .* index"):
        BamCounter(path).count_alleles([SNP])
    Path(path).write_bytes(b"")
    with pytest.raises(OSError, match=r"Failed to open BAM: unable to open .* file at"):
        BamCounter(path).count_alleles([SNP])


def test_damage_is_an_error_and_never_a_short_count(make_bam: MakeBam) -> None:
    path = make_bam(*(read(f"r{i}", "G") for i in range(20)))
    data = bytearray(Path(path).read_bytes())
    data[-28 - 8] ^= 1  # the checksum of the block before the end marker
    Path(path).write_bytes(data)
    with pytest.raises(OSError, match="damaged record on chr1"):
        BamCounter(path).count_alleles([SNP])
