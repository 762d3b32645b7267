"""Random inputs of ASEReadCounter: everything at once, and sometimes one thing that is refused."""

from __future__ import annotations

import array
import random
from pathlib import Path

import pysam

LENGTHS = {"chr1": 600, "chr2": 300, "chr3": 120}
LETTERS = "ACGT"
READ_LETTERS = "ACGTACGTACGTACGTACGTN=RD"
TROUBLES = (
    "none none none none none none none none none none none none none none none none unknown_group no_sample leading_deletion "
    "trailing_deletion past_end bad_letter missing_contig two_records symbolic bad_gt "
    "bad_end bad_allele unsorted length_differs no_reference"
).split()
CIGARS = (
    "20M 20M 20M 20M 12M3D8M 10M2I8M 5S15M 6M40N14M 8M2P12M 4H20M 5=1X14= 20S 20I 5S2D15M 10M0D10M "
    "7M3D5S8M 3N20M 20M5N 2I18M 1M18I1M"
).split()
OPS = "MIDNSHP=X"
TYPES = "COUNT_FRAGMENTS_REQUIRE_SAME_BASE COUNT_FRAGMENTS COUNT_READS".split()
GENOTYPES = "0/1 0|1 1/0 0/1 0/1 0/1 0/0 1/1 ./. . 0/. 1 0/0/1 /0/1 0\\1 1|1/0 0/1:3".split()


def make_case(rng: random.Random, folder: Path) -> list[str]:
    """Write the files of a case; return its command line."""
    trouble = rng.choice(TROUBLES)
    reference = {name: make_contig(rng, n) for name, n in LENGTHS.items()}
    if trouble == "bad_letter":
        text = reference["chr1"]
        at = rng.randrange(90, 140)
        reference["chr1"] = text[:at] + rng.choice("UZ*") + text[at + 1 :]
    write_fasta(rng, folder / "ref.fa", reference, trouble)
    args = [] if trouble == "no_reference" else ["-R", "ref.fa"]
    for name in ["in.bam", "b.bam", "c.bam"][: rng.choice((1, 1, 1, 2, 3))]:
        write_bam(rng, folder / name, reference, trouble)
        args += ["-I", name]
    for name in ["sites.vcf", "b.vcf"][: rng.choice((1, 1, 1, 2))]:
        write_vcf(rng, folder / name, reference, trouble, odd_half=name == "b.vcf")
        args += ["-V", name]
    args += choose_options(rng)
    return args + (choose_intervals(rng, folder) if rng.random() < 0.35 else [])


def make_contig(rng: random.Random, n: int) -> str:
    """Make bases, some of them lower-case or IUPAC."""
    text = "".join(rng.choice(LETTERS) for _ in range(n))
    if rng.random() < 0.3:
        text = "".join(c if rng.random() < 0.9 else rng.choice("acgtNnRyK") for c in text)
    return text


def write_fasta(rng: random.Random, path: Path, reference: dict[str, str], trouble: str) -> None:
    """Write the contigs in any order."""
    names = list(reference)
    if rng.random() < 0.3:
        rng.shuffle(names)
    if trouble == "missing_contig":
        names.remove("chr2")
    width = rng.choice((50, 60, 1000))
    with path.open("w") as out:
        for name in names:
            text = reference[name] + ("A" if trouble == "length_differs" else "")
            lines = [text[i : i + width] for i in range(0, len(text), width)]
            out.write(f">{name} words\n" + "\n".join(lines) + "\n")


# ---- reads


def write_bam(rng: random.Random, path: Path, reference: dict[str, str], trouble: str) -> None:
    """Write reads of pairs, most of them around one place."""
    groups = [{"ID": "g1", "SM": "s1"}, {"ID": "g2", "SM": "s2"}, {"ID": "g3", "SM": "s1"}]
    if trouble == "no_sample":
        groups[1] = {"ID": "g2"}
    contigs = [{"SN": name, "LN": n} for name, n in LENGTHS.items()]
    if rng.random() < 0.2:
        contigs.pop(rng.randrange(1, 3))
    header = pysam.AlignmentHeader.from_dict({"SQ": contigs, "RG": groups})
    reads = []
    for number in range(rng.choice((0, 5, 30, 60, 120))):
        name = rng.choice((f"q{number // 2}", f"q{number // 2}", "*", f"q{number // 3}"))
        reads.append(make_read(rng, header, reference, name, trouble))
    sorted_reads = sorted(
        reads, key=lambda r: (r.reference_id < 0, r.reference_id, r.reference_start)
    )
    if trouble != "unsorted":
        reads = sorted_reads
    with pysam.AlignmentFile(path, "wb", header=header) as out:
        for read in reads:
            out.write(read)
    if reads == sorted_reads:
        pysam.index(str(path))


def make_read(
    rng: random.Random,
    header: pysam.AlignmentHeader,
    reference: dict[str, str],
    name: str,
    trouble: str,
) -> pysam.AlignedSegment:
    """Make a read near position 100 of chr1, or elsewhere."""
    read = pysam.AlignedSegment(header)
    read.query_name = name
    read.flag = make_flag(rng)
    read.reference_id = 0 if rng.random() < 0.8 else rng.randrange(len(header.references))
    contig = header.references[read.reference_id]
    read.reference_start = rng.choice((85, 90, 95, 100, rng.randrange(0, LENGTHS[contig] - 70)))
    read.reference_start = min(read.reference_start, LENGTHS[contig] - 70)
    read.mapping_quality = rng.choice((60, 60, 30, 10, 0, 255))
    cigar = rng.choice(CIGARS)
    if rng.random() < 0.1:
        cigar = {
            "leading_deletion": rng.choice(("2D20M", "4H2D20M", "3N1D20M")),
            "trailing_deletion": rng.choice(("20M2D", "20M0D")),
            "past_end": "20M",
        }.get(trouble, cigar)
        if trouble == "past_end":
            read.reference_start = LENGTHS[contig] - rng.randrange(1, 25)
    read.cigartuples = parse_cigar(cigar)
    n = 20
    text = (reference[contig] + "A" * 100).upper()
    start = read.reference_start
    bases = [c if c in LETTERS and rng.random() < 0.8 else rng.choice(READ_LETTERS)
             for c in text[start : start + n]]
    read.query_sequence = "".join(bases)
    levels = (2, 10, 15, 16, 17, 20, 30, 30, 40)
    read.query_qualities = array.array(
        "B", [rng.choice(levels) if rng.random() < 0.98 else rng.choice((127, 128, 200, 255))
              for _ in range(n)]
    )
    if rng.random() < 0.03:
        read.query_qualities = None
    if rng.random() < 0.03:
        read.query_sequence = None
    place_mate(rng, read)
    if rng.random() < 0.95:
        group = "gX" if trouble == "unknown_group" and rng.random() < 0.05 else None
        read.set_tag("RG", group or rng.choice(("g1", "g1", "g1", "g2", "g3")))
    if rng.random() < 0.02:
        read.reference_id = read.reference_start = -1
        read.flag |= 4
    return read


def make_flag(rng: random.Random) -> int:
    """Make flags of a pair, mostly a proper one."""
    flag = 0
    if rng.random() < 0.7:
        flag = 1 | (2 if rng.random() < 0.85 else 0) | rng.choice((0x40, 0x80))
        flag |= 0x20 if rng.random() < 0.5 else 0
        flag |= 8 if rng.random() < 0.05 else 0
    flag |= 0x10 if rng.random() < 0.5 else 0
    for bit in (0x4, 0x100, 0x200, 0x400, 0x800):
        flag |= bit if rng.random() < 0.04 else 0
    return flag


def place_mate(rng: random.Random, read: pysam.AlignedSegment) -> None:
    """Set RNEXT, PNEXT and TLEN, near or absurd."""
    if rng.random() < 0.1:
        return
    read.next_reference_id = read.reference_id if rng.random() < 0.9 else 0
    read.next_reference_start = max(read.reference_start + rng.randrange(-30, 31), -1)
    read.template_length = rng.choice(
        (rng.randrange(-60, 60), rng.randrange(-200, 200), 0, 100, 101, 2**31 - 1, -(2**31) + 1)
    )


def parse_cigar(text: str) -> list[tuple[int, int]]:
    """Read a CIGAR; operations of length 0 are kept."""
    found, digits = [], ""
    for c in text:
        if c.isdigit():
            digits += c
        else:
            found.append((OPS.index(c), int(digits)))
            digits = ""
    return found


# ---- sites


def write_vcf(
    rng: random.Random, path: Path, reference: dict[str, str], trouble: str, *, odd_half: bool
) -> None:
    """Write records around the reads; a second file lists other positions than the first."""
    samples = ["s1", "s2", "x"][: rng.choice((0, 1, 1, 1, 2, 3))]
    lines = [f"##fileformat=VCFv4.{rng.choice((1, 2, 2, 3, 5))}"]
    if rng.random() < 0.7:
        lines += [f"##contig=<ID={name},length={n}>" for name, n in LENGTHS.items()]
    columns = "#CHROM POS ID REF ALT QUAL FILTER INFO".split()
    lines.append("\t".join(columns + (["FORMAT", *samples] if samples else [])))
    records = []
    for contig in [*LENGTHS, "other"]:
        text = reference.get(contig, "ACGT" * 50).upper()
        position = 1 + rng.randrange(4)
        while position < len(text):
            if odd_half == (position // 50 % 2 == 1):
                record = make_record(rng, contig, text, position, samples, trouble)
                records.append(record)
                end = record[7].partition("END=")[2]
                position += max(len(record[3]), int(end) - position if end.isdigit() else 0)
            position += rng.choice((1, 2, 3, 7)) if 60 < position < 150 else rng.randrange(3, 40)
    if trouble == "two_records" and records:
        records.append(rng.choice(records))
        records.sort(key=lambda r: (r[0], int(r[1])))
    path.write_text("".join(f"{line}\n" for line in lines + ["\t".join(r) for r in records]))


def make_record(
    rng: random.Random, contig: str, text: str, position: int, samples: list[str], trouble: str
) -> list[str]:
    """Make one line."""
    ref = text[position - 1 : position - 1 + rng.choice((1, 1, 1, 1, 2, 3))]
    ref = "".join(c if c in "ACGTN" else "N" for c in ref)
    alt = rng.choice([c for c in LETTERS if c != ref])
    alt = rng.choice((alt, alt, alt, alt, alt.lower(), alt + "G", "*", "NN", f"{alt},T{alt}", "."))
    info = rng.choice((".", ".", "DP=3", f"DP=1;END={position + rng.randrange(5)}"))
    genotypes = [rng.choice(GENOTYPES) for _ in samples]
    keys = rng.choice(("GT:DP", "GT:DP", "GT:DP", "DP:AD")) if rng.random() < 0.2 else "GT:DP"
    if rng.random() < 0.04:
        ref, alt, info, keys, genotypes = spoil(rng, trouble, ref, alt, info, keys, genotypes)
    line = [contig, str(position), rng.choice((".", "rs1", "a;b", "x,y")), ref, alt, "50", "q10"]
    return [*line, info, *([keys, *genotypes] if samples else [])]


def spoil(
    rng: random.Random, trouble: str, ref: str, alt: str, info: str, keys: str, genotypes: list[str]
) -> tuple[str, str, str, str, list[str]]:
    """Put the trouble of the case into a record."""
    if trouble == "symbolic":
        alt = rng.choice(("<DEL>", "<NON_REF>", "A[chr2:5[", ".A", "A."))
    elif trouble == "bad_gt":
        keys = rng.choice((keys, "DP:GT"))
        genotypes = [rng.choice(("0/2", "0/a", "0/1:3:4", "0/1")) for _ in genotypes]
    elif trouble == "bad_end":
        info = rng.choice(("END", "END=x", "END=.", "DP=1;END="))
    elif trouble == "bad_allele":
        ref, alt = rng.choice(((ref, "R"), ("AR", alt), (ref, ref), (ref, f"{alt},{alt}")))
    return ref, alt, info, keys, genotypes


# ---- options


def choose_options(rng: random.Random) -> list[str]:
    """Choose thresholds, mode, format and filters."""
    args = []
    choices = {
        "-mmq": ("10", "30", "-3", "60"),
        "-mbq": ("10", "16", "20", "-100", "127"),
        "-min-depth": ("0", "1", "5"),
        "-overlap": TYPES,
        "--output-format": ("CSV", "TABLE", "RTABLE"),
    }
    for name, values in choices.items():
        if rng.random() < 0.5:
            args += [name, rng.choice(values)]
    for name in ("NotDuplicateReadFilter", "NotSecondaryAlignmentReadFilter"):
        args += ["-DF", name] if rng.random() < 0.15 else []
    for name in ("NotSupplementaryAlignmentReadFilter", "PassesVendorQualityCheckReadFilter"):
        args += ["-RF", name] if rng.random() < 0.15 else []
    args += ["--disable-sequence-dictionary-validation"] if rng.random() < 0.1 else []
    return args


def choose_intervals(rng: random.Random, folder: Path) -> list[str]:
    """Choose -L, -XL and their padding; some are files."""
    args = []
    for option, n_most in (("-L", 3), ("-XL", 2)):
        for number in range(rng.randrange(n_most + 1)):
            args += [option, choose_interval(rng, folder, f"{option[1:]}{number}")]
    for option in ("-ip", "-ixp"):
        args += [option, rng.choice(("0", "3", "40"))] if rng.random() < 0.3 else []
    return args + (["-isr", rng.choice(("UNION", "INTERSECTION"))] if rng.random() < 0.4 else [])


def choose_interval(rng: random.Random, folder: Path, stem: str) -> str:
    """Choose one interval, or a file with some."""
    contig = rng.choice(("chr1", "chr1", "chr1", "chr2"))
    first = rng.choice((90, 95, 100, 105, 250, 1))
    last = first + rng.choice((0, 5, 20, 49))
    kind = rng.randrange(10)
    texts = [contig, f"{contig}:{first}", f"{contig}:{first}-{last}", f"{contig}:{first}+"]
    if kind < len(texts):
        return texts[kind]
    files = {
        4: (f"{stem}.bed", f"{contig}\t{first - 1}\t{last}\nchr1\t100\t102\n"),
        5: (f"{stem}.interval_list", f"@HD\tVN:1.6\n{contig}\t{first}\t{last}\t+\tx\n"),
        6: (f"{stem}.list", f"{contig}:{first}-{last}\n\nchr1:99\n"),
        7: (f"{stem}.bed", ""),
    }
    if kind in files:
        name, text = files[kind]
        (folder / name).write_text(text)
        return name
    return rng.choice(("sites.vcf", "chr1:80-130", "chr1:80-130", "chr9:3", "chr2:290-310"))
