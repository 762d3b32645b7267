"""Writes the inputs of a case: BAM with index, VCF, FASTA with .fai.

In: contigs as texts, records as values. Out: files in a folder.
"""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pysam

sys.path.append(str(Path(__file__).resolve().parents[1] / "differential"))
from bamfile import QUERY_OPS, Record, bam_text, bgzf  # found through the line above

__all__ = [
    *("QUERY_OPS", "Record", "VcfLine", "bam_text", "bgzf", "cigar_of"),
    *("write_bam", "write_fasta", "write_vcf"),
]
LINE_WIDTH = 60
TYPICAL_BLOCK = 3000


class VcfLine(NamedTuple):
    """One record of a VCF; ``pos`` is 1-based."""

    chrom: str
    pos: int
    ref: str
    alts: list[str]
    id: str = "."
    filter: str = "."
    gts: tuple[str, ...] = ()


def cigar_of(text: str) -> list[tuple[str, int]]:
    """Read a CIGAR."""
    return [(op, int(n)) for n, op in re.findall("([0-9]+)([MIDNSHP=X])", text)]


def write_bam(path: Path, contigs: Mapping[str, int], records: list[Record]) -> None:
    """Write records, sorted by position, with an index."""
    lines = [f"@SQ\tSN:{name}\tLN:{length}\n" for name, length in contigs.items()]
    header = "@HD\tVN:1.6\tSO:coordinate\n" + "".join(lines)
    ordered = sorted(records, key=lambda record: (record.tid % (1 << 31), record.pos0))
    text = bam_text(list(contigs.items()), header, ordered)
    path.write_bytes(bgzf(text, random.Random(len(text)), TYPICAL_BLOCK))
    pysam.index(str(path))


def write_fasta(path: Path, contigs: Mapping[str, str]) -> None:
    """Write contigs and their .fai."""
    with path.open("w") as out:
        for name, bases in contigs.items():
            out.write(f">{name}\n")
            for begin in range(0, len(bases), LINE_WIDTH):
                out.write(bases[begin : begin + LINE_WIDTH] + "\n")
    pysam.faidx(str(path))


def write_vcf(path: Path, lines: list[VcfLine], samples: list[str]) -> None:
    """Write a VCF in the order given, or, by its name, a .vcf.gz or .bcf of it."""
    filters = sorted({name for line in lines for name in line.filter.split(";")} - {".", "PASS"})
    columns = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO"]
    head = [
        "##fileformat=VCFv4.2",
        *(f'##FILTER=<ID={name},Description="{name}">' for name in filters),
        '##ALT=<ID=DEL,Description="deletion">',
        '##INFO=<ID=END,Number=1,Type=Integer,Description="end">',  # pysam writes it
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="genotype">',
        *(f"##contig=<ID={name}>" for name in dict.fromkeys(line.chrom for line in lines)),
        "\t".join([*columns, *(["FORMAT", *samples] if samples else [])]),
    ]
    text = "".join(f"{line}\n" for line in [*head, *map(vcf_text, lines)])
    if path.suffix == ".vcf":
        path.write_text(text)
        return
    plain = path.with_name("plain.vcf")
    plain.write_text(text)
    if path.suffix == ".gz":
        pysam.tabix_compress(str(plain), str(path), force=True)
    else:
        with (
            pysam.VariantFile(str(plain)) as source,
            pysam.VariantFile(str(path), "wb", header=source.header) as out,
        ):
            for record in source:
                out.write(record)
    plain.unlink()


def vcf_text(line: VcfLine) -> str:
    """Return the text of a record."""
    cells = [line.chrom, str(line.pos), line.id, line.ref, ",".join(line.alts), ".", line.filter]
    return "\t".join([*cells, ".", *(["GT", *line.gts] if line.gts else [])])
