"""Makes cases out of real BAMs: variants that their reads show, and a reference that fits them.

In: a BAM. Out: a folder with the BAM, its contigs cut to where records are, a FASTA of the bases
seen most often, and a VCF of SNVs, insertions, deletions, MNPs and mixed changes.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, NamedTuple

import pysam
from cases import another_alt, other_base, random_bases
from files import VcfLine, write_fasta, write_vcf
from oracle import is_unmapped
from reads import ALIGNED, DELETED, INSERTED, read_of

MARGIN = 20  # bases kept before the first record
LONGEST_CONTIG = 1_200_000
LONGEST_EVENT = 60
SHARE_WITH_SECOND_ALT = 0.1


class Evidence(NamedTuple):
    """What the records show: bases by contig and position, gaps as (contig, pos0, bases, n)."""

    bases: dict[tuple[str, int], Counter[str]]
    insertions: Counter[tuple[str, int, str]]
    deletions: Counter[tuple[str, int, int]]


def make_case(
    bam: Path, folder: Path, rng: random.Random, n_variants: int, n_judged: int
) -> bool:
    """Write in.bam, ref.fa and in.vcf; return False if nothing is mapped.

    There are fewer variants than wanted where records would have to be judged more often than n_judged.
    """
    lengths = cut_contigs(bam, folder / "in.bam")
    if not lengths:
        return False
    evidence = collect(folder / "in.bam")
    depth = sum(seen.total() for seen in evidence.bases.values()) / max(len(evidence.bases), 1)
    n_variants = min(n_variants, int(n_judged / max(depth, 1)))
    contigs = {name: consensus(rng, evidence, name, n) for name, n in lengths.items()}
    lines = make_lines(rng, evidence, contigs, n_variants)
    write_fasta(folder / "ref.fa", contigs)
    write_vcf(folder / "in.vcf", lines, [])
    return True


def cut_contigs(bam: Path, out: Path) -> dict[str, int]:
    """Copy the mapped records, each contig cut to where its first records are."""
    first: dict[str, int] = {}
    lengths: Counter[str] = Counter()
    kept = []
    with pysam.AlignmentFile(str(bam), check_sq=False) as source:
        for record in source.fetch(until_eof=True):
            if is_unmapped(record):
                continue
            name, end = str(record.reference_name), int(record.reference_end or 0)
            offset = first.setdefault(name, max(0, record.reference_start - MARGIN))
            if end - offset < LONGEST_CONTIG:
                lengths[name] = max(lengths[name], end - offset + MARGIN)
                kept.append((record, offset))
        names = [name for name in source.references if name in lengths]
    header = pysam.AlignmentHeader.from_references(names, [lengths[name] for name in names])
    with pysam.AlignmentFile(str(out), "wb", header=header) as target:
        for record, offset in kept:
            fields = record.to_dict()
            fields |= {"ref_pos": str(record.reference_start - offset + 1), "next_ref_name": "*"}
            target.write(pysam.AlignedSegment.from_dict(fields | {"next_ref_pos": "0"}, header))
    pysam.index(str(out))
    return {name: lengths[name] for name in names}


def collect(bam: Path) -> Evidence:
    """Collect bases and gaps from the records."""
    evidence = Evidence(defaultdict(Counter), Counter(), Counter())
    with pysam.AlignmentFile(str(bam), check_sq=False) as source:
        for record in source:
            if not is_unmapped(record) and record.query_sequence:
                add_record(evidence, record)
    return evidence


def add_record(evidence: Evidence, record: Any) -> None:
    """Add what one record shows."""
    read, name = read_of(record, 0), record.reference_name
    for step in read.steps:
        if step.op == ALIGNED:
            for i in range(step.n):
                evidence.bases[name, step.ref + i][read.seq[step.read + i]] += 1
        elif step.op == INSERTED and step.n <= LONGEST_EVENT:
            inserted = read.seq[step.read : step.read + step.n]
            evidence.insertions[name, step.ref, inserted] += 1
        elif step.op == DELETED and step.n <= LONGEST_EVENT:
            evidence.deletions[name, step.ref, step.n] += 1


def consensus(rng: random.Random, evidence: Evidence, name: str, length: int) -> str:
    """Return the bases seen most often, random ones where none was."""
    bases = list(random_bases(rng, length))
    for pos0 in range(length):
        seen = evidence.bases.get((name, pos0))
        if seen and (best := seen.most_common(1)[0][0]) in "ACGT":
            bases[pos0] = best
    return "".join(bases)


def make_lines(
    rng: random.Random, evidence: Evidence, contigs: dict[str, str], n_variants: int
) -> list[VcfLine]:
    """Choose variants, about a quarter of each kind."""
    n = n_variants // 4
    places = sorted(evidence.bases)
    shown = [place for place in places if len(evidence.bases[place]) > 1] or places
    pairs = [snv(rng, evidence, contigs, *place) for place in sample(rng, shown, n)]
    pairs += [changed(rng, contigs, *place) for place in sample(rng, places, n)]
    pairs += [
        (name, pos0 - 1, contigs[name][pos0 - 1], contigs[name][pos0 - 1] + bases)
        for name, pos0, bases in sample(rng, sorted(evidence.insertions), n)
    ]
    pairs += [
        (name, pos0 - 1, contigs[name][pos0 - 1 : pos0 + length], contigs[name][pos0 - 1])
        for name, pos0, length in sample(rng, sorted(evidence.deletions), n)
    ]
    order = list(contigs)
    pairs = sorted({pair for pair in pairs if pair[1] >= 0}, key=lambda p: (order.index(p[0]), *p))
    return [with_more_alts(rng, *pair) for pair in pairs]


def sample(rng: random.Random, among: list[Any], n: int) -> list[Any]:
    """Choose up to ``n``."""
    return rng.sample(among, min(n, len(among)))


def snv(
    rng: random.Random, evidence: Evidence, contigs: dict[str, str], name: str, pos0: int
) -> tuple[str, int, str, str]:
    """Make an SNV to the second most frequent base."""
    ref = contigs[name][pos0]
    seen = [base for base, _ in evidence.bases[name, pos0].most_common() if base in "ACGT"]
    alts = [base for base in seen if base != ref] or [other_base(rng, ref)]
    return name, pos0, ref, alts[0]


def changed(
    rng: random.Random, contigs: dict[str, str], name: str, pos0: int
) -> tuple[str, int, str, str]:
    """Make an MNP, a mixed change or an indel that perhaps no record shows."""
    ref = contigs[name][pos0 : pos0 + rng.randint(1, 4)]
    return name, pos0, ref, ref[: rng.randint(0, 1)] + random_bases(rng, rng.randint(1, 4))


def with_more_alts(rng: random.Random, name: str, pos0: int, ref: str, alt: str) -> VcfLine:
    """Make a line, now and then with a second ALT."""
    alts = [alt]
    if rng.random() < SHARE_WITH_SECOND_ALT:
        alts.append(another_alt(rng, ref))
    return VcfLine(name, pos0 + 1, ref, list(dict.fromkeys(alts)))
