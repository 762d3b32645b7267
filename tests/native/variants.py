"""Which lines of a VCF or BCF become rows (rules, section 1).

In: the file, the choices. Out: rows in the file's order.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pysam
from judgement import SNV, Parts, kind_of, trim

ACGT = frozenset("ACGT")
LONGEST = 50
MISSING = "."


class RefusedError(Exception):
    """The run must end with this exit status and without a table."""

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Choices:
    """The options that choose variants; ``samples`` None: none named."""

    indels: bool = False
    biallelic_only: bool = False
    samples: list[str] | None = None
    all_sites: bool = False
    filters: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Line:
    """One record of a variant file, alleles upper-cased; ``gts`` are of the samples named."""

    chrom: str
    pos0: int
    id: str
    ref: str
    alts: list[str]
    filters: list[str]
    gts: list[str]


@dataclass(frozen=True)
class Row:
    """One ALT to count, trimmed; ``others`` are the other ALTs of its record that take part."""

    line: Line
    alt: str
    parts: Parts
    others: list[Parts]


# -------------------------------------------------------------------------------- reading lines


def read_lines(path: Path, samples: list[str] | None) -> Iterator[Line]:
    """Read the records of a VCF, plain or compressed, or BCF."""
    columns: list[int] = []
    for text in text_lines(path):
        cells = text.split("\t")
        if text.startswith("##"):
            continue
        if text.startswith("#"):
            columns = [column_of(name, cells) for name in samples or []]
            continue
        keys = cells[8].split(":") if len(cells) > 8 else []
        yield Line(
            chrom=cells[0],
            pos0=int(cells[1]) - 1,
            id=cells[2] or MISSING,
            ref=cells[3].upper(),
            alts=[alt if "<" in alt else alt.upper() for alt in cells[4].split(",")],
            filters=cells[6].split(";"),
            gts=[genotype(keys, cells[column]) for column in columns],
        )


def text_lines(path: Path) -> Iterator[str]:
    """Return the lines of the file, a BCF as text."""
    if path.suffix == ".bcf":
        with pysam.VariantFile(str(path)) as source:
            yield from str(source.header).splitlines()
            yield from (str(record).rstrip("\n") for record in source)
        return
    opener = gzip.open if path.suffix in (".gz", ".bgz") else open
    with opener(path, "rt", encoding="utf-8", errors="surrogateescape", newline="\n") as source:
        yield from (line.rstrip("\r\n") for line in source if line.strip("\r\n"))


def column_of(name: str, header: list[str]) -> int:
    """Find a sample's column."""
    if name not in header[9:]:
        raise RefusedError(f"no sample {name}")
    return header.index(name, 9)


def genotype(keys: list[str], cell: str) -> str:
    """Return the GT of a cell."""
    values = dict(zip(keys, cell.split(":")))
    return values.get("GT", MISSING)


# -------------------------------------------------------------------------------- choosing rows


def select_rows(lines: Iterator[Line], choices: Choices) -> list[Row]:
    """Choose the rows."""
    rows: list[Row] = []
    kept: set[tuple[str, int, str, str]] = set()
    for line in lines:
        for row in rows_of(line, choices):
            key = (line.chrom, line.pos0, line.ref, row.alt)
            if key not in kept:
                kept.add(key)
                rows.append(row)
    return rows


def rows_of(line: Line, choices: Choices) -> Iterator[Row]:
    """Make the rows of one record, repeated ones included."""
    if choices.filters and choices.filters.isdisjoint(line.filters):
        return
    if choices.biallelic_only and len(line.alts) > 1:
        return
    usable = {alt: trim(line.pos0, line.ref, alt) for alt in line.alts if is_usable(line.ref, alt)}
    countable = {alt: parts for alt, parts in usable.items() if is_countable(parts, choices)}
    kept = [alt for alt in countable if is_wanted(line, alt, choices)]
    for alt in kept:
        others = [parts for other, parts in countable.items() if other != alt]
        yield Row(line, alt, countable[alt], others)


def is_usable(ref: str, alt: str) -> bool:
    """Tell whether both alleles are sequences, and differ."""
    return bool(ref and alt) and set(ref) <= ACGT and set(alt) <= ACGT and ref != alt


def is_countable(parts: Parts, choices: Choices) -> bool:
    """Tell whether a trimmed ALT is of a kind asked for."""
    _, ref, alt = parts
    if kind_of(ref, alt) == SNV:
        return True
    return choices.indels and max(len(ref), len(alt)) <= LONGEST


def is_wanted(line: Line, alt: str, choices: Choices) -> bool:
    """Tell whether a sample named is heterozygous for this ALT, or that does not matter."""
    numbers = {str(i) for i, other in enumerate(line.alts, start=1) if other == alt}
    heterozygous = [not numbers.isdisjoint(called) for called in map(hets, line.gts)]
    too_high = [gt for gt in line.gts if highest(gt) > n_alts(line)]
    if too_high:
        raise RefusedError(f"{line.chrom}:{line.pos0 + 1}: no ALT for {too_high[0]}")
    return choices.samples is None or choices.all_sites or any(heterozygous)


def hets(gt: str) -> set[str]:
    """Return the alleles of a heterozygous genotype, nothing of any other."""
    prefix = len(gt) > 1 and gt[0] in "/|"  # VCF 4.4: the phase of the first allele
    called = set(re.split("[/|]", gt[prefix:]))
    return called if MISSING not in called and len(called) > 1 else set()


def highest(gt: str) -> int:
    """Return the highest allele number of a genotype."""
    return max(map(int, re.findall("[0-9]+", gt)), default=0)


def n_alts(line: Line) -> int:
    """Count the ALTs of a record."""
    return 0 if line.alts == [MISSING] else len(line.alts)


def check_reference(line: Line, contig: str) -> None:
    """Refuse a REF that differs from the FASTA; an ambiguity code agrees with any base."""
    there = contig[line.pos0 : line.pos0 + len(line.ref)]
    if len(there) < len(line.ref) or any(
        base in ACGT and base != wanted for base, wanted in zip(there, line.ref)
    ):
        raise RefusedError(f"{line.chrom}:{line.pos0 + 1}: REF is not in the FASTA")
