"""Asks the program about single records, and compares with what was simulated.

In: a simulation and its aligned records. Each pair of a record and an event that it spans becomes
a contig of its own, so that one row of the program's table is the judgement of one record.
"""

from __future__ import annotations

import tempfile
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pysam
from accounting import counts_of
from environment import run_program
from files import VcfLine, write_fasta, write_vcf
from judgement import ALT, OTHER, REF, Event
from oracle import is_unmapped, parse_options, reason_to_leave_out
from reads import read_of
from simulate import Locus, Simulation, origin

MARGIN = 80  # reference bases kept around a record
N_NEAR = 12  # bases
NOT_SEEN = "not looked at"


class Pair(NamedTuple):
    """A record and one listed ALT of a locus that it spans."""

    record: Any
    locus: Locus
    alt: int  # 1 is the first ALT
    truth: str
    n_beyond: int  # bases of the read beyond the nearer flank

    def event(self) -> Event:
        """Return the event of the ALT."""
        return self.locus.events[self.alt - 1]

    def why_hard(self, simulation: Simulation) -> list[str]:
        """Name what may have misled the judgement, what does so most often first."""
        event = self.event()
        neighbours = [other.span() for other in simulation.loci if other is not self.locus]
        reasons = {
            "beside an intron": self.is_beside(simulation.introns),
            "at the molecule's end": self.n_beyond < N_NEAR,
            "beside another event": self.is_beside(neighbours),
            "of several ALTs": len(self.locus.line.alts) > 1,
            "clipped": any(op == pysam.CSOFT_CLIP for op, _ in self.record.cigartuples),
            "in a repeat": len(event.ref_stretch) > 2 * max(len(event.ref), len(event.alt)),
        }
        return [word for word, holds in reasons.items() if holds] or ["alone"]

    def is_beside(self, spans: list[tuple[int, int]]) -> bool:
        """Tell whether one of the spans is so close that it is within the texts."""
        left, right = self.locus.span()
        return any(beg - N_NEAR < right and left < end + N_NEAR for beg, end in spans)


def list_pairs(bam: Path, simulation: Simulation) -> list[Pair]:
    """List the records that are looked at, with each event that they span."""
    options = parse_options(["in.bam", "in.vcf"])
    pairs: list[Pair] = []
    with pysam.AlignmentFile(str(bam)) as source:
        for record in source:
            if not is_unmapped(record) and reason_to_leave_out(record, options) is None:
                pairs += spanned(record, simulation)
    return pairs


def spanned(record: Any, simulation: Simulation) -> Iterator[Pair]:
    """Return the events of which the read holds both flanks, and to which it is aligned."""
    number, begin, end = origin(record.query_name, from_end=record.is_reverse)
    read = read_of(record, 0)
    flanks = simulation.haplotypes[number].flanks
    for i in range(bisect_left(flanks, (begin, 0)), bisect_left(flanks, (end, 0))):
        locus, (left, right) = simulation.loci[i], flanks[i]
        if right < end:
            for alt, text in enumerate(locus.line.alts, start=1):
                event = locus.events[alt - 1]
                if text in locus.listed and read.aligns_within(event.first(), event.end()):
                    allele = locus.alleles[number]
                    truth = REF if allele == 0 else ALT if allele == alt else OTHER
                    yield Pair(record, locus, alt, truth, min(left - begin, end - 1 - right))


def judgements(pairs: list[Pair], reference: str) -> list[str]:
    """Return the program's word for each pair."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_exploded(pairs, reference, folder)
        args = ["--indels", "--reference", "ref.fa", "--count", "reads", "in.bam", "in.vcf"]
        got = run_program(args, folder)
    if got.returncode != 0:
        raise RuntimeError(got.stderr.decode())
    lines = [line.split("\t") for line in got.stdout.decode().splitlines()[1:]]
    words = [word_of(counts) for counts in counts_of(got.stdout)]
    said = {(line[0], line[4]): word for line, word in zip(lines, words, strict=True)}
    return [said[f"p{i}", pair.locus.line.alts[pair.alt - 1]] for i, pair in enumerate(pairs)]


def word_of(counts: dict[str, int]) -> str:
    """Return the only column that is not zero."""
    words = [name.removesuffix("_count") for name, n in counts.items() if n]
    return words[0] if words else NOT_SEEN


def write_exploded(pairs: list[Pair], reference: str, folder: Path) -> None:
    """Write a contig, a record and the variants of a locus for each pair."""
    contigs, lines, records = {}, [], []
    for i, pair in enumerate(pairs):
        left, right = pair.locus.span()
        begin = max(0, min(pair.record.reference_start, left) - MARGIN)
        end = max(pair.record.reference_end, right) + MARGIN
        contigs[f"p{i}"] = reference[begin:end]
        line = pair.locus.line
        lines.append(VcfLine(f"p{i}", line.pos - begin, line.ref, pair.locus.listed))
        records.append((pair.record.to_dict(), pair.record.reference_start - begin))
    write_fasta(folder / "ref.fa", contigs)
    write_vcf(folder / "in.vcf", lines, [])
    lengths = [len(bases) for bases in contigs.values()]
    header = pysam.AlignmentHeader.from_references(list(contigs), lengths)
    with pysam.AlignmentFile(str(folder / "in.bam"), "wb", header=header) as out:
        for i, (fields, pos0) in enumerate(records):
            place = {"ref_name": f"p{i}", "ref_pos": str(pos0 + 1)}
            mate = {"next_ref_name": "*", "next_ref_pos": "0", "tags": []}
            out.write(pysam.AlignedSegment.from_dict(fields | place | mate, header))
    pysam.index(str(folder / "in.bam"))
