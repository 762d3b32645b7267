"""Random reads and sites that meet often, made from a seed."""

from __future__ import annotations

import random
import string
from pathlib import Path
from typing import Any

import pysam
from bamfile import Record, bam_text, bgzf, cigar_span

N_ROUNDS = 60
CONTIGS = [("chr1", 400), ("chr2", 400), ("chr3", 400)]  # the BAM lacks the last
OPERATIONS = "MMMMIDNSH=X"


def random_record(rng: random.Random, with_bases: float) -> Record:
    cigar = [(rng.choice(OPERATIONS), rng.randint(1, 12)) for _ in range(rng.randint(1, 6))]
    length = cigar_span(cigar, "MIS=X")
    seq = "".join(rng.choices("ACGTN", k=length)) if rng.random() < with_bases else ""
    qual = bytes(rng.choices(range(40), k=len(seq))) if rng.random() < 0.9 else None
    flag = rng.choice((0, 0, 16, 99, 4, 256, 1024, 2048))
    name = rng.choice(string.ascii_letters)
    return Record(name, flag, rng.randrange(2), rng.randrange(300), 60, cigar, seq, qual)


def random_bam(rng: random.Random, folder: Path, with_bases: float = 0.95) -> str:
    """Write an indexed BAM; a share of its records has no SEQ."""
    records = [random_record(rng, with_bases) for _ in range(80)]
    records.sort(key=lambda record: (record.tid, record.pos0))
    path = str(folder / "in.bam")
    Path(path).write_bytes(bgzf(bam_text(CONTIGS[:2], "", records), rng, 500))
    pysam.index(path)
    return path


def random_sites(rng: random.Random) -> list[Any]:
    """Make columns: names, codes, positions, REF, ALT."""
    n = rng.randint(1, 60)
    alleles = ("A", "C", "G", "T", "N", "a", "AC", "GTA")
    names = [name for name, _ in CONTIGS]
    positions = [rng.randint(0, 360) for _ in range(n)]
    codes = [rng.choice((0, 0, 0, 1, 1, 2)) for _ in range(n)]
    return [names, codes, positions, rng.choices(alleles, k=n), rng.choices(alleles, k=n)]
