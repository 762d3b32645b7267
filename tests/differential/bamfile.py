"""Writes BGZF and BAM byte by byte, so that tests decide where blocks end and what records hold.

In: records as values, a random source for the block layout. Out: bytes (SAM specification 4).
"""

from __future__ import annotations

import random
import struct
import zlib
from typing import NamedTuple

OPS = "MIDNSHP=X"
LETTERS = "=ACMGRSVTWYHKDBN"
MAX_OPS = 65535  # more go to the CG tag
MAX_BLOCK_TEXT = 0xFF00
FIRST_BLOCK_TEXT = 64  # htslib tells the kind of file from the first block alone
EOF_BLOCK = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
REFERENCE_OPS = "MDN=X"
QUERY_OPS = "MIS=X"


class Record(NamedTuple):
    """One BAM record; ``qual`` None stands for absent qualities, ``seq`` "" for `*`."""

    name: str
    flag: int
    tid: int
    pos0: int
    mapq: int
    cigar: list[tuple[str, int]]
    seq: str
    qual: bytes | None
    tags: bytes = b""


def cigar_span(cigar: list[tuple[str, int]], ops: str) -> int:
    """Add up the lengths of the operations in ``ops``."""
    return sum(length for op, length in cigar if op in ops)


def bgzf(data: bytes, rng: random.Random, typical: int) -> bytes:
    """Cut ``data`` into blocks of about ``typical`` bytes, at any place, empty ones among them."""
    out, begin = [], 0
    while begin < len(data):
        length = min(rng.randint(1, 2 * typical), MAX_BLOCK_TEXT)
        if begin == 0:
            length = max(length, FIRST_BLOCK_TEXT)
        out.append(bgzf_block(data[begin : begin + length], rng.choice((0, 1, 6))))
        if rng.random() < 0.02:
            out.append(EOF_BLOCK)
        begin += length
    return b"".join(out) + EOF_BLOCK


def bgzf_block(text: bytes, level: int) -> bytes:
    """Make one block."""
    squeeze = zlib.compressobj(level, zlib.DEFLATED, -15)
    body = squeeze.compress(text) + squeeze.flush()
    head = struct.pack("<4BI2BH2B2H", 31, 139, 8, 4, 0, 0, 255, 6, 66, 67, 2, len(body) + 25)
    return head + body + struct.pack("<2I", zlib.crc32(text), len(text))


def bam_text(contigs: list[tuple[str, int]], header: str, records: list[Record]) -> bytes:
    """Make the uncompressed content of a BAM."""
    text = header.encode()
    parts = [b"BAM\1", struct.pack("<I", len(text)), text, struct.pack("<I", len(contigs))]
    for name, length in contigs:
        parts.append(struct.pack("<I", len(name) + 1) + name.encode() + b"\0")
        parts.append(struct.pack("<I", length))
    return b"".join(parts + [encode(record) for record in records])


def encode(record: Record) -> bytes:
    """Make one alignment block."""
    cigar, tags = record.cigar, record.tags
    words = b"".join(struct.pack("<I", length << 4 | OPS.index(op)) for op, length in cigar)
    n_ops = len(cigar)
    span = cigar_span(cigar, REFERENCE_OPS)
    if n_ops > MAX_OPS:
        tags += b"CGBI" + struct.pack("<I", n_ops) + words
        words = struct.pack("<2I", len(record.seq) << 4 | 4, span << 4 | 3)
        n_ops = 2
    qual = b"\xff" * len(record.seq) if record.qual is None else record.qual
    name = record.name.encode() + b"\0"
    fixed = struct.pack(
        "<2i2B3HI3i",
        *(record.tid, record.pos0, len(name), record.mapq),
        *(bin_of(record.pos0, record.pos0 + max(span, 1)), n_ops, record.flag),
        *(len(record.seq), -1, -1, 0),
    )
    body = fixed + name + words + pack_bases(record.seq) + qual + tags
    return struct.pack("<I", len(body)) + body


def pack_bases(seq: str) -> bytes:
    """Pack two bases a byte, the first in the high half."""
    codes = [LETTERS.index(letter) for letter in seq] + [0]
    return bytes(codes[i] << 4 | codes[i + 1] for i in range(0, len(seq), 2))


def bin_of(begin0: int, end0: int) -> int:
    """Find the smallest bin that holds [begin0, end0) (SAM specification 5.3)."""
    for shift, first in ((14, 4681), (17, 585), (20, 73), (23, 9), (26, 1)):
        if begin0 >> shift == (end0 - 1) >> shift:
            return (first + (begin0 >> shift)) & 0xFFFF
    return 0
