"""What a few lines of Python on pysam do: all records, or the alleles at some SNVs.

pysam_loop.py records BAM THREADS            prints the number of records and the sum of positions
pysam_loop.py alleles BAM THREADS VARIANTS   prints chrom, pos, ref and alt counts of reads
"""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections import defaultdict

import pysam

EXCLUDE_FLAGS = 0xF04
MIN_MAPQ = 10
MIN_BASEQ = 10
MATCHES = {0, 7, 8}  # M = X
SKIPS_READ = {1, 4}  # I S
SKIPS_REFERENCE = {2, 3}  # D N


def main() -> None:
    """Do what the first word says."""
    what, path, threads = sys.argv[1:4]
    with pysam.AlignmentFile(path, "rb", threads=int(threads)) as bam:
        if what == "records":
            count_records(bam)
        else:
            count_alleles(bam, sys.argv[4])


def count_records(bam: pysam.AlignmentFile) -> None:
    """Look at every record."""
    n = total = 0
    for read in bam.fetch(until_eof=True):
        n += 1
        total += read.reference_start
    print(n, total)


def count_alleles(bam: pysam.AlignmentFile, variants: str) -> None:
    """Look at every record, and at its bases where it lies over a variant."""
    positions: dict[str, list[int]] = defaultdict(list)
    alleles: dict[str, list[tuple[str, str]]] = defaultdict(list)
    with pysam.VariantFile(variants) as lines:
        for line in lines:
            positions[line.chrom].append(line.pos - 1)
            alleles[line.chrom].append((line.ref, line.alts[0]))
    counts = {name: [[0, 0] for _ in found] for name, found in positions.items()}
    for read in bam.fetch(until_eof=True):
        if not read.flag & EXCLUDE_FLAGS and read.mapping_quality >= MIN_MAPQ:
            name = read.reference_name
            if name in positions:
                count_read(read, positions[name], alleles[name], counts[name])
    for name, rows in counts.items():
        for pos0, (ref, alt) in zip(positions[name], rows, strict=True):
            print(name, pos0 + 1, ref, alt, sep="\t")


def count_read(
    read: pysam.AlignedSegment, positions: list[int], alleles: list[tuple[str, str]], counts: list[list[int]]
) -> None:
    """Add a read to the variants that it covers."""
    i = bisect_left(positions, read.reference_start)
    if i == len(positions) or positions[i] >= read.reference_end:
        return
    bases, quals = read.query_sequence, read.query_qualities
    pos0, offset = read.reference_start, 0
    for operation, n in read.cigartuples:
        if operation in MATCHES:
            while i < len(positions) and positions[i] < pos0 + n:
                q = offset + positions[i] - pos0
                if quals[q] >= MIN_BASEQ and bases[q] in alleles[i]:
                    counts[i][alleles[i].index(bases[q])] += 1
                i += 1
            offset += n
            pos0 += n
        elif operation in SKIPS_READ:
            offset += n
        elif operation in SKIPS_REFERENCE:
            pos0 += n
            while i < len(positions) and positions[i] < pos0:
                i += 1


if __name__ == "__main__":
    main()
