"""Drawn reads in a Markdown page, as files that programs can count.

A drawing is a code block of kind `reads`. Each line has a name, letters in the columns of the
contig, and words. Columns without `-` in the line `ref` are the positions of the contig `c`.

    ref     TTGCAC-GGATC      the contig; `-`: room for what is inserted below
    alt          CTG          an ALT, in place of the letters of `ref` above it
    a         GCAC-GGATC      small letters have quality 5, capitals 30
    b         GCACTGg-TC      a letter below `-` is inserted, `-` below a letter a deletion
    c         GC>>>>GATC      `>` is an intron

Words of a read: its CIGAR, where it is not the drawn one (letters are then taken as they come, the
first letter that is no soft clip says where it starts); FLAGS; `MAPQ n`; tags as `vW:i:1`; and the
columns of the native table that count it alone, `none` for no column. Two lines of one name are a
pair, unless one is secondary, supplementary or unpaired. Word of an ALT: its genotype (0/1). ALTs
below the same letters are one record.

The table that follows the drawing has a row for each mode, or for each row that a mode prints if it
has a column `row`. `no row` stands for a table without rows, `error` for a run that fails.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

CONTIG = "c"
GOOD, BAD, MAPQ = 30, 5, 60
PAIRED, REVERSE, FIRST, SECOND = 0x1 | 0x2, 0x10, 0x40 | 0x20, 0x80 | 0x10
FLAGS = {
    "unpaired": 0,
    "reverse": REVERSE,
    "secondary": 0x100,
    "QC-fail": 0x200,
    "duplicate": 0x400,
    "supplementary": 0x800,
}
UNPAIRED = {"unpaired", "secondary", "supplementary"}
NATIVE_REST = ("discordant", "ambiguous", "low_baseq", "low_mapq", "filtered")
ASE_REST = ("lowMAPQDepth", "lowBaseQDepth", "rawDepth", "improperPairs")
COLUMNS = ("ref", "alt", "other", *NATIVE_REST)
CIGAR = re.compile(r"(\d+)([MIDNSHP=X])")


class Read(NamedTuple):
    """One drawn record, with the columns that count it alone."""

    name: str
    pos: int
    cigar: str
    seq: str
    mapq: int
    flags: list[str]
    tags: list[str]
    says: list[str]

    def end(self) -> int:
        """Return the position behind its last base."""
        return self.pos + sum(int(n) for n, op in CIGAR.findall(self.cigar) if op in "MDN=X")


class Variant(NamedTuple):
    """One ALT."""

    pos: int
    ref: str
    alt: str
    gt: str


class Row(NamedTuple):
    """One row of the table below a drawing; without counts where a mode has none to show."""

    mode: str
    label: str
    counts: dict[str, int] | str


class Example(NamedTuple):
    """A drawing and its table."""

    title: str
    reference: str
    variants: list[Variant]
    reads: list[Read]
    rows: list[Row]


# ---------------------------------------------------------------- reading the page


def read_page(page: Path) -> list[Example]:
    """Find the drawings of a page."""
    title, examples = "", []
    lines = iter(page.read_text().splitlines())
    for line in lines:
        if line.startswith("#"):
            title = line.strip("# ")
        if line == "```reads":
            drawn = list(iter(lambda: next(lines), "```"))
            examples.append(read_drawing(title, drawn, read_table(lines)))
    return examples


def read_table(lines: Iterator[str]) -> list[Row]:
    """Read the next table of the page."""
    header = cells(next(line for line in lines if line.startswith("|")))
    next(lines)
    rows = []
    while (line := next(lines, "")).startswith("|"):
        row = dict(zip(header, cells(line), strict=True))
        mode, label = row["mode"].strip("`"), row.get("row", "").strip("`")
        if row["ref"] in ("no row", "error"):
            rows.append(Row(mode, label, row["ref"]))
            continue
        rest = [item.rsplit(" ", 1) for item in row["the rest"].split(", ") if item]
        counts = [(name, row[name]) for name in ("ref", "alt", "other")] + rest
        rows.append(Row(mode, label, {name: int(number) for name, number in counts}))
    return rows


def cells(line: str) -> list[str]:
    """Split a row of a table."""
    return [cell.strip() for cell in line.strip("|").split("|")]


def read_drawing(title: str, lines: list[str], rows: list[Row]) -> Example:
    """Take a drawing apart; its first line is the reference."""
    variants, reads = [], []
    first = re.fullmatch(r"ref +([ACGT-]+)", lines[0])
    assert first, f"{title}: the first line is not the reference"
    columns, begin = first[1], first.start(1)
    for line in lines[1:]:
        match = re.fullmatch(r"(\S+) +([A-Za-z=>-]+)(.*)", line)
        assert match, f"{title}: {line}"
        name, letters, words = match[1], match[2], match[3].split()
        column = match.start(2) - begin
        pos = len(columns[:column].replace("-", "")) + 1
        above = columns[column : column + len(letters)]
        assert len(above) == len(letters), f"{title}: not below the reference: {line}"
        if name == "alt":
            ref, alt = above.replace("-", ""), letters.replace("-", "")
            variants.append(Variant(pos, ref, alt, *(words or ["0/1"])))
        else:
            reads.append(read_record(name, pos, above, letters, words))
    return Example(title, columns.replace("-", ""), variants, reads, rows)


def read_record(name: str, pos: int, above: str, letters: str, words: list[str]) -> Read:
    """Make a record of the letters below those of the reference."""
    cigar, mapq, flags, tags, says = drawn_cigar(above, letters), MAPQ, [], [], []
    rest = iter(words)
    for word in rest:
        if word in FLAGS:
            flags.append(word)
        elif word in (*COLUMNS, "none"):
            says.append(word)
        elif word == "MAPQ":
            mapq = int(next(rest))
        elif re.fullmatch(r"\w\w:[AifZ]:\S+", word):
            tags.append(word)
        else:
            assert CIGAR.sub("", word) == "", f"{name}: {word} is no word of a drawing"
            cigar = word
            n_clipped = int(CIGAR.match(word)[1]) if CIGAR.match(word)[2] == "S" else 0
            pos += len(above[:n_clipped].replace("-", ""))
    return Read(name, pos, cigar, re.sub("[->]", "", letters), mapq, flags, tags, says)


def drawn_cigar(above: str, letters: str) -> str:
    """Return the CIGAR of letters below those of the reference."""
    ops = ""
    for base, letter in zip(above, letters, strict=True):
        if base == "-":
            ops += "" if letter in "->" else "I"
        else:
            ops += {"-": "D", ">": "N"}.get(letter, "M")
    return "".join(f"{len(list(run))}{op}" for op, run in groupby(ops))


# ---------------------------------------------------------------- writing files


def write(example: Example, reads: list[Read], folder: Path) -> None:
    """Write in.bam, in.vcf and ref.fa; one sample, one read group."""
    header = [
        "@HD\tVN:1.6\tSO:coordinate",
        f"@SQ\tSN:{CONTIG}\tLN:{len(example.reference)}",
        "@RG\tID:g\tSM:S",
    ]
    records = [sam_line(read, reads) for read in sorted(reads, key=lambda read: read.pos)]
    (folder / "in.sam").write_text("\n".join([*header, *records]) + "\n")
    command = ["samtools", "view", "--no-PG", "-b", "-o", "in.bam", "in.sam"]
    subprocess.run(command, cwd=folder, check=True)
    (folder / "in.vcf").write_text("\n".join(vcf_lines(example)) + "\n")
    (folder / "ref.fa").write_text(f">{CONTIG}\n{example.reference}\n")


def sam_line(read: Read, reads: list[Read]) -> str:
    """Write a record; its mate is the other read of its name."""
    flags = sum(FLAGS[word] for word in read.flags)
    pair = [r for r in reads if r.name == read.name and not UNPAIRED & {*r.flags}]
    mate_fields = ["*", "0", "0"]
    if len(pair) == 2 and any(r is read for r in pair):
        mate = pair[pair[0] is read]
        flags |= PAIRED | (FIRST if pair[0] is read else SECOND)
        leftmost = min(pair, key=lambda r: r.pos)
        length = max(r.end() for r in pair) - leftmost.pos
        mate_fields = ["=", str(mate.pos), str(length if read is leftmost else -length)]
    quals = "".join(chr(33 + (BAD if letter.islower() else GOOD)) for letter in read.seq)
    fields = [read.name, flags, CONTIG, read.pos, read.mapq, read.cigar, *mate_fields]
    return "\t".join(map(str, [*fields, read.seq.upper(), quals, "RG:Z:g", *read.tags]))


def vcf_lines(example: Example) -> list[str]:
    """Write the ALTs, a record for those of one place."""
    lines = [
        "##fileformat=VCFv4.2",
        f"##contig=<ID={CONTIG},length={len(example.reference)}>",
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS",
    ]
    for (pos, ref), group in groupby(example.variants, lambda v: (v.pos, v.ref)):
        alts = list(group)
        alt = ",".join(variant.alt for variant in alts)
        lines.append(f"{CONTIG}\t{pos}\t.\t{ref}\t{alt}\t.\tPASS\t.\tGT\t{alts[0].gt}")
    return lines


# ---------------------------------------------------------------- what programs say


def arguments(mode: str) -> list[str]:
    """Return the command line of a mode as the page names it, such as `native --indels`."""
    name, *options = mode.split()
    if name == "gatk-ase":
        files = ["-R", "ref.fa", "-I", "in.bam", "-V", "in.vcf"]
        return ["asereadcounter", "-q", *options, *files]
    if name != "native":
        options = ["--compat", name, *options]
    if name == "native" and "--indels" in options:
        options += ["--reference", "ref.fa"]
    return ["count", "-q", *options, "in.bam", "in.vcf"]


def rows_of(mode: str, table: str) -> list[Row]:
    """Return the rows of a table that a mode printed, as the page has them: zeros beside ref, alt, other left out."""
    header, *lines = [line.split("\t") for line in table.splitlines()]
    return [row_of(mode, dict(zip(header, line, strict=True))) for line in lines]


def row_of(mode: str, cell: dict[str, str]) -> Row:
    """Return one of them."""
    if mode.startswith("gatk-ase"):
        label = f"{cell['position']} {cell['refAllele']}>{cell['altAllele']}"
        names = {"refCount": "ref", "altCount": "alt", "otherBases": "other"}
        names |= {name: name for name in ASE_REST}
    else:
        label = f"{cell['pos']} {cell['ref']}>{cell['alt']}"
        names = {f"{name}_count": name for name in COLUMNS if f"{name}_count" in cell}
    counts = {name: int(cell[column]) for column, name in names.items()}
    kept = {n: c for n, c in counts.items() if c or n in ("ref", "alt", "other")}
    return Row(mode, label, kept)
