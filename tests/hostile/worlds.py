"""Makes the inputs that are damaged, and the ways to count with them.

In: a number. Out: a folder with a BAM and its indexes, one list of variants in every format, a
FASTA, regions in every format; all small, so that a damage is likely to hit something. Also a BAM
of more blocks and bins, of which a count by an index leaves most out.
"""

from __future__ import annotations

import gzip
import random
import sys
from pathlib import Path
from typing import NamedTuple

import pysam

sys.path.append(str(Path(__file__).resolve().parents[1] / "native"))
import cases  # found through the line above
from files import Record, VcfLine, bam_text, bgzf, write_bam, write_fasta, write_vcf

SAMPLES = ["S1", "S2"]
N_LINES, N_RECORDS = 24, 90
LENGTHS = {"chr1": 420, "chr2": 150, "HLA*01:01": 90}
PLACES = ["a", "b", "none", "c"]
PLACES_LENGTH, N_PLACES, PLACE_WIDTH, N_READ_BASES = 3_000_000, 50, 300, 30
LONG_INTRON = 200_000
REGIONS = ["bed", "gtf", "gff3", "narrowPeak"]

NATIVE = {"mode": "native", "bam": "in.bam", "variants": "in.vcf", "sample": "S1"}
ALL_RULES = NATIVE | {"reference": "ref.fa", "include-indels": "1"}
WASP2 = {"mode": "wasp2", "bam": "in.bam", "variants": "in.vcf", "sample": "S1"}
ASE = {"mode": "ase", "input": "in.bam", "variant": "ase.vcf", "reference": "ref.fa"}
BY_INDEX = {"mode": "native", "variants": "places.vcf", "threads": "1", "index": "2"}
OPTIONS = {
    "sample": "-s",
    "regions": "-r",
    "reference": "--reference",
    "threads": "-@",
    "feature": "--feature",
    "index": "--index",
}


class Target(NamedTuple):
    """A file that is damaged, and the settings of the counts that read it.

    ``content``: what is damaged are the inflated bytes, with new blocks and checksums around them.
    ``judged``: a damage can make another valid file, which the oracle reads, too.
    """

    name: str
    file: str
    settings: list[dict[str, str]]
    judged: bool = False
    content: bool = False
    text: bool = False


def threads(settings: dict[str, str], n: int) -> dict[str, str]:
    """Return the settings for a number of threads and small units, which do not change a table."""
    return settings | {"threads": str(n), "unit-blocks": "2"}


def with_regions(kind: str) -> dict[str, str]:
    """Return settings for a format of regions."""
    return NATIVE | {"regions": f"regions.{kind}"}


def with_variants(name: str) -> dict[str, str]:
    """Return settings for a format of variants, by the rules of the native mode."""
    return ALL_RULES | {"variants": name}


def by_index(bam: str) -> dict[str, str]:
    """Return settings to count in parts of a BAM."""
    return BY_INDEX | {"bam": bam}


TARGETS = [
    Target("bam-blocks", "in.bam", [NATIVE, threads(NATIVE, 3), threads(WASP2, 2), ASE]),
    Target("bam-content", "in.bam", [ALL_RULES, threads(NATIVE, 3)], judged=True, content=True),
    Target("vcf", "in.vcf", [with_variants("in.vcf"), NATIVE], judged=True, text=True),
    Target("vcf-blocks", "in.vcf.gz", [with_variants("in.vcf.gz"), WASP2 | {"variants": "in.vcf.gz"}]),
    Target("vcf-gzip", "plain.vcf.gz", [with_variants("plain.vcf.gz")]),
    Target("bcf-blocks", "in.bcf", [with_variants("in.bcf"), WASP2 | {"variants": "in.bcf"}]),
    Target("bcf-content", "in.bcf", [with_variants("in.bcf")], judged=True, content=True),
    *[
        Target(kind, f"regions.{kind}", [with_regions(kind)], judged=True, text=True)
        for kind in REGIONS
    ],
    Target("fasta", "ref.fa", [ALL_RULES], judged=True, text=True),
    *[
        Target(name, file, [by_index(bam), by_index(bam) | {"threads": "3", "unit-blocks": "1"}], content=content)
        for name, bam, file, content in (
            ("bai", "bai.bam", "bai.bam.bai", False),
            ("csi", "csi.bam", "csi.bam.csi", False),
            ("csi-content", "csi.bam", "csi.bam.csi", True),
        )
    ],
    Target("fai", "indexed.fa.fai", [ALL_RULES | {"reference": "indexed.fa"}], text=True),
]


def arguments(settings: dict[str, str]) -> list[str]:
    """Return the settings as the arguments after `sphex count`."""
    args = ["--indels"] if "include-indels" in settings else []
    for key, option in OPTIONS.items():
        args += [option, settings[key]] if key in settings else []
    return [*args, settings["bam"], settings["variants"]]


def make_world(number: int, folder: Path) -> None:
    """Write all inputs."""
    rng = random.Random(f"flips-{number}")
    contigs = {name: cases.make_bases(rng, length) for name, length in LENGTHS.items()}
    world = cases.World(contigs, make_lines(rng, contigs))
    write_fasta(folder / "ref.fa", contigs)
    (folder / "ref.fa.fai").rename(folder / "indexed.fa.fai")
    (folder / "indexed.fa").write_bytes((folder / "ref.fa").read_bytes())
    for name in ("in.vcf", "in.vcf.gz", "in.bcf"):
        write_vcf(folder / name, world.lines, SAMPLES)
    (folder / "plain.vcf.gz").write_bytes(gzip.compress((folder / "in.vcf").read_bytes(), mtime=0))
    write_vcf(folder / "ase.vcf", ase_lines(world.lines), SAMPLES)
    write_bam(folder / "in.bam", world.lengths(), make_records(rng, world))
    pysam.index("-c", str(folder / "in.bam"))
    make_places(rng, folder)
    for kind in REGIONS:
        spans = [cases.make_span(rng, world) for _ in range(6)]
        lines = [cases.region_line(rng, kind, *span) for span in spans]
        text = "".join(f"{line}\n" for line in ["# regions", *lines])
        (folder / f"regions.{kind}").write_text(text.replace("\texon\t", "\tgene\t", 3))


def make_lines(rng: random.Random, contigs: dict[str, str]) -> list[VcfLine]:
    """Make variant lines in order."""
    lines = [make_line(rng, contigs) for _ in range(N_LINES)]
    return sorted(lines, key=lambda line: (list(contigs).index(line.chrom), line.pos))


def make_line(rng: random.Random, contigs: dict[str, str]) -> VcfLine:
    """Make one, mostly heterozygous in the first sample."""
    chrom = rng.choice(list(contigs))
    line = cases.make_line(rng, chrom, contigs[chrom], SAMPLES)
    if rng.random() < 0.7:
        line = line._replace(gts=("0/1", line.gts[1]))
    return line


def ase_lines(lines: list[VcfLine]) -> list[VcfLine]:
    """Choose what GATK's tool counts: one heterozygous SNV a position."""
    chosen = {}
    for line in lines:
        if len(line.alts) == 1 and len(line.ref) == 1 and line.alts[0] in ("A", "C", "G", "T"):
            gts = ("0/1", "0/0")
            chosen[line.chrom, line.pos] = line._replace(ref=line.ref.upper(), gts=gts)
    return list(chosen.values())


def make_records(rng: random.Random, world: cases.World) -> list[cases.Record]:
    """Make records of pairs; a few names, so that fragments meet."""
    names = ["*", *(f"read{i}" for i in range(N_RECORDS * 2 // 3))]
    scores = [37, 30, 30, 11, 5]
    made = [
        cases.make_record(rng, world, rng.choice(names), careless=False, scores=scores)
        for _ in range(N_RECORDS)
    ]
    unplaced = cases.Record("u", cases.UNPLACED, -1, -1, 0, [], "ACGT", None)
    return [*(record for record in made if record is not None), unplaced]


# ------------------------------------------------------------------------------------- by an index


def make_places(rng: random.Random, folder: Path) -> None:
    """Write a BAM with both kinds of index, reads at a few places, and variants at some of them."""
    places = [sorted(rng.sample(range(PLACES_LENGTH - LONG_INTRON), N_PLACES)) for _ in PLACES]
    places[PLACES.index("none")] = []
    records = [
        read
        for tid, begins in enumerate(places)
        for read in sorted(reads_at_places(rng, tid, begins), key=lambda read: read.pos0)
    ]
    header = "@HD\tVN:1.6\tSO:coordinate\n" + "".join(
        f"@SQ\tSN:{name}\tLN:{PLACES_LENGTH}\n" for name in PLACES
    )
    text = bam_text([(name, PLACES_LENGTH) for name in PLACES], header, records)
    packed = bgzf(text, rng, rng.choice([300, 1000, 3000]))
    for kind, options in (("bai", []), ("csi", ["-c"])):
        (folder / f"{kind}.bam").write_bytes(packed)
        pysam.index(*options, str(folder / f"{kind}.bam"))
    chosen = sorted(
        (tid, rng.choice(begins) + rng.choice([-20_000, 0, 0, 0, 0]) + rng.randrange(PLACE_WIDTH))
        for tid, begins in enumerate(places)
        for _ in begins[::2]
    )
    lines = [VcfLine(PLACES[tid], max(pos, 1), "A", ["C"], gts=("0/1",)) for tid, pos in dict.fromkeys(chosen)]
    write_vcf(folder / "places.vcf", lines, SAMPLES[:1])


def reads_at_places(rng: random.Random, tid: int, begins: list[int]) -> list[Record]:
    """Make reads of a contig: a few over introns, a few without an alignment."""
    made = []
    for begin in begins:
        for _ in range(rng.randint(1, 12)):
            pos0, half = begin + rng.randrange(PLACE_WIDTH), N_READ_BASES // 2
            spliced = [("M", half), ("N", rng.randrange(50, LONG_INTRON)), ("M", half)]
            cigar = rng.choice([*[[("M", N_READ_BASES)]] * 20, spliced, []])
            flag = rng.choice([0, 16]) if cigar else cases.UNPLACED
            seq = cases.random_bases(rng, N_READ_BASES)
            name = f"{tid}:{len(made)}"
            made.append(Record(name, flag, tid, pos0, 60, cigar, seq, bytes([30] * N_READ_BASES)))
    return made
