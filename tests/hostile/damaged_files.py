#!/usr/bin/env python3
"""Counts with the damaged files of ../shared/data; each ends as stated here.

    damaged_files.py            check
    damaged_files.py --docs     print docs/damage.md's tables, with samtools and WASP2 beside us

A refusal is exit status 1, one line that names the file, and no table. What is no damage gives the
table of the whole file, byte for byte.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "native"))
from environment import REPOSITORY, Facts, program, shared, skip_all

WASP2 = REPOSITORY / "build" / "venv-python" / "bin" / "wasp2-count"
DERIVED = "_corner_derived"
QUICKCHECK = "samtools+samtools/test/quickcheck"
HTS_SPECS = "samtools+hts-specs/test"
SAME = "the whole table"  # stands for no message
TIMEOUT = 120
N_SITES_A_CONTIG = 40


class Stated(NamedTuple):
    """A file, what is wrong with it, and the words with which it is refused, or SAME."""

    file: str
    what: str
    words: str


CORNERS = [
    Stated("crc_mismatch_block2.bam", "CRC32 of block 2 is wrong", "CRC32 does not agree"),
    Stated("deflate_payload_corrupt_block2.bam", "a byte of block 2 is wrong", "BGZF block is damaged"),
    Stated("isize_wrong_block2.bam", "length of block 2 is wrong", "do not inflate to"),
    Stated("no_eof_block.bam", "no end-of-file marker", "end-of-file marker is missing"),
    Stated("truncated_at_block_boundary.bam", "cut between two blocks", "marker is missing"),
    Stated("truncated_mid_block.bam", "cut inside a block", "cut off inside a BGZF block"),
    Stated("truncated_in_header_block.bam", "cut inside the header", "cut off"),
    Stated("zero_bytes.bam", "nothing", "not a BAM file: it is empty"),
    Stated("only_eof_block.bam", "nothing but the marker", "not a BAM file"),
    Stated("extra_garbage_after_eof.bam", "bytes behind the marker", "no BGZF block begins here"),
    Stated("queryname_sorted.bam", "sorted by name", "not sorted by coordinate"),
    Stated("reverse_order_but_SO_coordinate.bam", "backwards; its header says sorted", "not sorted by coordinate"),
    Stated("plain_gzip_of_sam.sam.gz", "SAM text, gzipped", "not a BAM file"),
    Stated("eof_block_in_middle.bam", "a marker in the middle: legal", SAME),
    Stated("extra_subfield_before_BC.bam", "another subfield before BC: legal", SAME),
    Stated("level0_uncompressed_bgzf.bam", "stored blocks: legal", SAME),
    Stated("plain_gzip_not_bgzf.bam", "one gzip member: legal", SAME),
    Stated("raw_uncompressed_no_bgzf.bam", "not compressed: legal", SAME),
    Stated("csi_index_of_S1.bam", "with a CSI: legal", SAME),
]
QUICKCHECKS = [
    Stated("1.quickcheck.badeof.bam", "no end-of-file marker", "end-of-file marker is missing"),
    Stated("2.quickcheck.badheader.bam", "the first bytes are wrong", "gzip data are damaged"),
    Stated("10.quickcheck.notargets.bam", "no contig in the header", "no contig of the variants is in the BAM"),
    Stated("3.quickcheck.ok.bam", "no damage", SAME),
    Stated("4.quickcheck.ok.bam", "no damage", SAME),
]


class Ran(NamedTuple):
    """How a program ended."""

    status: int
    out: str
    message: str
    table: bytes | None


def run(command: list[str | Path], folder: Path, timeout: int = TIMEOUT) -> Ran:
    """Run a program that may write out.tsv."""
    table = folder / "out.tsv"
    table.unlink(missing_ok=True)
    ran = subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=timeout,
        check=False,
    )
    written = table.read_bytes() if table.exists() else None
    words = [text.decode(errors="replace") for text in (ran.stdout, ran.stderr)]
    return Ran(ran.returncode, *words, written)


def count(bam: Path, vcf: Path, folder: Path) -> Ran:
    """Count with the program."""
    return run([program(), "count", "-q", "-o", "out.tsv", bam, vcf], folder)


def write_sites(contigs: list[tuple[str, int]], path: Path) -> None:
    """Write SNVs all over the contigs."""
    lines = ["##fileformat=VCFv4.2", *(f"##contig=<ID={name}>" for name, _ in contigs)]
    lines += ['##FORMAT=<ID=GT,Number=1,Type=String,Description="genotype">']
    lines += ["#" + "\t".join("CHROM POS ID REF ALT QUAL FILTER INFO FORMAT S".split())]
    for name, length in contigs:
        for i in range(min(N_SITES_A_CONTIG, length)):
            pos1 = 1 + i * length // min(N_SITES_A_CONTIG, length)
            lines.append(f"{name}\t{pos1}\t.\tA\tC\t.\t.\t.\tGT\t0/1")
    path.write_text("".join(f"{line}\n" for line in lines))


def contigs_of(bam: Path) -> list[tuple[str, int]]:
    """Read the contigs of a good BAM."""
    idx = subprocess.run(
        ["samtools", "view", "-H", str(bam)], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split("\t") for line in idx.splitlines() if line.startswith("@SQ")]
    return [(row[1][3:], int(row[2][3:])) for row in rows]


# ------------------------------------------------------------------------------------- BAMs


def check_stated(facts: Facts, stated: Stated, bam: Path, vcf: Path, whole: bytes, folder: Path) -> str:
    """Check one file; return what became of it in words."""
    ran = count(bam, vcf, folder)
    left = [name for name in os.listdir(folder) if name.startswith(("out.", ".out"))]
    if stated.words == SAME:
        facts.check(f"{bam.name}: {ran.message}", ran.status == 0 and ran.table == whole)
        return "the same table"
    refused = ran.status == 1 and ran.table is None and not left and ran.message.count("\n") == 1
    facts.check(f"{bam.name}: exit {ran.status}, left {left}, {ran.message}", refused)
    facts.check(f"{bam.name}: '{stated.words}' not in: {ran.message}", stated.words in ran.message)
    facts.check(f"{bam.name} is not named: {ran.message}", bam.name in ran.message)
    return "error: " + ran.message.split(": ", 3)[-1].strip()


def samtools_says(bam: Path, whole_count: str) -> str:
    """Say what `samtools view -c` makes of a file."""
    ran = run(["samtools", "view", "-c", bam], Path.cwd())
    n = ran.out.strip()
    if ran.status != 0:
        return "error"
    same = "all" if n == whole_count else f"{n} of {whole_count}"
    return f"{same} records, exit 0" + (", warns" if ran.message else "")


def wasp2_says(bam: Path, index: Path | None, vcf: Path, whole: bytes | None, folder: Path) -> tuple[str, bytes | None]:
    """Say what WASP2 makes of a file, with its own index or, where there is none, the whole one's."""
    copy = folder / f"w-{bam.name}"
    shutil.copy(bam, copy)
    own = run(["samtools", "index", copy], folder).status == 0
    if index is not None and not own:
        shutil.copy(index, folder / f"{copy.name}.bai")
    timeout = 40
    command = [WASP2, "count-variants", copy, vcf, "-s", "S", "-o", "out.tsv"]
    try:
        ran = run(command, folder, timeout)
    except subprocess.TimeoutExpired:
        return f"no end within {timeout} s", None
    if ran.status != 0 or ran.table is None:
        return "error", None
    if whole is None or ran.table == whole:
        return "the same table", ran.table
    return "**another table, exit 0**", ran.table


# ------------------------------------------------------------------------------------- hts-specs


def check_sams(facts: Facts, data: Path, folder: Path) -> Counter[str]:
    """SAM that must fail: none is a BAM; what samtools converts is counted or refused, never half."""
    sums: Counter[str] = Counter()
    write_sites([("c1", 100)], folder / "c1.vcf")
    for sam in sorted((data / HTS_SPECS / "sam" / "failed").rglob("*.sam")):
        sums["files"] += 1
        ran = count(sam, folder / "c1.vcf", folder)
        text = ran.status == 1 and ran.table is None and "not a BAM file" in ran.message
        facts.check(f"{sam.name}: {ran.message}", text)
        bam = folder / "x.bam"
        if run(["samtools", "view", "-b", "-o", bam, sam], folder).status != 0:
            continue
        sums["samtools converts"] += 1
        write_sites(contigs_of(bam) or [("c1", 100)], folder / "x.vcf")
        ran = count(bam, folder / "x.vcf", folder)
        facts.check(f"{sam.name} as BAM: exit {ran.status} {ran.message}", is_clean(ran))
        sums["we count the BAM"] += ran.status == 0
    return sums


def is_clean(ran: Ran) -> bool:
    """A table and exit 0, or neither."""
    return ran.status in (0, 1) and (ran.status == 0) == (ran.table is not None)


def check_vcfs(facts: Facts, data: Path, folder: Path, *, compare: bool) -> Counter[str]:
    """VCF that must fail: refused with its line, or counted as bcftools would read it."""
    sums: Counter[str] = Counter()
    files = sorted((data / HTS_SPECS / "vcf").rglob("failed/*.vcf"))
    lines = [line for vcf in files for line in vcf.read_text(errors="replace").splitlines()]
    contigs = sorted({line.split("\t")[0] for line in lines} | {"1"})
    header = "".join(f"@SQ\tSN:{name}\tLN:300000000\n" for name in contigs if name.isalnum())
    (folder / "v.sam").write_text(header)
    run(["samtools", "view", "-b", "-o", folder / "v.bam", folder / "v.sam"], folder)
    for vcf in files:
        sums["files"] += 1
        ran = count(folder / "v.bam", vcf, folder)
        facts.check(f"{vcf.name}: exit {ran.status} {ran.message}", is_clean(ran))
        if ran.status:
            named = vcf.name in ran.message or "no contig of the variants" in ran.message
            facts.check(f"{vcf.name} is not named: {ran.message}", named)
        sums["we refuse"] += ran.status == 1
        if compare:
            sums["bcftools refuses"] += run(["bcftools", "view", vcf], folder).status != 0
    return sums


# ------------------------------------------------------------------------------------- all of it


def check_bams(facts: Facts, data: Path, folder: Path, *, docs: bool) -> None:
    """Check the BAMs; print a table for the docs."""
    groups = [
        (CORNERS, data / DERIVED, data / "lindenb+jvarkit" / "S1.bam"),
        (QUICKCHECKS, data / QUICKCHECK, data / QUICKCHECK / "3.quickcheck.ok.bam"),
    ]
    if docs:
        print("| file | what | `samtools view -c` | WASP2 1.5.0 | Sphex |\n|---|---|---|---|---|")
    for group, where, good in groups:
        vcf = folder / f"{good.name}.vcf"
        write_sites(contigs_of(good), vcf)
        whole = count(good, vcf, folder).table
        facts.check(f"{good.name} has a table", whole is not None)
        n = run(["samtools", "view", "-c", good], folder).out.strip()
        index = folder / "good.bai"
        if run(["samtools", "index", "-o", index, good], folder).status != 0:
            index = None
        usual = wasp2_says(good, index, vcf, None, folder)[1] if docs else None
        for stated in group:
            ours = check_stated(facts, stated, where / stated.file, vcf, whole or b"", folder)
            if docs:
                theirs = wasp2_says(where / stated.file, index, vcf, usual, folder)[0]
                counted = samtools_says(where / stated.file, n)
                print(f"| {stated.file} | {stated.what} | {counted} | {theirs} | {ours} |")


def main() -> int:
    """Check all, or print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--docs", action="store_true")
    docs = parser.parse_args().docs
    data = shared() / "data"
    if not (data / DERIVED).exists() or not shutil.which("samtools"):
        skip_all("damaged files: no folder SHARED/data, or no samtools")
    facts = Facts()
    with tempfile.TemporaryDirectory() as scratch:
        check_bams(facts, data, Path(scratch), docs=docs)
        if not os.environ.get("QUICK"):
            print("hts-specs, SAM:", dict(check_sams(facts, data, Path(scratch))))
            print("hts-specs, VCF:", dict(check_vcfs(facts, data, Path(scratch), compare=docs)))
    return facts.close()


if __name__ == "__main__":
    sys.exit(main())
