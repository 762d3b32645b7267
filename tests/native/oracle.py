#!/usr/bin/env python3
"""Counts as the native mode of `sphex count` should, written from the rules page alone.

    oracle.py [options of sphex count] in.bam variants.vcf

The table goes to stdout. Slow and plain: every record is judged at every row that it can look at.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pysam
from contigs import Naming
from judgement import ALT, AMBIGUOUS, LOW_BASEQ, OTHER, REF, SNV, Event, judge, make_event
from reads import read_of
from regions import Region, columns_of, read_regions

from variants import Choices, RefusedError, Row, check_reference, read_lines, select_rows

UNMAPPED = 0x4
LOW_MAPQ, FILTERED = "low_mapq", "filtered"
UNKNOWN_MAPQ = 255
DISCORDANT = "discordant"
COLUMNS = [REF, ALT, OTHER, DISCORDANT, AMBIGUOUS, LOW_BASEQ, LOW_MAPQ, FILTERED]
ALLELES = {REF, ALT, OTHER}
BUCKET = 512  # bases; rows are found by the buckets that a record touches


class Place(NamedTuple):
    """Where a record must align a base to be counted in a row; ``contig`` as in the BAM."""

    contig: str | None
    first0: int
    end0: int


class Result(NamedTuple):
    """A table, and where each of its rows is."""

    table: bytes
    places: list[Place]


@dataclass
class Tally:
    """What was seen at one row: words by name, and records that were not looked at."""

    place: Place
    event: Event
    others: list[Event]
    words: dict[object, list[str]] = field(default_factory=lambda: defaultdict(list))
    left_out: Counter[str] = field(default_factory=Counter)

    def counts(self, how: str) -> list[int]:
        """Return the eight counts."""
        fates = self.left_out.copy()
        for words in self.words.values():
            fates.update(words if how == "reads" else [fate_of_fragment(words)])
        return [fates[column] for column in COLUMNS]


def fate_of_fragment(words: list[str]) -> str:
    """Decide where a fragment counts (section 4)."""
    said = {word for word in words if word in ALLELES}
    if said:
        return said.pop() if len(said) == 1 else DISCORDANT
    return LOW_BASEQ if LOW_BASEQ in words else AMBIGUOUS


# ------------------------------------------------------------------------------------- options


def parse_options(args: list[str]) -> argparse.Namespace:
    """Read the options as the rules page names them."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("bam")
    parser.add_argument("variants", type=Path)
    parser.add_argument("--indels", action="store_true")
    parser.add_argument("--reference")
    parser.add_argument("--biallelic-only", action="store_true")
    parser.add_argument("-s", "--samples", action="append")
    parser.add_argument("--all-sites", action="store_true")
    parser.add_argument("-f", "--filter", default="")
    parser.add_argument("--count", choices=["fragments", "reads"], default="fragments")
    parser.add_argument("--min-mapq", type=int, default=10)
    parser.add_argument("--min-baseq", type=int, default=10)
    parser.add_argument("--exclude-flags", type=lambda text: int(text, 0), default=0xF04)
    parser.add_argument("--require-flags", type=lambda text: int(text, 0), default=0)
    parser.add_argument("--require-tag", action="append", default=[])
    parser.add_argument("--exclude-tag", action="append", default=[])
    parser.add_argument("--wasp-filter", action="store_true")
    parser.add_argument("-r", "--regions", action="append", default=[])
    parser.add_argument("--feature", default="gene")
    parser.add_argument("--contig-style", choices=["as-is", "auto"], default="as-is")
    return parser.parse_args(args)


def sample_names(words: list[str] | None) -> list[str] | None:
    """Return the samples named by -s NAME, -s A,B or -s @FILE."""
    if words is None:
        return None
    names: list[str] = []
    for word in words:
        names += Path(word[1:]).read_text().split("\n") if word[:1] == "@" else word.split(",")
    return list(dict.fromkeys(name for name in names if name))


# ------------------------------------------------------------------------------------- counting


def count(args: list[str]) -> Result:
    """Count, or raise RefusedError."""
    options = parse_options(args)
    if options.indels and not options.reference:
        raise RefusedError("--indels needs --reference", status=2)
    samples = sample_names(options.samples)
    filters = frozenset(options.filter.split(",")) - {""}
    choices = Choices(options.indels, options.biallelic_only, samples, options.all_sites, filters)
    with pysam.AlignmentFile(options.bam, check_sq=False) as bam:
        naming = Naming(list(bam.references), repairs=options.contig_style == "auto")
        lines = read_lines(options.variants, samples)
        rows = select_rows(lines, choices)
        regions = read_regions(options.regions, options.feature, naming, contigs_of(rows))
        wanted = list(rows_by_region(rows, regions, columns_of(options.regions), naming))
        naming.check(contigs_of([row for row, _ in wanted]))
        bases_of = open_fasta(options.reference, naming)
        tallies = {id(row): make_tally(row, bases_of, naming) for row, _ in wanted}
        count_records(bam, list(tallies.values()), options)
    one_sample = samples is not None and len(samples) == 1
    header = header_cells(columns_of(options.regions), with_gt=one_sample)
    cells = [
        row_cells(row, tallies[id(row)].counts(options.count), names, with_gt=one_sample)
        for row, names in wanted
    ]
    table = "".join("\t".join(line) + "\n" for line in [header, *cells])
    return Result(table.encode(errors="surrogateescape"), [tallies[id(row)].place for row, _ in wanted])


def contigs_of(rows: list[Row]) -> list[str]:
    """List the contigs of rows."""
    return list(dict.fromkeys(row.line.chrom for row in rows))


def open_fasta(path: str | None, naming: Naming) -> Callable[[str], str] | None:
    """Return a function that gives a contig's bases, upper-cased."""
    if path is None:
        return None
    fasta = pysam.FastaFile(path)

    @cache
    def bases_of(chrom: str) -> str:
        name = naming.find(chrom, list(fasta.references))
        if name is None:
            raise RefusedError(f"no contig {chrom} in {path}")
        return fasta.fetch(name).upper()

    return bases_of


def rows_by_region(
    rows: list[Row], regions: list[Region], columns: list[str], naming: Naming
) -> Iterator[tuple[Row, tuple[str, ...]]]:
    """Pair rows with the names of the regions that their REF touches; all rows without -r."""
    for row in rows:
        if not columns:
            yield row, ()
        beg0, end0 = row.line.pos0, row.line.pos0 + len(row.line.ref)
        for region in regions:
            if naming.same(region.chrom, row.line.chrom) and region.shares_a_base(beg0, end0):
                yield row, region.names


def make_tally(row: Row, bases_of: Callable[[str], str] | None, naming: Naming) -> Tally:
    """Prepare to count at a row; with a FASTA its REF is checked."""
    bases = bases_of(row.line.chrom) if bases_of else None
    if bases is not None:
        check_reference(row.line, bases)
    event = make_event(*row.parts, bases)
    others = [make_event(*parts, bases) for parts in row.others] if event.kind != SNV else []
    contig = naming.find(row.line.chrom, naming.names)
    return Tally(Place(contig, event.first(), event.end()), event, others)


def count_records(bam: Any, tallies: list[Tally], options: argparse.Namespace) -> None:
    """Judge every record at every row that it looks at."""
    buckets: dict[tuple[str | None, int], list[Tally]] = defaultdict(list)
    for tally in tallies:
        contig, first0, end0 = tally.place
        for bucket in range(first0 // BUCKET, end0 // BUCKET + 1):
            buckets[contig, bucket].append(tally)
    for number, record in enumerate(in_order(bam)):
        if is_unmapped(record):
            continue
        first, last = record.reference_start // BUCKET, (record.reference_end or 0) // BUCKET
        near = [buckets.get((record.reference_name, i), []) for i in range(first, last + 1)]
        here = {id(tally): tally for bucket in near for tally in bucket}
        if here:
            add_record(record, number, list(here.values()), options)


def in_order(bam: Any) -> Iterator[Any]:
    """Yield the records of a BAM, refusing one that comes before its predecessor."""
    last = (0, -1)
    for record in bam.fetch(until_eof=True):
        place = (
            record.reference_id if record.reference_id >= 0 else 1 << 40,
            record.reference_start,
        )
        if place < last:
            raise RefusedError(f"{record.query_name} is not in order")
        last = place
        yield record


def add_record(record: Any, number: int, tallies: list[Tally], options: argparse.Namespace) -> None:
    """Add what one record says to the rows that it looks at."""
    read = read_of(record, options.min_baseq)
    reason = reason_to_leave_out(record, options)
    name = number if record.query_name == "*" else record.query_name
    for tally in tallies:
        if reason:
            tally.left_out[reason] += read.aligns_within(tally.place.first0, tally.place.end0)
            continue
        word = judge(read, tally.event, tally.others)
        if word is not None:
            tally.words[name].append(word)


# -------------------------------------------------------------------------- filters (section 2)


def is_unmapped(record: Any) -> bool:
    """Tell whether a record is in no row at all."""
    placed = record.reference_id >= 0 and record.reference_start >= 0
    return bool(record.flag & UNMAPPED) or not placed or not record.cigartuples


def reason_to_leave_out(record: Any, options: argparse.Namespace) -> str | None:
    """Name the column of a record that is not looked at, the first reason."""
    if (
        record.flag & options.exclude_flags
        or record.flag & options.require_flags != options.require_flags
        or not all(has_tag(record, wanted) for wanted in options.require_tag)
        or (options.wasp_filter and record.has_tag("vW") and not has_tag(record, "vW:i:1"))
        or any(has_tag(record, unwanted) for unwanted in options.exclude_tag)
    ):
        return FILTERED
    if record.mapping_quality < options.min_mapq and record.mapping_quality != UNKNOWN_MAPQ:
        return LOW_MAPQ
    return None if record.query_sequence else FILTERED


def has_tag(record: Any, wanted: str) -> bool:
    """Tell whether a record has the tag TAG:TYPE:VALUE."""
    tag, kind, text = wanted.split(":", 2)
    if not record.has_tag(tag):
        return False
    value, value_kind = record.get_tag(tag, with_value_type=True)
    if kind == "i":
        return value_kind in "cCsSiI" and value == int(text)
    return value_kind == kind and str(value) == text


# --------------------------------------------------------------------------- output (section 5)


def header_cells(region_columns: list[str], *, with_gt: bool) -> list[str]:
    """Return the cells of the header line."""
    start = ["chrom", "pos", "id", "ref", "alt", *(["gt"] if with_gt else [])]
    return [*start, *(f"{column}_count" for column in COLUMNS), *region_columns]


def row_cells(row: Row, counts: list[int], names: tuple[str, ...], *, with_gt: bool) -> list[str]:
    """Return the cells of one row."""
    line = row.line
    start = [line.chrom, str(line.pos0 + 1), line.id, line.ref, row.alt]
    return [*start, *(line.gts if with_gt else []), *map(str, counts), *names]


def main() -> int:
    """Write the table to stdout."""
    try:
        sys.stdout.buffer.write(count(sys.argv[1:]).table)
    except RefusedError as error:
        print(f"oracle: {error}", file=sys.stderr)
        return error.status
    return 0


if __name__ == "__main__":
    sys.exit(main())
