"""The worked cases of the rules page (section 7) as data.

Each case has one contig, `c`; a read starts where its CIGAR's first base is aligned.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from files import QUERY_OPS, Record, VcfLine, cigar_of, write_bam, write_fasta, write_vcf

CONTIG = "c"
GOOD = 30
#          1    6    11   16   21   26
DRAWING = "TTGCACGGATCAAAAGTCATGACCTGATTGC"
NO_REPEAT = "TTGCACGGATCAGACTGTCATTGCC"  # of cases 16-18; AC at 14, 15
SNV = [(9, "A", "G")]
INDELS = ["--indels", "--reference", "ref.fa"]
ALL_FLAGS = ["--exclude-flags", "0"]
BY_READ = ["--count", "reads"]

Counts = tuple[int, int, int, int, int, int, int, int]


class Seen(NamedTuple):
    """One record. ``quals`` replaces single qualities by offset; ``seq`` "" stands for `*`."""

    pos: int
    cigar: str
    seq: str
    name: str = ""  # empty: a name of its own
    flag: int = 0
    mapq: int = 60
    quals: dict[int, int] | None = None
    tags: bytes = b""


class Worked(NamedTuple):
    """One numbered case; ``counts`` go by options, one tuple per row."""

    number: int
    reference: str
    variants: list[tuple[int, str, str]]
    reads: list[Seen]
    counts: list[tuple[list[str], list[Counts]]]
    gt: str = ""


def base(letter: str, name: str = "", quality: int = GOOD, **more: object) -> Seen:
    """Return a record of five bases, GG and TC around a letter at position 9."""
    return Seen(7, "5M", f"GG{letter}TC", name, quals={2: quality}, **more)  # type: ignore[arg-type]


def integer_tag(value: int) -> bytes:
    """Return vW:i:value."""
    return b"vWC" + bytes([value])


def drawn() -> list[Seen]:
    """Return the records a-k of the drawing, in its order."""
    return [
        Seen(6, "6M1D9M", "CGGATCAAAGTCATG"),
        Seen(6, "9M1D6M", "CGGATCAAAGTCATG"),
        Seen(6, "16M", "CGGATCAAAAGTCATG"),
        Seen(6, "9M", "CGGATCAAA"),
        Seen(6, "10M", "CGGATCAAAA"),
        Seen(6, "10M", "CGGATCAAAA", quals={9: 5}),
        Seen(6, "12M", "CGGATCAAAGTC"),
        Seen(6, "9M4S", "CGGATCAAAGTCA"),
        Seen(6, "6M2D8M", "CGGATCAAGTCATG"),
        Seen(6, "7M8N5M", "CGGATCAGACCT"),
        Seen(13, "9M", "AAAGTCATG"),
    ]


def cases() -> list[Worked]:
    """Return the cases that the page counts."""
    return [*snv_cases(), *indel_cases()]


def snv_cases() -> list[Worked]:
    """Return the cases 1-12."""
    five_flags = [base("G", flag=flag) for flag in (0x100, 0x200, 0x400, 0x800, 0x4)]
    return [
        Worked(
            1,
            DRAWING,
            SNV,
            [base("G", "m"), base("G", "m")],
            [
                ([], [(0, 1, 0, 0, 0, 0, 0, 0)]),
                (BY_READ, [(0, 2, 0, 0, 0, 0, 0, 0)]),
            ],
        ),
        Worked(
            2,
            DRAWING,
            SNV,
            [
                base("A", "m"),
                base("G", "m"),
                base("G", "n", 5),
                base("G", "n", 7),
            ],
            [
                ([], [(0, 0, 0, 1, 0, 1, 0, 0)]),
                (BY_READ, [(1, 1, 0, 0, 0, 2, 0, 0)]),
            ],
        ),
        Worked(
            3,
            DRAWING,
            SNV,
            [base("A", "m", 30), base("G", "m", 5)],
            [
                ([], [(1, 0, 0, 0, 0, 0, 0, 0)]),
                (["--min-baseq", "0"], [(0, 0, 0, 1, 0, 0, 0, 0)]),
            ],
        ),
        Worked(
            4,
            DRAWING,
            SNV,
            [
                base("N", "m"),
                base("G", "m"),
                base("N"),
                base("R"),
                base("="),
            ],
            [([], [(0, 1, 0, 0, 3, 0, 0, 0)])],
        ),
        Worked(
            5,
            DRAWING,
            SNV,
            [base("C", "m"), base("T", "m"), base("C")],
            [
                ([], [(0, 0, 2, 0, 0, 0, 0, 0)]),
            ],
        ),
        Worked(
            6,
            DRAWING,
            SNV,
            [
                Seen(7, "2M1D2M", "GGTC", "m"),
                base("G", "m"),
                Seen(7, "2M1N2M", "GGTC"),
                Seen(7, "2M3S", "GGGTC"),
            ],
            [([], [(0, 1, 0, 0, 0, 0, 0, 0)])],
        ),
        Worked(
            7,
            DRAWING,
            SNV,
            [*five_flags, Seen(7, "5M", "")],
            [
                ([], [(0, 0, 0, 0, 0, 0, 0, 5)]),
                (ALL_FLAGS, [(0, 4, 0, 0, 0, 0, 0, 1)]),
            ],
        ),
        Worked(
            8,
            DRAWING,
            SNV,
            [
                *(base("G", mapq=mapq) for mapq in (9, 10, 255)),
                base("G", "m", mapq=3),
                base("G", "m"),
            ],
            [([], [(0, 3, 0, 0, 0, 0, 2, 0)])],
        ),
        Worked(
            9,
            DRAWING,
            SNV,
            [*[base("G", "*")] * 3, *[base("A", "u")] * 2],
            [
                ([], [(1, 3, 0, 0, 0, 0, 0, 0)]),
            ],
        ),
        Worked(
            10,
            DRAWING,
            SNV,
            [
                base("G", tags=integer_tag(1)),
                base("G", tags=integer_tag(3)),
                base("G"),
            ],
            [
                ([], [(0, 3, 0, 0, 0, 0, 0, 0)]),
                (["--wasp-filter"], [(0, 2, 0, 0, 0, 0, 0, 1)]),
                (["--require-tag", "vW:i:1"], [(0, 1, 0, 0, 0, 0, 0, 2)]),
            ],
        ),
        Worked(
            11,
            DRAWING,
            [(9, "A", "C,G")],
            [base(letter) for letter in "ACCGT"],
            [
                (["-s", "S"], [(1, 2, 2, 0, 0, 0, 0, 0), (1, 1, 3, 0, 0, 0, 0, 0)]),
            ],
            gt="1/2",
        ),
        Worked(
            12,
            "TTGCACGTATCAAAAG",
            [(8, "TA", "TG")],
            [
                Seen(7, "5M", "GTATC"),
                Seen(7, "5M", "GTGTC"),
            ],
            [([], [(1, 1, 0, 0, 0, 0, 0, 0)])],
        ),
    ]


def indel_cases() -> list[Worked]:
    """Return the cases 13-18."""
    return [
        Worked(
            13,
            DRAWING,
            [(11, "CA", "C")],
            drawn(),
            [
                (INDELS, [(2, 4, 1, 0, 3, 1, 0, 0)]),
            ],
        ),
        Worked(
            14,
            DRAWING,
            [(11, "CAA", "CA,C")],
            [
                Seen(6, "6M1D9M", "CGGATCAAAGTCATG"),
                Seen(6, "6M2D8M", "CGGATCAAGTCATG"),
                Seen(6, "16M", "CGGATCAAAAGTCATG"),
                Seen(6, "10M", "CGGATCAAAA"),
            ],
            [(INDELS, [(2, 1, 1, 0, 0, 0, 0, 0), (2, 1, 1, 0, 0, 0, 0, 0)])],
        ),
        Worked(
            15,
            DRAWING,
            [(15, "AGTCA", "A")],
            [
                Seen(6, "10M4D6M", "CGGATCAAAATGACCT"),
                Seen(6, "10M4N6M", "CGGATCAAAATGACCT"),
                Seen(6, "10M6N4M", "CGGATCAAAAACCT"),
                Seen(6, "20M", DRAWING[5:25]),
            ],
            [(INDELS, [(1, 2, 0, 0, 1, 0, 0, 0)])],
        ),
        Worked(
            16,
            NO_REPEAT,
            [(14, "A", "AG")],
            [
                Seen(10, "5M1I5M", "TCAGAGCTGTC"),
                Seen(10, "5M1I5M", "TCAGATCTGTC"),
                Seen(10, "10M", "TCAGACTGTC"),
                Seen(10, "5M", "TCAGA"),
                Seen(10, "6M", "TCAGAC"),
            ],
            [(INDELS, [(2, 1, 1, 0, 1, 0, 0, 0)])],
        ),
        Worked(
            17,
            NO_REPEAT,
            [(14, "AC", "GT")],
            [
                Seen(9, "11M", "ATCAGACTGTC"),
                Seen(9, "11M", "ATCAGGTTGTC"),
                Seen(9, "11M", "ATCAGGCTGTC"),
                Seen(15, "8M", "TTGTCATT"),
                Seen(9, "11M", "ATCAGGTTGTC", quals={5: 5}),
            ],
            [(INDELS, [(1, 3, 1, 0, 0, 0, 0, 0)])],
        ),
        Worked(
            18,
            NO_REPEAT,
            [(14, "AC", "GGA")],
            [
                Seen(9, "7M", "ATCAGAC"),
                Seen(9, "5M1I2M", "ATCAGGGA"),
                Seen(9, "7M1I", "ATCAGGGA"),
                Seen(9, "5M1I2M", "ATCAGGGT"),
            ],
            [(INDELS, [(1, 2, 1, 0, 0, 0, 0, 0)])],
        ),
    ]


def drawn_alone() -> list[tuple[str, Worked, list[Counts]]]:
    """Return each record of the drawing as a case of its own, with what it says."""
    words = "alt alt ref ambiguous ref low_baseq alt alt other ambiguous ambiguous".split()
    columns = ["ref", "alt", "other", "discordant", "ambiguous", "low_baseq"]
    alone = []
    for letter, seen, word in zip("abcdefghijk", drawn(), words, strict=True):
        counts = [int(column == word) for column in columns] + [0, 0]
        case = Worked(13, DRAWING, [(11, "CA", "C")], [seen], [])
        alone.append((letter, case, [tuple(counts)]))
    return alone  # type: ignore[return-value]


# -------------------------------------------------------------------------------- as files


def write_case(case: Worked, folder: Path) -> None:
    """Write in.bam, in.vcf and ref.fa."""
    lengths = {CONTIG: len(case.reference)}
    gts = (case.gt,) if case.gt else ()
    lines = [VcfLine(CONTIG, pos, ref, alt.split(","), gts=gts) for pos, ref, alt in case.variants]
    records = [record_of(seen, f"r{i}") for i, seen in enumerate(case.reads)]
    write_bam(folder / "in.bam", lengths, records)
    write_vcf(folder / "in.vcf", lines, ["S"] if case.gt else [])
    write_fasta(folder / "ref.fa", {CONTIG: case.reference})


def record_of(seen: Seen, own_name: str) -> Record:
    """Make the record."""
    cigar = cigar_of(seen.cigar)
    n_bases = sum(n for op, n in cigar if op in QUERY_OPS) if seen.seq else 0
    assert n_bases == len(seen.seq), seen
    quals = [(seen.quals or {}).get(i, GOOD) for i in range(len(seen.seq))]
    name = seen.name or own_name
    return Record(
        name, seen.flag, 0, seen.pos - 1, seen.mapq, cigar, seen.seq, bytes(quals), seen.tags
    )


def counts_of(table: bytes) -> list[Counts]:
    """Return the eight counts of each row of a table."""
    header, *rows = [line.split("\t") for line in table.decode().splitlines()]
    columns = [i for i, name in enumerate(header) if name.endswith("_count")]
    return [tuple(int(row[i]) for i in columns) for row in rows]  # type: ignore[misc]
