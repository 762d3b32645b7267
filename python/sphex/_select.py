"""Variant lines of a text VCF by the rules of ``wasp2`` (docs/counting.md), in plain Python.

Independent of the C reader, so that each can be the other's test. Headers that WASP2's strict
reader refuses are read by the same rules as all others.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import takewhile
from typing import IO, NamedTuple

from sphex._errors import DataError, FormatError, NotFoundError

MAX_INDEL = 10  # bases of difference between REF and ALT
N_FIXED = 8  # columns before FORMAT
COMPRESSED = (".vcf.gz", ".vcf.bgz")


class VariantLine(NamedTuple):
    """One ALT of one record; counted at ``end``, the last base of REF (1-based)."""

    contig: str
    pos0: int
    end: int
    ref: str
    alt: str
    gt: str | None


class Rules(NamedTuple):
    """What is selected."""

    samples: tuple[str, ...]
    include_indels: bool
    include_multiallelic: bool


def variant_lines(path: str, rules: Rules) -> Iterator[VariantLine]:
    """Yield the selected lines in file order.

    Raises FormatError (not a VCF), DataError (a bad line), NotFoundError (unknown sample) and
    OSError.
    """
    if path.endswith(COMPRESSED):
        with gzip.open(path, "rt", newline="\n") as file:
            yield from _lines(path, file, rules)
    elif path.endswith(".vcf"):
        with open(path, newline="\n") as file:
            yield from _lines(path, file, rules)
    else:
        raise FormatError(f"{path}: the Python engine reads .vcf, .vcf.gz and .vcf.bgz")


def _lines(path: str, file: IO[str], rules: Rules) -> Iterator[VariantLine]:
    header = _header(path, file)
    genotype = _genotype_reader(path, header, rules)
    for number, line in enumerate(file, len(header) + 1):
        fields = line.rstrip("\r\n").split("\t")
        if len(fields) < N_FIXED or line.startswith("#"):
            raise DataError(f"{path}:{number}: not a record")
        yield from _record_lines(fields, rules, genotype)


def _header(path: str, file: Iterator[str]) -> list[str]:
    """Read up to the line of column names."""
    header: list[str] = []
    for line in file:
        header.append(line.rstrip("\r\n"))
        if not header[0].startswith("##fileformat=VCF") or not line.startswith("#"):
            break
        if line.startswith("#CHROM"):
            return header
    raise FormatError(f"{path}:{len(header)}: not a VCF file")


def _record_lines(
    fields: list[str], rules: Rules, genotype: Callable[[list[str]], str]
) -> Iterator[VariantLine]:
    contig, pos, _, ref, alts = fields[:5]
    alleles = [] if alts in ("", ".") else alts.split(",")
    if not pos.isdecimal() or int(pos) == 0:
        return
    if len(alleles) > 1 and not rules.include_multiallelic:
        return
    for number, alt in enumerate(alleles, 1):
        gt = genotype(fields) if rules.samples else None
        if _qualifies(ref, alt, rules) and (gt is None or _has(gt, number)):
            pos0 = int(pos) - 1
            yield VariantLine(contig, pos0, pos0 + len(ref), ref, alt, _numbers(gt or ""))


def _qualifies(ref: str, alt: str, rules: Rules) -> bool:
    single = len(ref) == 1 and len(alt) == 1
    return single or (rules.include_indels and abs(len(ref) - len(alt)) <= MAX_INDEL)


# ---------------------------------------------------------------- genotypes


def _has(gt: str, allele: int) -> bool:
    """Say whether a genotype is called, heterozygous and has this allele."""
    parts = re.split(r"[/|]", gt)
    if not all(part.isdecimal() for part in parts):
        return False
    numbers = set(map(int, parts))
    return len(numbers) > 1 and allele in numbers


def _numbers(gt: str) -> str:
    """Write a called genotype: plain numbers, one kind of separator."""
    parts = [str(int(part)) for part in re.split(r"[/|]", gt) if part]
    return ("|" if "|" in gt else "/").join(parts)


def _genotype_reader(path: str, header: list[str], rules: Rules) -> Callable[[list[str]], str]:
    """Make the function that finds GT of the first sample asked for; "" where it is missing."""
    names = header[-1].split("\t")[N_FIXED + 1 :]
    for sample in rules.samples:
        if sample not in names:
            raise NotFoundError(f"{path}: sample {sample!r} is not in the file")
    types = _format_types(header)
    column = N_FIXED + 1 + names.index(rules.samples[0]) if rules.samples else 0

    def genotype(fields: list[str]) -> str:
        if len(fields) <= column:
            return ""
        keys, values = fields[N_FIXED].split(":"), fields[column].split(":")
        before = list(takewhile(lambda key: key != "GT", keys))
        if len(before) == len(keys) or len(before) >= len(values):
            return ""
        readable = all(map(_parses, values, (types.get(key, "String") for key in before)))
        return values[len(before)] if readable else ""

    return genotype


def _format_types(header: Iterable[str]) -> dict[str, str]:
    found = (re.match(r"##FORMAT=<(?=.*?ID=([^,>]+))(?=.*?Type=([^,>]+))", line) for line in header)
    return {match[1]: match[2] for match in found if match}


def _parses(value: str, kind: str) -> bool:
    convert = {"Integer": int, "Float": float}.get(kind, str)
    try:
        for part in value.split(","):
            convert("0" if part == "." else part)
    except ValueError:
        return False
    return True
