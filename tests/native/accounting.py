"""The accounting invariant of the rules (section 5): no record that looks at a row is lost.

In: a BAM, where the rows are, a table. Out: the first row that does not add up.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import pysam
from oracle import (
    COLUMNS,
    FILTERED,
    LOW_MAPQ,
    Place,
    is_unmapped,
    parse_options,
    reason_to_leave_out,
)

LEFT_OUT = {f"{LOW_MAPQ}_count", f"{FILTERED}_count"}


class Seen(NamedTuple):
    """A mapped record: its name, whether it is looked at, its aligned blocks."""

    name: object
    kept: bool
    blocks: list[tuple[int, int]]

    def aligns_within(self, place: Place) -> bool:
        """Tell whether a base is aligned there."""
        return any(beg0 < place.end0 and place.first0 < end0 for beg0, end0 in self.blocks)


def problem(args: list[str], places: list[Place], table: bytes) -> str:
    """Name the first row that does not add up, or nothing."""
    options = parse_options(args)
    with pysam.AlignmentFile(options.bam, check_sq=False) as bam:
        seen = list_seen(bam, options)
    for place, counts in zip(places, counts_of(table), strict=True):
        here = [record for record in seen.get(place.contig, []) if record.aligns_within(place)]
        kept = [record.name for record in here if record.kept]
        n_left_out = sum(counts[column] for column in LEFT_OUT)
        n_counted = sum(counts.values()) - n_left_out
        n_expected = len(kept) if options.count == "reads" else len(set(kept))
        if n_left_out != len(here) - len(kept) or n_counted != n_expected:
            return f"{place}: {len(here)} records, {n_expected} to be counted, but {counts}"
    return ""


def list_seen(bam: Any, options: Any) -> dict[str | None, list[Seen]]:
    """List the mapped records by contig."""
    seen: dict[str | None, list[Seen]] = {}
    for number, record in enumerate(bam.fetch(until_eof=True)):
        if not is_unmapped(record):
            name = number if record.query_name == "*" else record.query_name
            kept = reason_to_leave_out(record, options) is None
            seen.setdefault(record.reference_name, []).append(Seen(name, kept, record.get_blocks()))
    return seen


def counts_of(table: bytes) -> list[dict[str, int]]:
    """Return the eight counts of each row."""
    header, *rows = [line.split("\t") for line in table.decode().splitlines()]
    names = [f"{column}_count" for column in COLUMNS]
    columns = [(name, header.index(name)) for name in names]
    return [{name: int(row[column]) for name, column in columns} for row in rows]
