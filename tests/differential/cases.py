"""Makes random cases: a BAM, variants, perhaps regions, and the options to count them with.

In: a random source. Out: files in a folder and the arguments after `count-variants`. The same
random source always makes the same case. Everything is laid around a few places of each contig,
so that reads, variants and regions meet often.
"""

from __future__ import annotations

import gzip
import random
import re
import subprocess
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pysam
from bamfile import LETTERS, QUERY_OPS, REFERENCE_OPS, Record, bam_text, bgzf

CONTIG_NAMES = ["chr1", "chr2", "chrX", "1", "chr1:100", "HLA*01:01", "scaffold_9.1", "chrM"]
SAMPLES = ["s1", "NA12878", "sample 3"]
BIG_CONTIG = 600_000_000  # beyond what a BAI index can hold
GENOTYPES = [
    *["0/1", "1/0", "0|1", "1|0"] * 4,
    *["0/0", "1/1", "1|1", "./.", "./1", "0/.", ".", "0", "1", "1/2", "0/2", "2|1"],
    *["0/0/1", "0|1|1", "1/1/1", "0/1|1", "0/1/."],
]
FEATURES = ["gene", "transcript", "exon", "mRNA"]
MAX_DELETION = 14  # the indel rule ends at 10


@dataclass
class Case:
    """One case: what to run in the folder, and what is unusual about it."""

    args: list[str]
    mode: str
    contigs: list[str]  # of the BAM
    damaged: bool
    foreign: bool  # no contig of the variants is in the BAM
    respelled: bool  # ... and with or without "chr" they would be


@dataclass
class Variant:
    """One line of the variant file; ``pos`` is 1-based."""

    contig: str
    pos: int
    ref: str
    alts: list[str]
    info: str = "."
    keys: str = "GT"
    samples: list[str] = field(default_factory=list)


class World:
    """The contigs, and the places on them where things happen."""

    def __init__(self, rng: random.Random) -> None:
        names = rng.sample(CONTIG_NAMES, rng.randint(1, 4))
        self.contigs = [(name, rng.choice((300, 1000, 40_000, 5_000_000))) for name in names]
        self.contigs.append(("chr9", 5_000_000))  # an index has to hold introns past small contigs
        if rng.random() < 0.05:
            self.contigs.append(("huge", BIG_CONTIG))
        self.has_big = self.contigs[-1][1] == BIG_CONTIG
        self.genome = "".join(rng.choices("ACGT", k=4099))
        self.places = {name: self._choose_places(rng, length) for name, length in self.contigs}

    @staticmethod
    def _choose_places(rng: random.Random, length: int) -> list[int]:
        anywhere = [rng.randint(1, length) for _ in range(rng.randint(1, 4))]
        edges = [place for place in (1, length, 16384, 131072) if place <= length]
        return anywhere + rng.sample(edges, rng.randint(0, len(edges)))

    def bases(self, pos0: int, length: int) -> str:
        """Return the reference from ``pos0`` on; every contig has the same, repeating."""
        begin = pos0 % len(self.genome)
        return (self.genome * (2 + length // len(self.genome)))[begin : begin + length]

    def near(self, rng: random.Random, contig: str, spread: int) -> int:
        """Choose a 1-based position near one of the contig's places."""
        length = dict(self.contigs)[contig]
        return min(max(1, rng.choice(self.places[contig]) + rng.randint(-spread, spread)), length)


def make_case(rng: random.Random, folder: Path, modes: list[str]) -> Case:
    """Write one case's files into ``folder``."""
    mode = rng.choice(modes)
    world = World(rng)
    variants = make_variants(rng, world)
    records = make_records(rng, world, variants)
    damaged = rng.random() < 0.04
    write_bam(rng, world, records, folder, damaged)
    foreign = rng.random() < 0.03
    respelled = foreign and rename_contigs(rng, world, variants)
    samples = rng.sample(SAMPLES, rng.randint(0, len(SAMPLES)))
    name = write_variants(rng, variants, samples, folder, mode)
    args = ["in.bam", name, "-o", "out.tsv"]
    names = choose_samples(rng, samples)
    args += sample_args(rng, names) + selection_args(rng, mode)
    regions = region_args(rng, world, folder)
    args += regions
    if mode == "wasp2":
        args += precomputed_args(rng, variants, names, folder, joined=bool(regions))
    if rng.random() < 0.2:
        (folder / "kept").mkdir()
        args += [rng.choice(("-t", "--temp", "--temp_loc")), "kept"]
    contigs = [contig for contig, _ in world.contigs]
    return Case(args, mode, contigs, damaged, foreign, respelled)


def rename_contigs(rng: random.Random, world: World, variants: list[Variant]) -> bool:
    """Give the variants contigs that the BAM lacks; tell whether only their spelling is another."""
    known = {name for name, _ in world.contigs}
    listed = {variant.contig for variant in variants}
    other = {name: name[3:] if name.startswith("chr") else f"chr{name}" for name in listed}
    respelled = rng.random() < 0.5 and known >= listed and known.isdisjoint(other.values())
    for variant in variants:
        name = variant.contig
        variant.contig = other[name] if respelled else f"other_{name}"
    return respelled


def choose_samples(rng: random.Random, samples: list[str]) -> list[str]:
    """Choose zero, one or more samples; now and then one twice or one that is not there."""
    n = rng.choice((0, 1, 1, 1, 2, 3))
    chosen = rng.sample(samples, min(n, len(samples)))
    if chosen and rng.random() < 0.03:
        chosen.append(rng.choice((chosen[0], "nobody")))
    return chosen


def sample_args(rng: random.Random, samples: list[str]) -> list[str]:
    """Name each sample with one of the option's spellings."""
    spellings = ("-s", "--samples", "--sample", "--samps")
    return [word for name in samples for word in (rng.choice(spellings), name)]


def precomputed_args(
    rng: random.Random, variants: list[Variant], samples: list[str], folder: Path, *, joined: bool
) -> list[str]:
    """Now and then give the variant lines, or the lines joined with regions, as a file."""
    kind = rng.random()
    if kind > 0.08:
        return []
    with_gt = len(samples) == 1
    if not joined and rng.random() < 0.1:
        with_gt = not with_gt  # joined, such lines make the original mix up its columns
    lines = []
    for variant in variants:
        end = variant.pos - 1 + len(variant.ref)
        cells = [variant.contig, str(variant.pos - 1), str(end), variant.ref, variant.alts[0]]
        cells += ["0/1"] * with_gt
        if kind > 0.05:
            cells += [variant.contig, "7", "9000", region_name(rng, variant.pos)]
        lines.append("\t".join(cells) + "\n")
    (folder / "lines.bed").write_text("".join(lines))
    return ["--intersect-bed" if kind > 0.05 else "--vcf-bed", "lines.bed"]


def selection_args(rng: random.Random, mode: str) -> list[str]:
    """Choose indel and multi-allelic options; the legacy mode has none."""
    if mode == "wasp2-legacy":
        return []
    indels = rng.choice((["--include-indels"], [], ["--no-indels"]))
    return indels + rng.choice((["--include-multiallelic"], [], ["--biallelic-only"]))


# ------------------------------------------------------------------------------------ variants


def make_variants(rng: random.Random, world: World) -> list[Variant]:
    """Make variants, sorted by contig and position (now and then not)."""
    contigs = [name for name, _ in world.contigs]
    listed = rng.sample(contigs, rng.randint(1, len(contigs)))
    if rng.random() < 0.15:
        listed.append("unknown")
        world.contigs.append(("unknown", 1000))
        world.places["unknown"] = [100]
    variants = []
    for contig in listed:
        spread = rng.choice((3, 15, 60))
        n = rng.choice((1, 3, 10, 40))
        places = sorted(world.near(rng, contig, spread) for _ in range(n))
        variants += [make_variant(rng, world, contig, pos) for pos in places]
    if listed[-1] == "unknown":
        world.contigs.pop()
    if rng.random() < 0.1:
        rng.shuffle(variants)
    return variants


def make_variant(rng: random.Random, world: World, contig: str, pos: int) -> Variant:
    """Make one variant line without samples."""
    ref, alt = make_alleles(rng, world, pos)
    alts = [alt]
    while rng.random() < 0.15:
        alts.append(rng.choice((make_alleles(rng, world, pos)[1], rng.choice("ACGT"))))
    alts = list(dict.fromkeys(alts))
    info = "."
    if rng.random() < 0.05:
        info = f"END={pos + rng.randint(0, 40)}"
    return Variant(contig, pos, ref, alts, info)


def make_alleles(rng: random.Random, world: World, pos: int) -> tuple[str, str]:
    """Choose REF and ALT at a position: mostly a SNP, sometimes anything a VCF may hold."""
    base = world.bases(pos - 1, 1)
    longer = world.bases(pos - 1, rng.randint(2, MAX_DELETION))
    odd = ["*", "<DEL>", "<INS>", ".", "N", "R", base, "<*>", f"{base}[chr1:5[", "]chr1:5]" + base]
    pairs = {
        "snp": (base, rng.choice([letter for letter in "ACGT" if letter != base])),
        "insertion": (base, base + random_bases(rng, rng.choice((1, 2, 9, 10, 11)))),
        "deletion": (longer, base),
        "several bases": (longer[:4], random_bases(rng, rng.choice((len(longer[:4]), 2)))),
        "lower case": (base.lower(), rng.choice("acgtACGT")),
        "not the reference": (rng.choice("ACGTN"), base),
        "odd": (base, rng.choice(odd)),
    }
    return pairs[rng.choices(list(pairs), (60, 10, 10, 7, 3, 2, 8))[0]]


def random_bases(rng: random.Random, length: int) -> str:
    """Make bases."""
    return "".join(rng.choices("ACGT", k=length))


def write_variants(
    rng: random.Random, variants: list[Variant], samples: list[str], folder: Path, mode: str
) -> str:
    """Write the variants in one of the formats; return the file's name."""
    name = rng.choice(("in.vcf", "in.vcf", "my.calls.vcf.gz", "in.vcf.gz", "in.bcf", "in.bcf"))
    # Allele numbers beyond the ALTs and a DP of x: only the text rules live with them.
    loose = mode == "wasp2" and not name.endswith(".bcf") and rng.random() < 0.2
    for variant in variants:
        variant.keys = rng.choice(("GT", "GT", "GT", "GT:DP", "DP:GT"))
        if rng.random() < 0.03:
            variant.keys = "DP"
        variant.samples = [genotype(rng, variant, loose) for _ in samples]
    text = vcf_text(rng, variants, samples)
    if name.endswith(".bcf"):
        source = folder / "in.vcf"
        source.write_text(text)
        command = ["bcftools", "view", "--no-version", "-Ob", "-o", str(folder / name), str(source)]
        if subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode == 0:
            source.unlink()
            return name
        (folder / name).unlink(missing_ok=True)
        return source.name
    if rng.random() < 0.05:
        text = text.replace("\n", "\r\n")
    if rng.random() < 0.05 and variants:
        text = text.rstrip("\r\n")
    compressed = name.endswith(".gz")
    data = bgzf(text.encode(), rng, rng.choice((50, 700, 30_000))) if compressed else text.encode()
    (folder / name).write_bytes(data)
    return name


def genotype(rng: random.Random, variant: Variant, loose: bool) -> str:
    """Make one sample's cell."""
    gt = rng.choice(GENOTYPES)
    if not loose:
        top = sum(alt != "." for alt in variant.alts)
        gt = re.sub("[0-9]", lambda number: str(min(int(number[0]), top)), gt)
    depth = "x" if loose and rng.random() < 0.1 else str(rng.randint(0, 99))
    values = {"GT": gt, "DP": depth}
    return ":".join(values[key] for key in variant.keys.split(":"))


def vcf_text(rng: random.Random, variants: list[Variant], samples: list[str]) -> str:
    """Make the text of a VCF."""
    names = dict.fromkeys(variant.contig for variant in variants)
    lines = [
        f"##fileformat=VCFv{rng.choice(('4.0', '4.1', '4.2', '4.2', '4.3'))}",
        '##FILTER=<ID=PASS,Description="All filters passed">',
        '##FILTER=<ID=low,Description="low, quality">',
        '##INFO=<ID=END,Number=1,Type=Integer,Description="end">',
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
        '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="depth">',
        '##ALT=<ID=DEL,Description="deletion">',
        '##ALT=<ID=INS,Description="insertion">',
        *(f"##contig=<ID={name}>" for name in names),
    ]
    columns = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO"]
    lines.append("\t".join([*columns, *(["FORMAT", *samples] if samples else [])]))
    for variant in variants:
        cells = [variant.contig, str(variant.pos), rng.choice((".", "rs1")), variant.ref]
        cells += [",".join(variant.alts), rng.choice((".", "30", "1.5"))]
        cells += [rng.choice((".", "PASS", "low")), variant.info]
        lines.append("\t".join(cells + ([variant.keys, *variant.samples] if samples else [])))
    return "\n".join(lines) + "\n"


# ----------------------------------------------------------------------------------------- reads


def make_records(rng: random.Random, world: World, variants: list[Variant]) -> list[Record]:
    """Make records in file order; few names, so that they clash."""
    n = rng.choice((0, 5, 40, 150, 400))
    names = [f"r{i}" for i in range(max(1, int(n * rng.choice((0.2, 0.6, 1)))))]
    names[0] = rng.choice(("*", "x" * 254, "r0"))
    odd = rng.random() < 0.08  # P operations and records without SEQ: the original dies on them
    length = rng.choice((8, 30, 100))
    make = partial(make_record, rng, world, variants, length=length, odd=odd)
    records = [make(name=rng.choice(names)) for _ in range(n)]
    records.sort(key=lambda record: (record.tid, record.pos0))
    unplaced = [unplaced_record(rng, rng.choice(names)) for _ in range(rng.choice((0, 0, 3)))]
    return records + unplaced


def make_record(
    rng: random.Random,
    world: World,
    variants: list[Variant],
    *,
    name: str,
    length: int,
    odd: bool,
) -> Record:
    """Make one placed record."""
    tid = rng.randrange(len(world.contigs))
    contig, contig_length = world.contigs[tid]
    cigar = make_cigar(rng, rng.randint(1, length), odd)
    begin = world.near(rng, contig, 5) - rng.randint(0, length)
    pos0 = min(max(0, begin), contig_length - 1)
    here = [variant for variant in variants if variant.contig == contig]
    seq = make_seq(rng, world, here, pos0, cigar)
    if odd and rng.random() < 0.05:
        seq = ""
    qual = None if rng.random() < 0.05 else bytes(rng.choices(range(42), k=len(seq)))
    return Record(name, make_flag(rng), tid, pos0, rng.choice((0, 60)), cigar, seq, qual, tags(rng))


def unplaced_record(rng: random.Random, name: str) -> Record:
    """Make a record without a place."""
    return Record(name, 4, -1, -1, 0, [], "".join(rng.choices(LETTERS, k=7)), None)


def make_flag(rng: random.Random) -> int:
    """Choose flags; 0x4 (unmapped) is the only one with a meaning here."""
    if rng.random() < 0.05:
        return rng.randrange(4096)
    if rng.random() < 0.05:
        return 4 | rng.choice((1, 0x10, 0x100))
    return rng.choice((0, 16, 99, 147, 83, 163, 256, 2048, 1024, 512))


def make_cigar(rng: random.Random, length: int, odd: bool) -> list[tuple[str, int]]:
    """Make a CIGAR with about ``length`` aligned bases, from plain to strange."""
    if rng.random() < 0.03:
        return []
    if rng.random() < 0.001:
        return [("M", 1), ("I", 1)] * 33_000 + [("M", 3)]  # more than a record's field can number
    cigar = [("M", length)]
    while rng.random() < 0.4:
        cigar += [*make_gap(rng), (rng.choice("MMM=X"), rng.randint(1, length))]
    if rng.random() < 0.2:
        cigar.insert(0, ("S", rng.randint(1, 9)))
    if rng.random() < 0.2:
        cigar.append(("S", rng.randint(1, 9)))
    if rng.random() < 0.1:
        cigar.insert(0, ("H", 5))
    if rng.random() < 0.05:
        cigar.insert(rng.randint(0, len(cigar)), (rng.choice("IDN"), rng.randint(1, 5)))
    if odd and rng.random() < 0.1:
        cigar.insert(rng.randint(0, len(cigar)), ("P", rng.randint(1, 3)))
    return cigar


def make_gap(rng: random.Random) -> list[tuple[str, int]]:
    """Make what lies between two aligned runs."""
    kind = rng.random()
    if kind < 0.3:
        return [("I", rng.randint(1, 12))]
    if kind < 0.6:
        return [("D", rng.randint(1, 12))]
    if kind < 0.9:
        return [("N", rng.choice((1, 20, 300, 20_000)))]
    if kind < 0.95:
        return [("I", 2), ("D", 3)]
    return []


def make_seq(
    rng: random.Random,
    world: World,
    variants: list[Variant],
    pos0: int,
    cigar: list[tuple[str, int]],
) -> str:
    """Make bases that follow the reference, then write alleles and errors over them."""
    letters: list[str] = []
    aligned: dict[int, int] = {}  # 0-based reference position -> offset in the read
    reference = pos0
    for op, length in cigar or [("S", 10)]:
        if op in "M=X":
            aligned.update((reference + i, len(letters) + i) for i in range(length))
            letters += world.bases(reference, length)
        elif op in QUERY_OPS:
            letters += rng.choices("ACGT", k=length)
        if op in REFERENCE_OPS:
            reference += length
    for variant in variants:
        place = variant.pos - 1 + rng.choice((0, 0, len(variant.ref) - 1))
        if place in aligned and rng.random() < 0.6:
            allele = rng.choice((variant.ref, variant.alts[0])).upper()
            if set(allele) <= set(LETTERS):
                offset = aligned[place]
                letters[offset : offset + len(allele)] = allele[: len(letters) - offset]
    for _ in range(len(letters) // 40 + (rng.random() < 0.3)):
        letters[rng.randrange(len(letters))] = rng.choice("ACGTN" + LETTERS)
    return "".join(letters)


def tags(rng: random.Random) -> bytes:
    """Choose tags, which nobody should look at."""
    return rng.choice((b"", b"", b"NMC\x01", b"XZZsome text\0", b"XBBs\2\0\0\0\1\0\2\0ASi\1\2\3\4"))


def write_bam(
    rng: random.Random, world: World, records: list[Record], folder: Path, damaged: bool
) -> None:
    """Write in.bam and an index of any kind; damage comes after the index is made."""
    lines = [f"@SQ\tSN:{name}\tLN:{length}\n" for name, length in world.contigs]
    header = rng.choice(("@HD\tVN:1.6\tSO:coordinate\n", "")) + "".join(lines)
    text = bam_text(world.contigs, header, records)
    data = bgzf(text, rng, rng.choice((40, 500, 20_000)))
    path = folder / "in.bam"
    path.write_bytes(data)
    if world.has_big or rng.random() < 0.1:
        pysam.index("-c", str(path))
    else:
        pysam.index(str(path))
        if rng.random() < 0.1:
            (folder / "in.bam.bai").rename(folder / "in.bai")
    if damaged:
        path.write_bytes(damage(rng, data))


def damage(rng: random.Random, data: bytes) -> bytes:
    """Cut a file short, or flip one bit of it."""
    place = rng.randrange(len(data))
    if rng.random() < 0.5:
        return data[:place]
    return data[:place] + bytes([data[place] ^ 1 << rng.randrange(8)]) + data[place + 1 :]


# --------------------------------------------------------------------------------------- regions


def region_args(rng: random.Random, world: World, folder: Path) -> list[str]:
    """Write a region file, or none; return the options that name it."""
    kind = rng.random()
    if kind < 0.5:
        return []
    option = rng.choice(("-r", "--region", "--regions", "--region_file", "--regions_file"))
    if kind < 0.75:
        name = rng.choice(("r.bed", "r.BED", "a.b.narrowPeak", "r.broadPeak"))
        text = bed_text(rng, world, rng.choice((3, 4, 5, 6, 10)))
        words = rng.choice(([], ["--use_region_names"]))
    else:
        style = rng.choice(("gtf", "gff3", "gff"))
        name = f"genes.{style}"
        text = annotation_text(rng, world, style)
        words = annotation_args(rng)
    if rng.random() < 0.05:
        text = re.sub("\n+", "\r\n", text)  # bedtools takes no line of a mere CR
    data = text.encode()
    if rng.random() < 0.3:
        name += ".gz"
        data = gzip.compress(data, mtime=0) if rng.random() < 0.5 else bgzf(data, rng, 300)
    elif rng.random() < 0.1:
        data = data.rstrip(b"\r\n")  # not in a .gz: bedtools does not take a single such line
    (folder / name).write_bytes(data)
    return [option, name, *words]


def intervals(rng: random.Random, world: World) -> list[tuple[str, int, int]]:
    """Make 0-based intervals of all sizes around the places, in random order."""
    names = [name for name, _ in world.contigs] + ["elsewhere"]
    world.places["elsewhere"] = [100]
    found = []
    for _ in range(rng.choice((1, 4, 25, 60))):
        contig = rng.choice(names)
        half = rng.choice((0, 1, 5, 60, 60, 3000, 10_000_000))
        middle = rng.choice(world.places[contig]) + rng.randint(-20, 20)
        begin = max(0, middle - rng.randint(0, half))
        found.append((contig, begin, max(begin, 1, middle + rng.randint(0, half))))
    return found


def bed_text(rng: random.Random, world: World, n_columns: int) -> str:
    """Make a BED of 3 to 10 columns."""
    lines = []
    if rng.random() < 0.2:
        lines += ["track name=x", "# comment", "browser position chr1:1-2"]
    for number, (contig, begin, end) in enumerate(intervals(rng, world)):
        cells = [contig, str(begin), str(end), region_name(rng, number), "0", "+"]
        cells += ["1.5", "2", "-1", "7"]
        lines.append("\t".join(cells[:n_columns]))
        if rng.random() < 0.02:
            lines.append("")
    return "\n".join(lines) + "\n"


def region_name(rng: random.Random, number: int) -> str:
    """Choose a name: mostly plain, sometimes one that a table reader trips over."""
    odd = ["peak 1", "a,b", '"quoted"', 'a"b"c', '""', "é", "NA", "null", ".", "1e5", "007", "'x'"]
    if number < 2:
        odd.remove("é")  # bedtools takes a short file with it for a binary one
    return rng.choice(odd) if rng.random() < 0.15 else f"peak_{number % 7}"


def annotation_text(rng: random.Random, world: World, style: str) -> str:
    """Make a GTF or GFF3; some attributes are missing in some lines."""
    lines = ["##gff-version 3"] if style == "gff3" else []
    for number, (contig, begin, end) in enumerate(intervals(rng, world)):
        feature = rng.choice(FEATURES)
        keys = [f"{feature}_id", "gene_id", "transcript_id", "gene_name", "ID", "Name", "Parent"]
        keys = [key for key in dict.fromkeys(keys) if rng.random() < 0.7] or ["note"]
        values = [(key, f"{key[0]}{number % 9}{rng.choice(('', '', ' b', ';'))}") for key in keys]
        form = "{}={}" if style == "gff3" else '{} "{}"'
        cells = [contig, "src", feature, str(begin + 1), str(end), rng.choice((".", "0.5"))]
        cells += [rng.choice("+-."), ".", attribute_text(rng, form, values)]
        lines.append("\t".join(cells))
        if rng.random() < 0.03:
            lines.append("# comment")
    return "\n".join(lines) + "\n"


def attribute_text(rng: random.Random, form: str, values: list[tuple[str, str]]) -> str:
    """Join the attributes; the `;` after the last one may be missing."""
    between = rng.choice(("; ", ";"))
    return between.join(form.format(*pair) for pair in values) + rng.choice((";", ";", ";", ""))


def annotation_args(rng: random.Random) -> list[str]:
    """Choose feature, attribute and parent; each may be left to the defaults."""
    words = []
    if rng.random() < 0.5:
        option = rng.choice(("--gene_feature", "--feature", "--feat"))
        words += [option, rng.choice(FEATURES)]
    if rng.random() < 0.3:
        option = rng.choice(("--gene_attribute", "--attribute", "--attrs", "--attr"))
        words += [option, rng.choice(("gene_id", "gene_name", "Name", "ID", "none"))]
    if rng.random() < 0.3:
        option = rng.choice(("--gene_parent", "--parent", "--parent_attribute"))
        words += [option, rng.choice(("gene_id", "gene_name", "Parent", "none"))]
    return words
