"""Simulates read pairs of two haplotypes with events whose truth is known.

In: a random source and a `Scenario`. Out: ref.fa, in.vcf, 1.fq and 2.fq in a folder, and the
`Simulation` that tells which bases of a haplotype are the flanks of each event. Every read's name
says where it is from: haplotype, begin and end of its molecule.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from cases import other_base, random_bases
from files import VcfLine, write_fasta, write_vcf
from judgement import Event, make_event, trim

CONTIG = "c"
READ_LENGTH = 120
ADAPTER = "AGATCGGAAGAGCACACGTCTGAACTCCAGTCAC" * 4
COMPLEMENT = str.maketrans("ACGT", "TGCA")
QUALITIES, WEIGHTS = [37, 30, 22, 12, 7], [900, 60, 25, 10, 5]
REPEATS_PER_KB = 4
N_HAPLOTYPES = 2


class Scenario(NamedTuple):
    """How difficult it is."""

    name: str
    needed: float  # share of the records that must be judged as the truth says
    distance: tuple[int, int]  # bases between events
    insert: tuple[int, int]  # lengths of molecules
    introns: bool = False
    share_missing: float = 0.0  # of the ALTs, not in the file


PLAIN = Scenario("plain", 0.995, (250, 450), (200, 450))
HARD = Scenario("hard", 0.97, (8, 250), (70, 400), introns=True, share_missing=0.05)


class Locus(NamedTuple):
    """One place with an event; ``alleles`` (0 is REF) by haplotype, ``listed`` are in the file."""

    line: VcfLine
    events: list[Event]  # of the ALTs, in their order
    alleles: tuple[int, ...]
    listed: list[str]

    def span(self) -> tuple[int, int]:
        """Return the positions of the outermost flanks."""
        left = min(event.left for event in self.events) - 1
        return left, max(event.right for event in self.events)


class Haplotype(NamedTuple):
    """Bases to cut molecules from, and the offsets of each locus' flanks in them."""

    bases: str
    flanks: list[tuple[int, int]]


class Simulation(NamedTuple):
    """What was simulated."""

    reference: str
    loci: list[Locus]
    introns: list[tuple[int, int]]
    haplotypes: list[Haplotype]


def simulate(rng: random.Random, scenario: Scenario, n_bases: int, folder: Path) -> Simulation:
    """Simulate and write the files; every base is covered about 20 times."""
    reference = make_reference(rng, n_bases)
    introns = make_introns(rng, n_bases) if scenario.introns else []
    loci = list(make_loci(rng, scenario, reference, introns))
    haplotypes = [
        make_haplotype(reference, introns, loci, number) for number in range(N_HAPLOTYPES)
    ]
    write_fasta(folder / "ref.fa", {CONTIG: reference})
    lines = [locus.line._replace(alts=locus.listed) for locus in loci if locus.listed]
    write_vcf(folder / "in.vcf", lines, [])
    write_reads(rng, scenario, haplotypes, folder)
    return Simulation(reference, loci, introns, haplotypes)


# ---------------------------------------------------------------------------------- haplotypes


def make_reference(rng: random.Random, n_bases: int) -> str:
    """Make random bases with repeats of one to four letters."""
    bases = list(random_bases(rng, n_bases))
    for _ in range(REPEATS_PER_KB * n_bases // 1000):
        unit = random_bases(rng, rng.choice((1, 1, 2, 2, 3, 4)))
        repeat = unit * rng.randint(3, 14 if len(unit) == 1 else 7)
        at = rng.randrange(n_bases)
        bases[at : at + len(repeat)] = repeat
    return "".join(bases)


def make_introns(rng: random.Random, n_bases: int) -> list[tuple[int, int]]:
    """Choose introns between exons."""
    introns = []
    at = rng.randint(150, 600)
    while at < n_bases - 1500:
        end = at + rng.randint(100, 600)
        introns.append((at, end))
        at = end + rng.randint(150, 600)
    return introns


def make_loci(
    rng: random.Random, scenario: Scenario, reference: str, introns: list[tuple[int, int]]
) -> Iterator[Locus]:
    """Place events from left to right, in exons."""
    at = READ_LENGTH
    while at < len(reference) - 2 * READ_LENGTH:
        locus = make_locus(rng, scenario, reference, at)
        left, right = locus.span()
        in_intron = any(beg <= right and left < end for beg, end in introns)
        if left >= at and not in_intron:
            yield locus
        at = max(at, right) + rng.randint(*scenario.distance)


def make_locus(rng: random.Random, scenario: Scenario, reference: str, at: int) -> Locus:
    """Make one locus a little after a place, in a repeat if one is there."""
    pos0 = at + rng.randint(2, 6)
    if rng.random() < 0.5:
        repeats = [i for i in range(at + 2, at + 60) if reference[i] == reference[i + 1]]
        pos0 = rng.choice(repeats or [pos0])
    ref, alt = make_alleles(rng, reference, pos0)
    alts = [alt]
    if rng.random() < 0.05:
        alts.append(ref + random_bases(rng, rng.randint(1, 3)))
    alleles = rng.choice(((0, 1), (1, 0), (1, len(alts)), (0, 1)))
    listed = [alt for alt in alts if rng.random() >= scenario.share_missing]
    events = [make_event(*trim(pos0, ref, alt), reference) for alt in alts]
    return Locus(VcfLine(CONTIG, pos0 + 1, ref, alts), events, alleles, listed)


def make_alleles(rng: random.Random, reference: str, pos0: int) -> tuple[str, str]:
    """Choose REF and ALT of an event: mostly a short indel, often a repeat's unit."""
    anchor = reference[pos0]
    n = rng.choice((1, 1, 1, 1, 2, 2, 3, 4, 5, 8, 12, 20, 35))
    kind = rng.random()
    if kind < 0.35:
        return reference[pos0 : pos0 + 1 + n], anchor
    if kind < 0.6:
        return anchor, anchor + reference[pos0 + 1 : pos0 + 1 + n]
    if kind < 0.8:
        return anchor, anchor + random_bases(rng, n)
    n = rng.choice((2, 2, 3))
    ref = reference[pos0 : pos0 + n]
    if kind < 0.9:
        return ref, "".join(other_base(rng, base) for base in ref)
    first, last = other_base(rng, ref[0]), other_base(rng, ref[-1])
    return ref, first + random_bases(rng, rng.choice((0, 2, 4))) + last


def make_haplotype(
    reference: str, introns: list[tuple[int, int]], loci: list[Locus], number: int
) -> Haplotype:
    """Join the exons' bases, with the haplotype's allele at each locus."""
    pieces: list[str] = []
    n, at = 0, 0
    offsets: dict[int, int] = {}  # of reference positions that flank an event

    def add(bases: str) -> None:
        nonlocal n
        pieces.append(bases)
        n += len(bases)

    stops = sorted(
        [(beg, end, None) for beg, end in introns] + [(*locus.span(), locus) for locus in loci],
        key=lambda stop: stop[0],
    )
    for begin, end, locus in stops:
        add(reference[at:begin])
        if locus is not None:
            offsets[begin] = n
            add(allele_text(reference, begin, end, locus, locus.alleles[number]))
            offsets[end] = n
        at = end
    add(reference[at:])
    flanks = [(offsets[left], offsets[right]) for left, right in (locus.span() for locus in loci)]
    return Haplotype("".join(pieces), flanks)


def allele_text(reference: str, begin: int, end: int, locus: Locus, allele: int) -> str:
    """Return the bases of [begin, end) with an allele in them."""
    if allele == 0:
        return reference[begin:end]
    pos0, ref = locus.line.pos - 1, locus.line.ref
    pos0, ref, alt = trim(pos0, ref, locus.line.alts[allele - 1])
    return reference[begin:pos0] + alt + reference[pos0 + len(ref) : end]


# --------------------------------------------------------------------------------------- reads


def write_reads(
    rng: random.Random, scenario: Scenario, haplotypes: list[Haplotype], folder: Path
) -> None:
    """Write the pairs."""
    with (folder / "1.fq").open("w") as first, (folder / "2.fq").open("w") as second:
        for number, haplotype in enumerate(haplotypes):
            for i in range(len(haplotype.bases) // 25):
                length = rng.randint(*scenario.insert)
                begin = rng.randrange(len(haplotype.bases) - length)
                molecule = haplotype.bases[begin : begin + length]
                name = f"{number}:{begin}:{begin + length}:{i}"
                first.write(fastq(rng, name, molecule))
                second.write(fastq(rng, name, molecule.translate(COMPLEMENT)[::-1]))


def fastq(rng: random.Random, name: str, molecule: str) -> str:
    """Sequence the start of a molecule; a short one goes on into the adapter."""
    quals = rng.choices(QUALITIES, WEIGHTS, k=READ_LENGTH)
    bases = (molecule + ADAPTER)[:READ_LENGTH]
    read = "".join(
        other_base(rng, base) if rng.random() < 10 ** (-qual / 10) else base
        for base, qual in zip(bases, quals)
    )
    return f"@{name}\n{read}\n+\n{''.join(chr(33 + qual) for qual in quals)}\n"


def origin(name: str, *, from_end: bool) -> tuple[int, int, int]:
    """Return the haplotype of a read and which of its bases were read."""
    number, begin, end = (int(word) for word in name.split(":")[:3])
    length = min(READ_LENGTH, end - begin)
    return (number, end - length, end) if from_end else (number, begin, begin + length)
