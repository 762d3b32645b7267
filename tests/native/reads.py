"""A record's CIGAR as steps over read and reference, and its good bases (rules, section 3).

In: a pysam record. Out: a `Read`, with or without its mirror image. Positions are 0-based.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

OPS = "MIDNSHP=X"
ALIGNED, INSERTED, DELETED, SKIPPED, CLIPPED = "M", "I", "D", "N", "S"
BASES = frozenset("ACGT")


class Step(NamedTuple):
    """``n`` bases of one operation, from offset ``read`` in the read and ``ref`` in the contig.

    What consumes no reference lies before the base ``ref``.
    """

    op: str
    read: int
    ref: int
    n: int

    def end(self) -> int:
        """Return the reference position after the step."""
        return self.ref + (self.n if self.op in (ALIGNED, DELETED, SKIPPED) else 0)


class Read:
    """What a record says about the reference."""

    def __init__(self, steps: list[Step], seq: str, quals: list[int], min_baseq: int) -> None:
        self.steps = steps
        self.seq = seq
        self.quals = quals
        self.min_baseq = min_baseq

    @cached_property
    def aligned(self) -> dict[int, int]:
        """Map reference positions to offsets in the read."""
        return {
            step.ref + i: step.read + i
            for step in self.steps
            if step.op == ALIGNED
            for i in range(step.n)
        }

    def aligns_within(self, begin0: int, end0: int) -> bool:
        """Tell whether a base is aligned to [begin0, end0)."""
        return any(
            step.op == ALIGNED and step.ref < end0 and begin0 < step.ref + step.n
            for step in self.steps
        )

    def is_low(self, offset: int) -> bool:
        """Tell whether the base's quality is too low; a missing one (255) is not."""
        return self.quals[offset] < self.min_baseq

    def is_good(self, offset: int) -> bool:
        """Tell whether the base may be compared."""
        return self.seq[offset] in BASES and not self.is_low(offset)

    @cached_property
    def mirror(self) -> Read:
        """The same read seen from the right: position p becomes -p."""
        length = len(self.seq)
        steps = []
        for op, read, ref, n in reversed(self.steps):
            consumes_read = n if op in (ALIGNED, INSERTED, CLIPPED) else 0
            last = Step(op, read, ref, n).end() - 1  # for an I before x: x - 1
            steps.append(Step(op, length - read - consumes_read, -last, n))
        return Read(steps, self.seq[::-1], self.quals[::-1], self.min_baseq)


def read_of(record: Any, min_baseq: int) -> Read:
    """Make the read of a placed record; without SEQ it has steps only."""
    seq = record.query_sequence or ""
    quals = record.query_qualities
    values = [255] * len(seq) if quals is None else list(quals)
    return Read(steps_of(record), seq, values, min_baseq)


def steps_of(record: Any) -> list[Step]:
    """Walk the CIGAR; H, P and zero-length operations leave no step."""
    steps, read, ref = [], 0, record.reference_start
    for number, n in record.cigartuples:
        op = OPS[number].replace("=", ALIGNED).replace("X", ALIGNED)
        if op in "HP" or n == 0:
            continue
        step = Step(op, read, ref, n)
        steps.append(step)
        ref = step.end()
        read += n if op in (ALIGNED, INSERTED, CLIPPED) else 0
    return steps
