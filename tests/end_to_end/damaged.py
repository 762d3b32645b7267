"""Inputs with one fault each, made from the fixtures or from a few lines of text, for check_messages and check_cli."""

from __future__ import annotations

import gzip
import shutil
import struct
import zlib
from pathlib import Path

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
COPIED = ("demo.bam", "demo.vcf.gz", "demo.bed", "messy.bam", "messy.vcf")
EOF_NBYTES = 28  # of the empty block that ends a BGZF file


def make_inputs(folder: Path) -> None:
    """Put all files into a folder."""
    for name in COPIED:
        shutil.copy(FIXTURES / name, folder)
    bam = (FIXTURES / "demo.bam").read_bytes()
    for name, content in {**damaged_bams(bam), **damaged_variants(), **texts()}.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    (folder / "folder").mkdir()


# ---------------------------------------------------------------- BAM


def damaged_bams(good: bytes) -> dict[str, bytes]:
    """Make BAMs that are no BAM, cut, damaged or not in order."""
    blocks, marker = good[:-EOF_NBYTES], good[-EOF_NBYTES:]
    plain = inflate(good)
    first = first_record(plain)
    crc, data = bytearray(blocks), bytearray(blocks)
    crc[-8] ^= 1  # the CRC32 of the last block that has data
    data[-100] ^= 0xFF
    return {
        "empty.bam": b"",
        "text.bam": b"this is text\n",
        "sam.bam": b"@HD\tVN:1.6\n",
        "cram.bam": b"CRAM\3\0",
        "cut.bam": good[: len(good) // 2],
        "no_eof.bam": blocks,
        "more.bam": good + b"more bytes behind the end of the file",
        "crc.bam": bytes(crc) + marker,
        "data.bam": bytes(data) + marker,
        "head.bam": compress(plain[:40]) + marker,
        "record.bam": compress(plain[:-10]) + marker,
        "unsorted.bam": compress(swap_ends(plain)) + marker,
        "long.bam": compress(changed(plain, first, 1 << 30)) + marker,
        "contig.bam": compress(changed(plain, first + 4, 77)) + marker,
        "bases.bam": compress(changed(plain, first + 20, 7)) + marker,
        "cut_gzip.bam": gzip.compress(plain, mtime=0)[:-20],
    }


def inflate(data: bytes) -> bytes:
    """Inflate all members."""
    parts = []
    while data:
        member = zlib.decompressobj(31)
        parts.append(member.decompress(data))
        data = member.unused_data
    return b"".join(parts)


def compress(data: bytes) -> bytes:
    """Make BGZF blocks, without the marker at the end."""
    return b"".join(block(data[i : i + 60000]) for i in range(0, len(data), 60000))


def block(data: bytes) -> bytes:
    """Make one BGZF block."""
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    body = packer.compress(data) + packer.flush()
    head = bytes.fromhex("1f8b08040000000000ff0600") + b"BC\x02\x00"
    return head + struct.pack("<H", len(body) + 25) + body + struct.pack("<II", zlib.crc32(data), len(data))


def first_record(bam: bytes) -> int:
    """Find the first record of an inflated BAM."""
    at = 8 + int.from_bytes(bam[4:8], "little")
    n_refs = int.from_bytes(bam[at : at + 4], "little")
    at += 4
    for _ in range(n_refs):
        at += 8 + int.from_bytes(bam[at : at + 4], "little")
    return at


def swap_ends(bam: bytes) -> bytes:
    """Move the first record of an inflated BAM to its end."""
    at = first_record(bam)
    end = at + 4 + int.from_bytes(bam[at : at + 4], "little")
    return bam[:at] + bam[end:] + bam[at:end]


def changed(bam: bytes, at: int, value: int) -> bytes:
    """Put another number of 32 bits there."""
    return bam[:at] + struct.pack("<I", value) + bam[at + 4 :]


# ---------------------------------------------------------------- variants

HEADER = (
    "##fileformat=VCFv4.2\n##contig=<ID=chr1,length=20000>\n"
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="">\n'
)
COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS1\n"


def vcf(*lines: str) -> str:
    """Make a VCF with these lines, whose columns are separated by blanks."""
    return HEADER + COLUMNS + "".join(line.replace(" ", "\t") + "\n" for line in lines)


def damaged_variants() -> dict[str, bytes | str]:
    """Make VCFs and BCFs."""
    good = (FIXTURES / "demo.vcf.gz").read_bytes()
    text = inflate(good).decode()
    return {
        "empty.vcf": "",
        "text.vcf": "chr1\t5\n",
        "no_columns.vcf": HEADER + "chr1\t46\t.\tA\tG\t.\t.\t.\n",
        "twice.vcf": HEADER + COLUMNS.replace("S1", "S1\tS1"),
        "few.vcf": vcf("chr1 46 . A"),
        "pos.vcf": vcf("chr1 46 . A G . . . GT 0/1", "chr1 x . A G . . . GT 0/1"),
        "allele.vcf": vcf("chr1 46 . A G . . . GT 0/7"),
        "gt.vcf": vcf("chr1 46 . A G . . . GT one"),
        "hom.vcf": vcf("chr1 46 . A G . . . GT 1/1"),
        "other.vcf": vcf("scaffold_9 46 . A G . . . GT 0/1"),
        "one.vcf": vcf("chr1 46 . A G . . . GT 0/1"),
        "bare.vcf": vcf("1 46 . A G . . . GT 0/1").replace("ID=chr1", "ID=1"),
        "cut.vcf.gz": good[:-100],
        "no_eof.vcf.gz": compress(text.encode()),
        "old.bcf": b"BCF\2\1" + bytes(20),
        "cut.bcf": compress(b"BCF\2\2" + struct.pack("<I", len(HEADER)) + HEADER.encode()[:50]),
        "variants.pgen": b"\x6c\x1b\x10",
        "variants.txt": vcf("chr1 46 . A G . . . GT 0/1"),
    }


# ---------------------------------------------------------------- regions and reference


def texts() -> dict[str, bytes | str]:
    """Make BED, GTF and FASTA."""
    return {
        "empty.bed": "# nothing\n",
        "two.bed": "chr1\t5\n",
        "start.bed": "chr1\t0\t9\nchr1\tx\t9\n",
        "back.bed": "chr1\t9\t5\n",
        "far.bed": "chr2\t19999\t20000\n",
        "regions.txt": "chr1\t0\t9\n",
        "genes.gtf": 'chr1\tx\tgene\t1\t900\t.\t+\t.\tgene_id "G1";\n',
        "short.gtf": "chr1\tx\tgene\t1\n",
        "exons.gtf": 'chr1\tx\tCDS\t1\t900\t.\t+\t.\tgene_id "G1";\n',
        "other.fa": "".join(f">{name}\n{'A' * 20000}\n" for name in ("chr1", "chr2")),
        "chr2.fa": f">chr2\n{'A' * 20000}\n",
        "text.fa": "this is text\n",
        "uneven.fa": ">chr1\nACGT\nAC\nACGT\n>chr2\nA\n",
        "plain.fa.gz": gzip.compress(b">chr1\nACGT\n", mtime=0),
        "index.fa": ">chr1\nACGT\n",
        "index.fa.fai": "chr1\t4\n",
        "old": "an older file\n",
    }
