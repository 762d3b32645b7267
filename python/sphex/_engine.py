"""The Python engine: counts alleles with pysam by the rules of ``wasp2`` and ``wasp2-legacy``.

In: an indexed BAM and rows (contig, 1-based position, REF, ALT). Out: one (ref, alt, other) per
row, in the order of the rows. Written from the counting rules alone (docs/counting.md), without
the C engine at hand, so that each can be the other's test. Slow and short on purpose.

A name counts at most once per contig. Where the original program dies on valid input, this
engine goes on: a record without SEQ says nothing, and P consumes nothing (in ``wasp2``).
"""

from __future__ import annotations

import operator
import os
import warnings
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import NamedTuple, TypeVar

import pysam

Counts = tuple[int, int, int]
T = TypeVar("T")
R = TypeVar("R")

REF, ALT, OTHER = range(3)
M, I, D, N, S, H, P, EQUAL, X = range(9)  # noqa: E741 (the letters of the SAM specification)
ALIGNED = frozenset((M, EQUAL, X))
ON_QUERY = frozenset((I, S))
ON_REFERENCE = frozenset((D, N))
QUALITY_ABSENT = MAX_QUALITY = 255
MAX_POS = 2**31 - 1  # BAM positions are signed 32-bit numbers
MAX_U32 = 2**32 - 1
NOT_ACGT_TO_N = bytes(c if c in b"ACGT" else ord("N") for c in range(256))


class Site(NamedTuple):
    """One row to count: ``pos`` is 1-based, alleles are case-sensitive bytes."""

    contig: str
    pos: int
    ref: bytes
    alt: bytes


class Block(NamedTuple):
    """A run of aligned bases: query offset and 0-based reference position of the first."""

    query: int
    reference: int
    length: int


class BamCounter:
    """Counts reads per allele like ``wasp2_rust.BamCounter``, in pure Python.

    Raises FileNotFoundError when ``path`` does not exist; the file is opened when it is counted.
    """

    def __init__(self, path: str) -> None:
        _require(path, str)
        path.encode()
        if not os.path.exists(path):
            raise FileNotFoundError(f"BAM file not found: {path}")
        self._path = path

    def count_alleles(
        self, regions: list[tuple[str, int, str, str]], min_qual: int = 0, threads: int = 1
    ) -> list[Counts]:
        """Return (ref, alt, other) for each row (contig, 1-based pos, REF, ALT), in their order.

        ``min_qual`` is a Phred score in 0..255; ``threads`` is accepted and changes nothing.
        Raises TypeError, IndexError, OverflowError or ValueError for a bad row (before anything
        is opened) and OSError when the BAM cannot be opened, has no index or is damaged.
        """
        _check_numbers(min_qual, threads)
        count = partial(count_contig, min_qual=min_qual)
        return _count_rows(self._path, _sites(regions), count, _zeros_with_warning)


def count_alleles_legacy(
    path: str, regions: list[tuple[str, int, str, str]]
) -> list[Counts | None]:
    """Count by the rules of ``wasp2-legacy``; None for every row of a contig not in the BAM."""
    return _count_rows(path, _sites(regions), count_contig_legacy, lambda rows: [None] * len(rows))


def count_contig(bam: pysam.AlignmentFile, sites: list[Site], min_qual: int) -> list[Counts]:
    """Count the sites of one contig of ``bam`` by the rules of ``wasp2``."""
    counts = [[0, 0, 0] for _ in sites]
    first_at: dict[int, int] = {}  # 0-based position -> index of the first site listed there
    for index, site in enumerate(sites):
        first_at.setdefault(site.pos - 1, index)
    places = sorted(first_at)
    counted: set[str | None] = set()
    for record in _fetch(bam, sites[0].contig, places[0], places[-1] + 2):
        if record.is_unmapped or record.query_name in counted:
            continue
        found = _first_listed(record, places, first_at)
        if found is None:
            continue
        index, offset = found
        verdict = _judge(record, offset, sites[index], min_qual)
        if verdict is not None:
            counts[index][verdict] += 1
            counted.add(record.query_name)
    return _as_tuples(counts)


def count_contig_legacy(bam: pysam.AlignmentFile, sites: list[Site]) -> list[Counts]:
    """Count the single-base sites of one contig of ``bam`` by the rules of ``wasp2-legacy``."""
    counts = [[0, 0, 0] for _ in sites]
    seen: set[str | None] = set()
    for site, count in zip(sites, counts, strict=True):
        for record in _fetch(bam, site.contig, site.pos - 1, site.pos):
            if record.query_name in seen:
                continue
            seen.add(record.query_name)  # even when it says nothing here
            base = _legacy_base(record, site.pos - 1)
            if base is not None:
                count[_compare_base(base, site)] += 1
    return _as_tuples(counts)


def _count_rows(
    path: str,
    sites: list[Site],
    count: Callable[[pysam.AlignmentFile, list[Site]], list[Counts]],
    unknown_contig: Callable[[list[Site]], Sequence[R]],
) -> list[Counts | R]:
    """Count contig by contig, in order of first appearance; results in the order of ``sites``."""
    by_contig: dict[str, list[int]] = {}
    for row, site in enumerate(sites):
        by_contig.setdefault(site.contig, []).append(row)
    results: dict[int, Counts | R] = {}
    if sites:
        with _open(path) as bam:
            for contig, rows in by_contig.items():
                listed = [sites[row] for row in rows]
                known = contig in bam.references
                counted = count(bam, listed) if known else unknown_contig(listed)
                results.update(zip(rows, counted, strict=True))
    return [results[row] for row in range(len(sites))]


def _first_listed(
    record: pysam.AlignedSegment, places: list[int], first_at: dict[int, int]
) -> tuple[int, int] | None:
    """Find the site that is listed first among those under an aligned base: (index, offset)."""
    best: tuple[int, int] | None = None
    for block in _blocks(record, consumes_query=ON_QUERY):
        begin = bisect_left(places, block.reference)
        end = bisect_right(places, block.reference + block.length - 1)
        for place in places[begin:end]:
            candidate = (first_at[place], block.query + place - block.reference)
            if best is None or candidate < best:
                best = candidate
    return best


def _blocks(record: pysam.AlignedSegment, consumes_query: frozenset[int]) -> Iterator[Block]:
    query, reference = 0, record.reference_start
    for operation, length in record.cigartuples or []:
        if operation in ALIGNED:
            yield Block(query, reference, length)
        if operation in ALIGNED or operation in consumes_query:
            query += length
        if operation in ALIGNED or operation in ON_REFERENCE:
            reference += length


def _judge(record: pysam.AlignedSegment, offset: int, site: Site, min_qual: int) -> int | None:
    """Say which allele the read shows from ``offset`` on, or None when it says nothing."""
    letters = (record.query_sequence or "").encode()
    if offset >= len(letters) or _quality(record, offset) < min_qual:
        return None
    if len(site.ref) == 1 and len(site.alt) == 1:
        base = letters[offset : offset + 1]
        return _compare_base(base, site) if base in b"ACGTN" else None
    longest = max(len(site.ref), len(site.alt))
    return _compare_text(letters[offset : offset + longest].translate(NOT_ACGT_TO_N), site)


def _quality(record: pysam.AlignedSegment, offset: int) -> int:
    qualities = record.query_qualities
    return QUALITY_ABSENT if qualities is None else qualities[offset]


def _compare_base(base: bytes, site: Site) -> int:
    if base == site.ref:
        return REF
    return ALT if base == site.alt else OTHER


def _compare_text(text: bytes, site: Site) -> int:
    """Judge an indel or MNP: the whole text first, then its beginning; REF before ALT."""
    if text in (site.ref, site.alt):
        return _compare_base(text, site)
    if text.startswith(site.ref):
        return REF
    return ALT if text.startswith(site.alt) else OTHER


def _legacy_base(record: pysam.AlignedSegment, pos0: int) -> bytes | None:
    """Return the base over ``pos0``. P moves along the query here, as the original had it."""
    letters = (record.query_sequence or "").encode()
    for block in _blocks(record, consumes_query=ON_QUERY | {P}):
        if block.reference <= pos0 < block.reference + block.length:
            offset = block.query + pos0 - block.reference
            return letters[offset : offset + 1] or None
    return None


def _fetch(
    bam: pysam.AlignmentFile, contig: str, begin0: int, end0: int
) -> Iterator[pysam.AlignedSegment]:
    """Yield the records that overlap [begin0, end0), in file order."""
    begin0, end0 = max(begin0, 0), min(end0, MAX_POS)
    if begin0 >= end0:
        return
    try:
        yield from bam.fetch(contig, begin0, end0)
    except OSError as error:
        raise OSError(f"{_name(bam)}: damaged record on {contig}: {error}") from error


def _name(bam: pysam.AlignmentFile) -> str:
    return os.fsdecode(bam.filename)


@contextmanager
def _open(path: str) -> Iterator[pysam.AlignmentFile]:
    try:
        bam = pysam.AlignmentFile(path, "rb", check_sq=False, ignore_truncation=True)
    except (OSError, ValueError) as error:
        raise OSError(f"Failed to open BAM: unable to open SAM/BAM/CRAM file at {path}") from error
    try:
        if not bam.has_index():
            index = f"unable to open SAM/BAM/CRAM index for {path}"
            raise OSError(f"Failed to open BAM: {index}; please create an index")
        yield bam
    finally:
        with suppress(OSError):  # closing a damaged file fails once more
            bam.close()


def _as_tuples(counts: list[list[int]]) -> list[Counts]:
    return [(ref, alt, other) for ref, alt, other in counts]


def _zeros_with_warning(sites: list[Site]) -> list[Counts]:
    begin = max(min(site.pos for site in sites) - 1, 0)
    end = min(max(site.pos for site in sites) + 1, MAX_U32)
    failure = f"Failed to fetch {sites[0].contig}:{begin}-{end}: failed to fetch region"
    text = f"[WARN] {failure}. Skipping {len(sites)} variants."
    warnings.warn(text, RuntimeWarning, stacklevel=4)
    return [(0, 0, 0)] * len(sites)


def _check_numbers(min_qual: int, threads: int) -> None:
    if not 0 <= operator.index(min_qual) <= MAX_QUALITY:
        raise OverflowError("out of range integral type conversion attempted")
    if operator.index(threads) < 0:
        raise OverflowError("can't convert negative int to unsigned")


def _sites(regions: object) -> list[Site]:
    """Check every row; nothing is opened before."""
    return [_site(row) for row in _require(regions, list)]


def _site(row: object) -> Site:
    items = _require(row, tuple)
    contig = _require(items[0], str)
    pos = operator.index(items[1])
    if not 0 <= pos <= MAX_U32:
        raise OverflowError("out of range integral type conversion attempted")
    ref, alt = _require(items[2], str), _require(items[3], str)
    for name, allele in (("ref_allele", ref), ("alt_allele", alt)):
        if not allele:
            raise ValueError(f"Empty {name} for variant at {contig}:{pos}")
    return Site(contig, pos, ref.encode(), alt.encode())


def _require(value: object, kind: type[T]) -> T:
    if isinstance(value, kind):
        return value
    shown = "'None'" if value is None else f"'{type(value).__name__}' object"
    raise TypeError(f"{shown} is not an instance of '{kind.__name__}'")
