"""What a read says about one ALT (rules, section 3).

In: a `Read` and an `Event`, the trimmed difference between REF and ALT. Out: one of the words
below, or None when the read does not look at the event.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from reads import ALIGNED, CLIPPED, DELETED, INSERTED, SKIPPED, Read, Step

REF, ALT, OTHER, AMBIGUOUS, LOW_BASEQ = "ref", "alt", "other", "ambiguous", "low_baseq"
UNDECIDED = "undecided"  # a tie or no fit, before it is known whether a gap touches the event
SNV, MNP, INSERTION, DELETION, MIXED = "SNV", "MNP", "insertion", "deletion", "mixed"
N_CONTEXT = 10
ONE_IN = 5


Parts = tuple[int, str, str]  # position, REF, ALT after trimming


class Event(NamedTuple):
    """A trimmed ALT with its stretch [left, right); ``before`` and ``after`` are its context."""

    kind: str
    ref: str
    alt: str
    left: int
    right: int
    ref_stretch: str = ""
    alt_stretch: str = ""
    before: str = ""
    after: str = ""

    def first(self) -> int:
        """Return the first position at which a read looks at the event."""
        return self.left if self.kind == SNV else self.left - 1

    def end(self) -> int:
        """Return the position after the last at which a read looks at the event."""
        return self.right if self.kind == SNV else self.right + 1

    def mirrored(self) -> Event:
        """Return the event seen from the right."""
        return Event(
            self.kind,
            *(self.ref[::-1], self.alt[::-1]),
            *(1 - self.right, 1 - self.left),
            *(self.ref_stretch[::-1], self.alt_stretch[::-1]),
            *(self.after[::-1], self.before[::-1]),
        )


class Layout(NamedTuple):
    """What a layout says, and by how much REF is closer than ALT."""

    word: str
    lead_of_ref: int


# ------------------------------------------------------------------------------ making an event


def trim(pos0: int, ref: str, alt: str) -> Parts:
    """Take the common end off, then the common start."""
    while ref and alt and ref[-1] == alt[-1]:
        ref, alt = ref[:-1], alt[:-1]
    while ref and alt and ref[0] == alt[0]:
        pos0, ref, alt = pos0 + 1, ref[1:], alt[1:]
    return pos0, ref, alt


def kind_of(ref: str, alt: str) -> str:
    """Name the kind of a trimmed pair."""
    if len(ref) == len(alt):
        return SNV if len(ref) == 1 else MNP
    if not ref:
        return INSERTION
    return MIXED if alt else DELETION


def make_event(pos0: int, ref: str, alt: str, contig: str | None) -> Event:
    """Make the event of a trimmed pair; all but SNVs need the contig's bases."""
    kind = kind_of(ref, alt)
    left, right = pos0, pos0 + len(ref)
    if kind == SNV:
        return Event(kind, ref, alt, left, right)
    assert contig is not None
    if kind in (INSERTION, DELETION):
        moved = alt or contig[left:right]
        left, right = widen(left, right, moved, contig)
    ref_stretch = contig[left:right]
    alt_stretch = contig[left:pos0] + alt + contig[pos0 + len(ref) : right]
    before = contig[max(0, left - N_CONTEXT) : left]
    after = contig[right : right + N_CONTEXT]
    return Event(kind, ref, alt, left, right, ref_stretch, alt_stretch, before, after)


def widen(left: int, right: int, moved: str, contig: str) -> tuple[int, int]:
    """Widen a stretch while ``moved``, inserted or deleted there, can move by a base."""
    rolled = moved
    while left > 0 and contig[left - 1] == rolled[-1]:
        rolled = rolled[-1] + rolled[:-1]
        left -= 1
    rolled = moved
    while right < len(contig) and contig[right] == rolled[0]:
        rolled = rolled[1:] + rolled[0]
        right += 1
    return left, right


# ------------------------------------------------------------------------------------- judging


def judge(read: Read, event: Event, others: Sequence[Event]) -> str | None:
    """Judge an ALT; ``others`` are the other ALTs of its record that take part."""
    word = judge_alone(read, event)
    if word is None or event.kind == SNV:
        return word
    rivals = [other for other in others if judge_alone(read, other) == ALT]
    if rivals and word in (REF, AMBIGUOUS):
        return OTHER
    if word == ALT and any(rival.kind in (INSERTION, DELETION, MIXED) for rival in rivals):
        return AMBIGUOUS
    return word


def judge_alone(read: Read, event: Event) -> str | None:
    """Judge an ALT as if it were the only one."""
    if not read.aligns_within(event.first(), event.end()):
        return None
    if event.kind == SNV:
        return judge_base(read, read.aligned[event.left], event)
    touched = is_touched(read, event)
    if event.kind == MNP and not touched:
        offsets = [read.aligned.get(pos0) for pos0 in range(event.left, event.right)]
        whole = [offset for offset in offsets if offset is not None]
        if len(whole) == len(offsets):
            word = weigh(read, whole, event, event.ref_stretch, event.alt_stretch).word
            return OTHER if word == UNDECIDED else word
    word = judge_layouts(read, event)
    if word == UNDECIDED:
        return OTHER if touched else AMBIGUOUS
    return word


def judge_base(read: Read, offset: int, event: Event) -> str:
    """Judge a single base."""
    if read.is_low(offset):
        return LOW_BASEQ
    if not read.is_good(offset):
        return AMBIGUOUS
    return {event.ref: REF, event.alt: ALT}.get(read.seq[offset], OTHER)


def is_touched(read: Read, event: Event) -> bool:
    """Tell whether an I or D touches the stretch or a flank."""
    for step in read.steps:
        if step.op == INSERTED and event.left <= step.ref <= event.right:
            return True
        if step.op == DELETED and step.ref <= event.right and step.end() > event.left - 1:
            return True
    return False


def judge_layouts(read: Read, event: Event) -> str:
    """Lay the bases from both flanks; the layout that is closer to ALT speaks."""
    layouts = [lay(read, event), lay(read.mirror, event.mirrored())]
    there = [layout for layout in layouts if layout is not None]
    if not there:
        return UNDECIDED
    return min(there, key=lambda layout: layout.lead_of_ref).word


def lay(read: Read, event: Event) -> Layout | None:
    """Lay the bases after the left flank on both texts, if the flank is aligned."""
    if event.left - 1 not in read.aligned:
        return None
    ref_text = event.ref_stretch + event.after
    alt_text = event.alt_stretch + event.after
    offsets = following(read, event, min(len(ref_text), len(alt_text)))
    return weigh(read, offsets, event, ref_text, alt_text)


def following(read: Read, event: Event, enough: int) -> list[int]:
    """Return the offsets of the bases that belong to the layout from the left flank."""
    offsets: list[int] = []
    far_flank_aligned = event.right in read.aligned
    for step in read.steps:
        if len(offsets) >= enough:
            break
        if step.op == ALIGNED:
            skipped = max(0, event.left - step.ref)
            offsets += range(step.read + skipped, step.read + step.n)
        elif step.ref < event.left:
            continue
        elif step.op == CLIPPED:
            offsets += [] if far_flank_aligned else range(step.read, step.read + step.n)
        elif ends_layout(step, event):
            break
        elif step.op == INSERTED:
            offsets += range(step.read, step.read + step.n)
    return offsets


def ends_layout(step: Step, event: Event) -> bool:
    """Tell whether a gap after the left flank ends its layout."""
    if step.op == SKIPPED:
        return step.end() > event.right  # not wholly in the stretch
    return step.op in (INSERTED, DELETED) and step.ref > event.right


def weigh(read: Read, offsets: list[int], event: Event, ref_text: str, alt_text: str) -> Layout:
    """Compare bases with both texts, one by one, and say which text they fit."""
    laid = list(zip(offsets, ref_text, alt_text))  # ends with the shorter text
    compared = [i for i, (offset, _, _) in enumerate(laid) if read.is_good(offset)]
    deciding = [i for i in compared if laid[i][1] != laid[i][2]]
    ref_wrong = [i for i in compared if read.seq[laid[i][0]] != laid[i][1]]
    alt_wrong = [i for i in compared if read.seq[laid[i][0]] != laid[i][2]]
    lead = len(alt_wrong) - len(ref_wrong)
    if not deciding:
        low = any(ref != alt and read.is_low(offset) for offset, ref, alt in laid)
        return Layout(LOW_BASEQ if low else AMBIGUOUS, lead)
    if lead == 0:
        return Layout(UNDECIDED, lead)
    winner, wrong, own = (REF, ref_wrong, event.ref) if lead > 0 else (ALT, alt_wrong, event.alt)
    if not (agree(wrong, compared) and agree(wrong, deciding)):
        return Layout(UNDECIDED, lead)
    must_agree_on_own = winner == ALT or event.kind in (MNP, MIXED)
    if must_agree_on_own and not agree(wrong, [i for i in compared if i < len(own)]):
        return Layout(OTHER, lead)
    return Layout(winner, lead)


def agree(wrong: list[int], among: list[int]) -> bool:
    """Tell whether at most one in five of ``among`` is wrong."""
    return len(set(wrong) & set(among)) <= len(among) // ONE_IN
