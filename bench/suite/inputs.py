"""The files that everything is measured on; made by make_input, the same on every machine."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import NamedTuple

from common import RELEASE, ROOT, WORK, Settings, digest, find, run, say


class Kind(NamedTuple):
    """One input: numbers that grow with the scale, and options that stay."""

    what: str
    scaled: dict[str, int]
    options: list[str]


KINDS = {
    "wgs": Kind(
        "whole genome, 150 bases, 30 x",
        {"reads": 8_000_000, "contig-length": 10_000_000, "variants": 113_642},
        ["--preset", "wgs", "--fasta"],
    ),
    "wgs-binned": Kind(
        "the same with 4 quality values",
        {"reads": 2_000_000, "contig-length": 2_500_000, "variants": 28_410},
        ["--preset", "wgs", "--quality-profile", "binned"],
    ),
    "rna": Kind(
        "RNA, spliced reads of 100 bases",
        {"reads": 2_000_000, "contig-length": 5_000_000},
        ["--preset", "rna"],
    ),
    "rna-full": Kind(
        "the same with 40 quality values",
        {"reads": 1_000_000, "contig-length": 2_500_000},
        ["--preset", "rna", "--quality-profile", "full"],
    ),
    "atac": Kind(
        "ATAC, mates of 75 bases that overlap",
        {"reads": 2_000_000, "contig-length": 5_000_000},
        ["--preset", "atac"],
    ),
    "amplicon": Kind("amplicons, variants as usual", {"reads": 1_000_000}, ["--preset", "amplicon"]),
    "mito": Kind("16,569 positions x 3 ALTs", {"reads": 1_000_000}, ["--preset", "mito"]),
    "panel": Kind("20 captured targets, all positions x 3 ALTs", {"reads": 2_500_000}, ["--preset", "panel"]),
    "long": Kind(
        "long reads, 10 to 20 kb",
        {"reads": 20_000, "contig-length": 5_000_000},
        ["--preset", "long"],
    ),
}
# Lists of variants, written as VCF, VCF.gz and BCF; their BAM does not matter.
LISTS = {
    "sites": Kind(
        "5 million lines without samples", {"variants": 5_000_000, "contig-length": 50_000_000}, ["--preset", "sites"]
    ),
    "cohort": Kind(
        "100,000 lines of 2,500 samples, one wanted",
        {"variants": 100_000, "contig-length": 50_000_000},
        ["--preset", "cohort"],
    ),
}
LEAST_CONTIG = 100_000  # two long fragments must fit in


class Input(NamedTuple):
    """Where its files are."""

    name: str
    bam: Path
    variants: Path
    fasta: Path
    n_bytes: int


def make(name: str, settings: Settings) -> Input:
    """Make an input unless it is there."""
    folder = WORK / f"inputs-{settings.scale:g}"
    prefix = folder / name
    stamp = folder / f"{name}.json"
    wanted = {"options": options(name, settings), "generator": generator()}
    if not stamp.exists() or json.loads(stamp.read_text(encoding="utf-8")) != wanted:
        say(f"making {name}: {kind_of(name).what}")
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob(f"{name}.*"):
            old.unlink()
        run([RELEASE / "make_input", "--out", prefix, *wanted["options"]])
        stamp.write_text(json.dumps(wanted), encoding="utf-8")
    bam = Path(f"{prefix}.bam")
    return Input(name, bam, Path(f"{prefix}.vcf.gz"), Path(f"{prefix}.fa"), bam.stat().st_size)


def kind_of(name: str) -> Kind:
    """Look an input up."""
    return KINDS.get(name) or LISTS[name]


def options(name: str, settings: Settings) -> list[str]:
    """Give the options of make_input for this scale."""
    words = list(kind_of(name).options)
    for option, number in kind_of(name).scaled.items():
        least = LEAST_CONTIG if option == "contig-length" else 1
        words += [f"--{option}", str(max(least, round(number * settings.scale)))]
    return words


def generator() -> str:
    """Name the generator: other sources may make other bytes."""
    return digest([ROOT / "bench/make_input.c", *sorted((ROOT / "bench/generator").glob("*.[ch]"))])


def index(data: Input) -> bool:
    """Index the BAM, and the FASTA if there is one, unless that is done; False without samtools."""
    samtools = find("samtools")
    if not samtools:
        return False
    if not Path(f"{data.bam}.bai").exists():
        run([samtools, "index", data.bam])
    if data.fasta.exists() and not Path(f"{data.fasta}.fai").exists():
        run([samtools, "faidx", data.fasta])
    return True


def sparse(data: Input, n_lines: int = 100) -> Path:
    """Take some variants, spread evenly, into a file of their own."""
    path = data.variants.with_name(f"{data.name}.sparse.vcf")
    if not path.exists():
        with gzip.open(data.variants, "rt") as text:
            lines = text.readlines()
        header = [line for line in lines if line.startswith("#")]
        body = lines[len(header) :]
        step = max(1, len(body) // n_lines)
        path.write_text("".join(header + body[step // 2 :: step][:n_lines]), encoding="utf-8")
    return path
