"""ASEReadCounter in small: written from its rules, position by position, without any cleverness.

In: the command line and a folder with files. Out: the bytes of the table, or `RefusedError`. Every
position that a read covers is looked at, as the original does; the program under test looks only at
those that a variant lists.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pysam

COLUMNS = (
    "contig position variantID refAllele altAllele refCount altCount totalCount lowMAPQDepth "
    "lowBaseQDepth rawDepth otherBases improperPairs"
).split()
SHORT = {
    "-R": "reference",
    "-I": "input",
    "-V": "variant",
    "-O": "output",
    "-mmq": "mmq",
    "-mbq": "mbq",
    "-min-depth": "min_depth",
    "-overlap": "overlap",
    "--output-format": "format",
    "-L": "include",
    "-XL": "exclude",
    "-ip": "padding",
    "-ixp": "exclude_padding",
    "-isr": "set_rule",
    "-DF": "disable",
    "-RF": "enable",
}
LISTS = {"input", "variant", "include", "exclude", "disable", "enable"}
FILTER_FLAGS = {
    "NotDuplicateReadFilter": 0x400,
    "NotSecondaryAlignmentReadFilter": 0x100,
    "NotSupplementaryAlignmentReadFilter": 0x800,
    "PassesVendorQualityCheckReadFilter": 0x200,
}
PAIRED, PROPER, UNMAPPED, MATE_UNMAPPED, REVERSE, MATE_REVERSE = 1, 2, 4, 8, 16, 32
M, I, D, N, S, H, P, EQ, X = range(9)
DELETION_QUALITY = 16
MAX_ADAPTOR_TLEN = 100


class RefusedError(Exception):
    """The run has to fail."""


class Element(NamedTuple):
    """What a read says at a position."""

    name: str
    sample: str | None
    letter: str
    quality: int
    mapq: int
    deletion: bool
    improper: bool


@dataclass
class Variant:
    """One line of a VCF."""

    contig: str
    first: int
    last: int
    id: str
    ref: str
    alts: list[str]
    columns: list[str]
    n_samples: int
    bad_end: bool = False


@dataclass
class Options:
    """The command line."""

    reference: str | None = None
    input: list[str] = field(default_factory=list)
    variant: list[str] = field(default_factory=list)
    mmq: int = 0
    mbq: int = 0
    min_depth: int = -1
    overlap: str = "COUNT_FRAGMENTS_REQUIRE_SAME_BASE"
    format: str = "RTABLE"
    include: list[str] = field(default_factory=list)
    exclude: list[str] = field(default_factory=list)
    padding: int = 0
    exclude_padding: int = 0
    set_rule: str = "UNION"
    disable: list[str] = field(default_factory=list)
    enable: list[str] = field(default_factory=list)
    validate: bool = True


def parse(args: list[str]) -> Options:
    """Read the command line."""
    options = Options()
    words = iter(args)
    for word in words:
        if word == "--disable-sequence-dictionary-validation":
            options.validate = False
            continue
        key, value = SHORT[word], next(words)
        if key in LISTS:
            getattr(options, key).append(value)
        elif key in {"mmq", "mbq", "min_depth", "padding", "exclude_padding"}:
            setattr(options, key, int(value))
        elif key != "output":
            setattr(options, key, value)
    return options


def table(args: list[str], folder: Path) -> bytes:
    """Run."""
    options = parse(args)
    bams = [pysam.AlignmentFile(folder / name, check_sq=False) for name in options.input]
    lengths = merge_contigs(bams)
    order = list(lengths)
    reference = read_fasta(folder / options.reference) if options.reference else None
    variants = [read_vcf(folder / name) for name in options.variant]
    if options.validate:
        validate(bams, lengths, reference, variants)
    visited = visited_positions(options, lengths, folder)
    piles = pile_up(options, bams, order, visited)
    listed = defaultdict(list)
    for _, records in variants:
        for record in records:
            for position in range(record.first, record.last + 1):
                listed[record.contig, position].append(record)
    rows = [COLUMNS]
    for contig, position in sorted(piles, key=lambda place: (order.index(place[0]), place[1])):
        letter = reference_letter(reference, contig, position)
        row = make_row(options, listed[contig, position], letter, piles[contig, position])
        if row:
            rows.append([contig, str(position), *row])
    separator = "," if options.format == "CSV" else "\t"
    return "".join(separator.join(row) + "\n" for row in rows).encode()


# ---- files


def merge_contigs(bams: list[pysam.AlignmentFile]) -> dict[str, int]:
    """Put new contigs in front of the next one that is known."""
    merged: dict[str, int] = {}
    for bam in bams:
        waiting: list[str] = []
        sizes = dict(zip(bam.references, bam.lengths))
        names = list(merged)
        for name in bam.references:
            if name in names:
                at = names.index(name)
                names[at:at] = waiting
                waiting = []
            else:
                waiting.append(name)
        merged = {name: merged.get(name) or sizes[name] for name in names + waiting}
        if sorted(bam.references, key=list(merged).index) != list(bam.references):
            raise RefusedError
    return merged


def read_fasta(path: Path) -> dict[str, str]:
    """Read all of a FASTA."""
    contigs = {}
    for part in path.read_text().split(">")[1:]:
        name, *lines = part.split("\n")
        contigs[name.split()[0]] = "".join(lines).upper()
    return contigs


def read_vcf(path: Path) -> tuple[dict[str, int | None], list[Variant]]:
    """Read a VCF: its contigs and its records."""
    contigs: dict[str, int | None] = {}
    records = []
    n_samples = 0
    for line in path.read_text().splitlines():
        if line.startswith("##contig=<"):
            fields = dict(part.split("=") for part in line[10:-1].split(","))
            contigs[fields["ID"]] = int(fields["length"])
        elif line.startswith("#CHROM"):
            n_samples = max(len(line.split("\t")) - 9, 0)
        elif not line.startswith("#"):
            records.append(parse_record(line.split("\t"), n_samples))
    if not contigs:
        contigs = {record.contig: None for record in records}
    return contigs, records


def parse_record(columns: list[str], n_samples: int) -> Variant:
    """Find the span of a record."""
    first = int(columns[1])
    alts = [alt for alt in columns[4].split(",") if alt != "."]
    last = first + len(columns[3]) - 1
    bad_end = False
    for part in columns[7].split(";"):
        key, _, value = part.partition("=")
        if key != "END":
            continue
        try:
            last = max(int(value), first)
        except ValueError:
            bad_end = True
    return Variant(
        columns[0], first, last, columns[2], columns[3], alts, columns, n_samples, bad_end
    )


def validate(
    bams: list[pysam.AlignmentFile],
    lengths: dict[str, int],
    reference: dict[str, str] | None,
    variants: list[tuple[dict[str, int | None], list[Variant]]],
) -> None:
    """Compare the contigs of each pair of files."""
    fasta = {name: len(text) for name, text in (reference or {}).items()}
    known: list[dict] = [dict(zip(bam.references, bam.lengths)) for bam in bams]
    for of_bam in known:
        compare(of_bam, lengths)
    if reference is not None:
        compare(fasta, lengths)
    for contigs, _ in variants:
        compare(contigs, lengths)
        if reference is not None:
            compare(contigs, fasta)


def compare(one: dict, other: dict) -> None:
    """Two dictionaries share a contig, and agree on the lengths of those they share."""
    shared = [name for name in one if name in other]
    if one and other and not shared:
        raise RefusedError
    for name in shared:
        if one[name] is not None and other[name] is not None and one[name] != other[name]:
            raise RefusedError


# ---- intervals


def visited_positions(
    options: Options, lengths: dict[str, int], folder: Path
) -> set[tuple[str, int]] | None:
    """Return the positions that intervals leave; None: all."""
    if not options.include and not options.exclude:
        return None
    everything = {(name, p) for name, n in lengths.items() for p in range(1, n + 1)}
    chosen = None
    for text in options.include:
        one = positions_of(text, options.padding, lengths, folder)
        if chosen is None:
            chosen = one
        else:
            chosen = chosen & one if options.set_rule == "INTERSECTION" else chosen | one
    chosen = everything if chosen is None else chosen
    for text in options.exclude:
        chosen = chosen - positions_of(text, options.exclude_padding, lengths, folder)
    if not chosen:
        raise RefusedError
    return chosen


def positions_of(
    text: str, padding: int, lengths: dict[str, int], folder: Path
) -> set[tuple[str, int]]:
    """Return the positions of one -L, widened."""
    found = set()
    n = 0
    for contig, first, last in intervals_of(text, lengths, folder):
        if contig not in lengths or first < 1 or last < first or last > lengths[contig]:
            raise RefusedError
        n += 1
        for position in range(max(first - padding, 1), min(last + padding, lengths[contig]) + 1):
            found.add((contig, position))
    if not n:
        raise RefusedError
    return found


def intervals_of(
    text: str, lengths: dict[str, int], folder: Path
) -> Iterator[tuple[str, int, int]]:
    """List contig, first and last position."""
    if text.endswith(".vcf"):
        for record in read_vcf(folder / text)[1]:
            if record.contig in lengths:
                yield record.contig, record.first, record.last
    elif text.endswith((".bed", ".interval_list", ".list")):
        for line in (folder / text).read_text().splitlines():
            columns = line.split("\t")
            if text.endswith(".bed"):
                yield columns[0], int(columns[1]) + 1, int(columns[2])
            elif text.endswith(".interval_list") and not line.startswith("@"):
                yield columns[0], int(columns[1]), int(columns[2])
            elif text.endswith(".list") and line.strip():
                yield parse_interval(line, lengths)
    else:
        yield parse_interval(text, lengths)


def parse_interval(text: str, lengths: dict[str, int]) -> tuple[str, int, int]:
    """Read chr, chr:p, chr:a-b or chr:a+."""
    contig, colon, where = text.partition(":")
    if contig not in lengths:
        raise RefusedError
    where = where.replace(",", "")
    if not colon:
        return contig, 1, lengths[contig]
    if where.endswith("+"):
        return contig, int(where[:-1]), lengths[contig]
    first, _, last = where.partition("-")
    return contig, int(first), int(last or first)


# ---- reads


def merged_reads(
    bams: list[pysam.AlignmentFile], order: list[str]
) -> Iterator[tuple[pysam.AlignmentFile, pysam.AlignedSegment]]:
    """Take the first of the next reads of all files, again and again."""
    queues = [list(bam.fetch(until_eof=True)) for bam in bams]
    while any(queues):
        heads = [
            (head_key(queue[0], order), number) for number, queue in enumerate(queues) if queue
        ]
        number = min(heads)[1]
        yield bams[number], queues[number].pop(0)


def head_key(read: pysam.AlignedSegment, order: list[str]) -> tuple:
    """Return what the order of two files' next reads goes by."""
    if read.reference_id < 0:
        place = (1, 0, 0)
    else:
        place = (0, order.index(read.reference_name), read.reference_start)
    mate = order.index(read.next_reference_name) if read.next_reference_id >= 0 else -1
    return (
        place,
        read.is_reverse,
        read.query_name,
        read.flag,
        read.mapping_quality,
        mate,
        read.next_reference_start,
        read.template_length,
    )


def pile_up(
    options: Options,
    bams: list[pysam.AlignmentFile],
    order: list[str],
    visited: set[tuple[str, int]] | None,
) -> dict[tuple[str, int], list[Element]]:
    """Collect the elements of every position that is visited."""
    piles = defaultdict(list)
    excluded = UNMAPPED | 0x400 | 0x100
    for name in options.disable:
        excluded &= ~FILTER_FLAGS[name]
    for name in options.enable:
        excluded |= FILTER_FLAGS[name]
    for bam, read in merged_reads(bams, order):
        if read.flag & excluded or read.reference_id < 0 or read.reference_start < 0:
            continue
        if not read.has_tag("RG") or not read.query_sequence or read.query_qualities is None:
            continue
        contig = read.reference_name
        if visited is not None and not is_reached(read, visited):
            continue
        for position, element in elements(read, sample_of(bam, read)):
            if visited is None or (contig, position) in visited:
                piles[contig, position].append(element)
    return piles


def is_reached(read: pysam.AlignedSegment, visited: set[tuple[str, int]]) -> bool:
    """Tell whether the read overlaps an interval; one without a span lies between two positions."""
    first, last = read.reference_start + 1, aligned_end(read)
    if last < first:
        return all((read.reference_name, p) in visited for p in (last, first))
    return any((read.reference_name, p) in visited for p in range(first, last + 1))


def aligned_end(read: pysam.AlignedSegment) -> int:
    """Return the 1-based last position of the span."""
    span = sum(n for op, n in read.cigartuples or [] if op in (M, D, N, EQ, X))
    return read.reference_start + span


def sample_of(bam: pysam.AlignmentFile, read: pysam.AlignedSegment) -> str | None:
    """Find the sample of the read's group."""
    for group in bam.header.to_dict().get("RG", []):
        if group["ID"] == read.get_tag("RG"):
            return group.get("SM")
    raise RefusedError


def elements(read: pysam.AlignedSegment, sample: str | None) -> Iterator[tuple[int, Element]]:
    """Walk the CIGAR."""
    cigar = read.cigartuples or []
    bases, qualities = read.query_sequence, read.query_qualities
    position, offset = read.reference_start + 1, 0
    improper = bool(read.flag & PAIRED) and (mate_unmapped(read) or not read.flag & PROPER)
    seen_base = False
    for op, n in cigar:
        for _ in range(n):
            if op == D and not seen_base:
                raise RefusedError
            if op in (M, EQ, X) and offset >= len(bases):
                raise RefusedError
            if op in (M, EQ, X, D) and not in_adaptor(read, position):
                letter = "D" if op == D else bases[offset]
                quality = DELETION_QUALITY if op == D else signed(qualities[offset], 8)
                yield (
                    position,
                    Element(
                        read.query_name,
                        sample,
                        letter,
                        quality,
                        read.mapping_quality,
                        op == D,
                        improper,
                    ),
                )
            position += op in (M, EQ, X, D, N)
            offset += op in (M, EQ, X, I, S)
            seen_base = seen_base or op in (M, EQ, X, I, S)
    if seen_base and cigar[-1][0] == D:
        raise RefusedError


def signed(number: int, n_bits: int) -> int:
    """Wrap a number to n_bits with a sign."""
    number &= (1 << n_bits) - 1
    return number - (1 << n_bits) if number >> (n_bits - 1) else number


def mate_unmapped(read: pysam.AlignedSegment) -> bool:
    """Tell whether the read's mate lies nowhere."""
    return (
        bool(read.flag & MATE_UNMAPPED)
        or read.next_reference_id < 0
        or read.next_reference_start < 0
    )


def in_adaptor(read: pysam.AlignedSegment, position: int) -> bool:
    """Tell whether the position is beyond the far end of the mate."""
    start, end = read.reference_start + 1, aligned_end(read)
    mate, tlen = read.next_reference_start + 1, read.template_length
    reverse = bool(read.flag & REVERSE)
    if not read.flag & PAIRED or tlen == 0 or mate_unmapped(read):
        return False
    if reverse == bool(read.flag & MATE_REVERSE) or tlen > MAX_ADAPTOR_TLEN:
        return False
    if reverse:
        return end > mate and position <= mate - 1
    return start <= signed(mate + tlen, 32) and position >= signed(start + abs(tlen), 32)


# ---- positions


def reference_letter(reference: dict[str, str] | None, contig: str, position: int) -> str:
    """Return the base of the FASTA."""
    if reference is None or contig not in reference or position > len(reference[contig]):
        raise RefusedError
    return reference[contig][position - 1]


def make_row(
    options: Options, records: list[Variant], reference: str, pile: list[Element]
) -> list[str] | None:
    """Return the columns behind the position; None without a row."""
    if not records:
        return None
    if len(records) > 1:
        raise RefusedError
    record = records[0]
    check_record(record)
    if len(record.alts) != 1 or not is_het(record):
        return None
    alt = record.alts[0]
    if is_symbolic(alt):
        raise RefusedError
    if reference not in "ACGTN":
        if reference not in "RYSWKMBDHV":
            raise RefusedError
        reference = "N"
    kept = apply_overlap(options, pile)
    counts = count(options, [e for e in kept if not e.deletion], reference, alt[0].upper())
    if counts[2] < options.min_depth:
        return None
    return [record.id, reference, alt[0].upper(), *map(str, counts)]


def is_symbolic(alt: str) -> bool:
    """Tell whether an ALT has no bases."""
    return len(alt) > 1 and (alt[0] in "<." or alt[-1] in ">." or "[" in alt or "]" in alt)


def check_record(record: Variant) -> None:
    """Refuse what a reader of VCF refuses."""
    letters = set("ACGTNacgtn")
    if record.bad_end or not set(record.ref) <= letters:
        raise RefusedError
    for alt in record.alts:
        if not set(alt) <= letters and alt != "*" and not is_symbolic(alt):
            raise RefusedError
    names = [allele.upper() for allele in [record.ref, *record.alts]]
    if len(set(names)) < len(names):
        raise RefusedError
    if record.n_samples and len(record.columns) < 9:
        raise RefusedError


def is_het(record: Variant) -> bool:
    """Tell whether any sample is heterozygous."""
    if not record.n_samples:
        return False
    keys = record.columns[8].split(":")
    samples = record.columns[9:]
    if "GT" in keys[1:] or len(samples) != record.n_samples:
        raise RefusedError
    found = False
    for sample in samples:
        values = sample.split(":")
        if len(values) > len(keys):
            raise RefusedError
        if keys[0] == "GT":
            found = het_genotype(values[0], len(record.alts)) or found
    return found


def het_genotype(text: str, n_alts: int) -> bool:
    """Tell whether a genotype is heterozygous."""
    alleles = [a for a in text.replace("|", "/").replace("\\", "/").split("/") if a]
    for allele in alleles:
        if allele != "." and (not allele.isdigit() or int(allele) > n_alts):
            raise RefusedError
    return "." not in alleles and len(set(alleles)) > 1


def apply_overlap(options: Options, pile: list[Element]) -> list[Element]:
    """Keep what the overlap mode keeps."""
    if options.overlap == "COUNT_READS":
        return pile
    if any(element.sample is None for element in pile):
        raise RefusedError
    kept: dict[tuple[str, str | None], Element | None] = {}
    for element in pile:
        key = element.name, element.sample
        before = kept.get(key)
        if key not in kept:
            kept[key] = element
        elif before is None:
            continue
        elif options.overlap.endswith("SAME_BASE") and before.letter != element.letter:
            kept[key] = None
        elif element.quality > before.quality:
            kept[key] = element
    return [element for element in kept.values() if element]


def count(options: Options, pile: list[Element], ref: str, alt: str) -> list[int]:
    """Count, first match first; the order is that of the columns."""
    n_ref = n_alt = mapq = quality = other = improper = 0
    for element in pile:
        if element.improper:
            improper += 1
        elif element.mapq < options.mmq:
            mapq += 1
        elif element.quality < options.mbq:
            quality += 1
        elif element.letter == ref:
            n_ref += 1
        elif element.letter == alt:
            n_alt += 1
        else:
            other += 1
    return [n_ref, n_alt, n_ref + n_alt, mapq, quality, len(pile), other, improper]
