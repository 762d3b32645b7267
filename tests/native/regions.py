"""Regions to restrict and name rows by (rules, section 5, -r).

In: the words after -r. Out: regions in the order of the words, then of the lines.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from contigs import Naming

from variants import MISSING, RefusedError

GENE_ENDINGS = {".gtf": ("gene_id", "gene_name"), ".gff3": ("ID", "Name"), ".gff": ("ID", "Name")}
BED_ENDINGS = (".bed", ".narrowPeak", ".broadPeak")
TO_THE_END = 1 << 40
SEQUENCES = "##FASTA"  # they follow in a GFF3


class Region(NamedTuple):
    """[beg0, end0) of a contig; ``names`` fill the last columns of its rows."""

    chrom: str
    beg0: int
    end0: int
    names: tuple[str, ...]

    def shares_a_base(self, beg0: int, end0: int) -> bool:
        """Tell whether the region and a span of its contig have a base in common."""
        return max(beg0, self.beg0) < min(end0, self.end0)


def read_regions(
    words: list[str], feature: str, naming: Naming, of_rows: list[str]
) -> list[Region]:
    """Read all regions, repeated ones once."""
    regions: dict[Region, None] = {}
    for word in words:
        ending = Path(word.removesuffix(".gz")).suffix
        if ending in GENE_ENDINGS:
            found = list(genes(word, feature, GENE_ENDINGS[ending]))
        elif ending in BED_ENDINGS:
            found = list(bed(word))
        else:
            found = [typed(word, naming, of_rows)]
        regions.update(dict.fromkeys(found))
    if words and not regions:
        raise RefusedError("no region in the files")
    return list(regions)


def columns_of(words: list[str]) -> list[str]:
    """Name the columns that the regions fill."""
    if not words:
        return []
    is_genes = any(Path(word.removesuffix(".gz")).suffix in GENE_ENDINGS for word in words)
    return ["gene_id", "gene_name"] if is_genes else ["region"]


def typed(word: str, naming: Naming, of_rows: list[str]) -> Region:
    """Read a typed region; its contig, which may have colons, must be known."""
    for region in (Region(word, 0, TO_THE_END, (word,)), parse_text(word)):
        if region.chrom in of_rows or naming.is_known(region.chrom):
            return region
    raise RefusedError(f"no contig for {word}")


def parse_text(word: str) -> Region:
    """Read `chr`, `chr:beg` or `chr:beg-end`, 1-based."""
    match = re.fullmatch(r"(.+):([0-9,]+)(?:-([0-9,]+))?", word)
    if not match:
        return Region(word, 0, TO_THE_END, (word,))
    chrom, beg, end = match[1], match[2].replace(",", ""), (match[3] or "").replace(",", "")
    return Region(chrom, int(beg) - 1, int(end) if end else int(beg), (word,))


def lines_of(path: str) -> Iterator[list[str]]:
    """Return the cells of each line that holds a region."""
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8", errors="surrogateescape", newline="\n") as source:
        for line in source:
            line = line.rstrip("\r\n")
            if line == SEQUENCES or (line.strip() and not line.startswith(("#", "track", "browser"))):
                yield line.split("\t")


def bed(path: str) -> Iterator[Region]:
    """Read a BED or peak file."""
    for cells in lines_of(path):
        if cells == [SEQUENCES]:
            continue
        chrom, beg0, end0 = cells[0], int(cells[1]), int(cells[2])
        name = cells[3] if len(cells) > 3 else ""
        if name in ("", MISSING):
            name = f"{chrom}:{beg0 + 1}-{end0}"
        yield Region(chrom, beg0, end0, (name,))


def genes(path: str, feature: str, keys: tuple[str, str]) -> Iterator[Region]:
    """Read the lines of a feature of a GTF or GFF3."""
    in_sequences = False
    for cells in lines_of(path):
        in_sequences = in_sequences or cells[0] == SEQUENCES or cells[0].startswith(">")
        if in_sequences and len(cells) > 1:
            raise RefusedError("a region among the sequences of a GFF3")
        if not in_sequences and cells[2] == feature:
            values = attributes(cells[8])
            names = tuple(values.get(key, MISSING) for key in keys)
            yield Region(cells[0], int(cells[3]) - 1, int(cells[4]), names)


def attributes(text: str) -> dict[str, str]:
    """Read `key "value";` (GTF) and `key=value;` (GFF3)."""
    pairs = re.findall(r'\s*([^\s=;]+)(?:\s+"([^"]*)"|=([^;]*))\s*;?', text)
    return {key: quoted or plain for key, quoted, plain in pairs}
