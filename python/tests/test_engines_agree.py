"""The compiled engine and the Python engine, written apart from each other, count the same."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

pysam = pytest.importorskip("pysam")
sphex = pytest.importorskip("sphex")

from sphex._engine import BamCounter  # noqa: E402 (needs pysam)

CONTIGS = ("chr1", "chr2")
N_SEEDS = 60
CIGARS = [
    *("20M", "10M5D10M", "10M3I10M", "5S20M", "8M40N12M", "4H9=1X10M2S", "3I10M", "10M2I2D8M"),
    *("5D20M", "10M1P10M", "25S", "1M"),
]
LETTERS = "ACGT" * 8 + "NR="
OPS_ON_QUERY = {0, 1, 4, 7, 8}

if not sphex.NATIVE_AVAILABLE:
    pytest.skip("the compiled engine is not here", allow_module_level=True)


def make_bam(rng: random.Random, folder: Path) -> str:
    """Write a BAM of clashing names and all kinds of records."""
    header = pysam.AlignmentHeader.from_references(CONTIGS, [1000] * len(CONTIGS))
    reads = [make_read(rng, header) for _ in range(rng.choice((0, 10, 200)))]
    path = str(folder / "in.bam")
    with pysam.AlignmentFile(path, "wb", header=header) as bam:
        for read in sorted(reads, key=lambda read: (read.reference_id, read.reference_start)):
            bam.write(read)
    pysam.index(path)
    return path


def make_read(rng: random.Random, header: Any) -> Any:
    """Make one record."""
    read = pysam.AlignedSegment(header)
    read.query_name = f"r{rng.randrange(100)}"
    read.flag = rng.choice((0, 0, 16, 99, 4, 256, 1024, 2048))
    read.reference_id = rng.randrange(len(CONTIGS))
    read.reference_start = rng.randint(60, 120)
    read.cigarstring = rng.choice(CIGARS)
    length = sum(n for op, n in read.cigartuples or () if op in OPS_ON_QUERY)
    if rng.random() > 0.03:
        read.query_sequence = "".join(rng.choices(LETTERS, k=length))
        if rng.random() > 0.05:
            qualities = "".join(rng.choices("!+5?I", k=length))
            read.query_qualities = pysam.qualitystring_to_array(qualities)
    return read


def make_rows(rng: random.Random) -> list[tuple[str, int, str, str]]:
    """Make rows in any order, places repeated, some on a contig that the BAM lacks."""
    alleles = ("A", "C", "G", "T", "N", "a", "AT", "ACG", "*")
    contigs = (*CONTIGS, *CONTIGS, "other")
    return [
        (rng.choice(contigs), rng.randint(55, 150), rng.choice(alleles), rng.choice(alleles))
        for _ in range(rng.choice((1, 5, 60)))
    ]


@pytest.mark.filterwarnings("ignore:.*Failed to fetch other")
@pytest.mark.parametrize("seed", range(N_SEEDS))
def test_both_engines_count_the_same(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    path, rows = make_bam(rng, tmp_path), make_rows(rng)
    min_qual, threads = rng.choice((0, 0, 1, 20, 41, 255)), rng.choice((0, 1, 4))
    native = sphex.BamCounter(path, engine="native")
    expected = BamCounter(path).count_alleles(rows, min_qual)
    assert native.count_alleles(rows, min_qual, threads) == expected
