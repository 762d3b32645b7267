"""Makes random cases for the native mode: a BAM, variants, a FASTA, perhaps regions, and options.

In: a random source. Out: files in a folder and the arguments after `sphex count`. The same random
source always makes the same case. Contigs are short and full of repeats, so that reads, variants
and regions meet often and events can be placed in several ways.
"""

from __future__ import annotations

import random
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from files import Record, VcfLine, write_bam, write_fasta, write_vcf
from judgement import trim

from variants import is_usable

CONTIG_NAMES = ["chr1", "chr2", "chrX", "1", "7", "HLA*01:01", "chrM", "MT"]
SAMPLES = ["S1", "S2", "S3"]
IUPAC = "RYKMSWN"
REFERENCE_OPS = "MDN"
READ_OPS = "MIS"
LONG_EVENT = 60  # beyond what becomes a row
UNPLACED = 4
FEATURES = ["gene", "exon"]
TAGS = [
    *(b"vWC\1", b"vWC\1", b"vWC\3", b"vWc\1", b"vWi\1\0\0\0", b"vWs\2\0"),
    *(b"vWZ1\0", b"vWA1", b"XAZfoo\0", b"XAZbar\0", b"XAAx", b"NHC\1", b"NHi\2\0\0\0"),
]


class Alignment(NamedTuple):
    """A read on a contig: one letter per operation, and its bases."""

    pos0: int
    ops: str
    seq: str


class World(NamedTuple):
    """The contigs as the FASTA has them, and the lines of the variant file."""

    contigs: dict[str, str]
    lines: list[VcfLine]

    def lengths(self) -> dict[str, int]:
        """Return the lengths of the contigs."""
        return {name: len(bases) for name, bases in self.contigs.items()}


def make_case(rng: random.Random, folder: Path) -> list[str]:
    """Write one case's files; return the arguments to count with."""
    contigs = make_contigs(rng)
    samples = rng.sample(SAMPLES, rng.choice((0, 1, 1, 2, 3)))
    world = World(contigs, make_lines(rng, contigs, samples))
    write_bam(folder / "in.bam", world.lengths(), make_records(rng, world))
    args = rng.choice(([], ["--reference", "ref.fa"], *[["--reference", "ref.fa", "--indels"]] * 5))
    style = rng.random()
    if style < 0.05:
        args = [*args, "--contig-style", "auto"]
        world = renamed(world) if style < 0.04 else world
    elif style > 0.95:
        world, more = spoiled(rng, world, samples, folder)
        args = [*args, *more]
    write_fasta(folder / "ref.fa", world.contigs)
    name = rng.choice(("in.vcf", "in.vcf", "in.vcf.gz", "in.bcf"))
    write_vcf(folder / name, world.lines, samples)
    if "-s" not in args:
        args = [*args, *selection_args(rng, samples, folder)]
    args = [*args, *filter_args(rng)]
    return [*args, *region_args(rng, world, folder), "in.bam", name]


# ---------------------------------------------------------------------------------- reference


def make_contigs(rng: random.Random) -> dict[str, str]:
    """Make contigs."""
    names = rng.sample(CONTIG_NAMES, rng.choice((1, 1, 2, 3)))
    if {"chrM", "MT"} <= set(names):
        names.remove("MT")
    if {"chr1", "1"} <= set(names):
        names.remove("1")
    return {name: make_bases(rng, rng.choice((12, 60, 150, 400))) for name in names}


def make_bases(rng: random.Random, length: int) -> str:
    """Make a contig of random bases, runs of one letter and repeats of a few."""
    text = ""
    letters = rng.choice(("ACGT", "ACGT", "AC", "AAAT"))
    while len(text) < length:
        kind = rng.random()
        if kind < 0.4:
            text += random_bases(rng, rng.randint(1, 30), letters)
        elif kind < 0.7:
            text += rng.choice("ACGT") * rng.randint(2, 14)
        else:
            text += random_bases(rng, rng.randint(2, 5), letters) * rng.randint(2, 7)
    text = text[:length]
    if rng.random() < 0.1:
        text = "".join(rng.choice(IUPAC) if rng.random() < 0.02 else base for base in text)
    return text.lower() if rng.random() < 0.1 else text


def random_bases(rng: random.Random, length: int, letters: str = "ACGT") -> str:
    """Make bases."""
    return "".join(rng.choices(letters, k=length))


def called(rng: random.Random, bases: str) -> str:
    """Return bases upper-cased, each ambiguity code replaced."""
    return "".join(b if b in "ACGT" else rng.choice("ACGT") for b in bases.upper())


# ----------------------------------------------------------------------------------- variants


def make_lines(rng: random.Random, contigs: dict[str, str], samples: list[str]) -> list[VcfLine]:
    """Make the lines of the variant file, in the order of the contigs or not."""
    listed = dict(contigs)
    if rng.random() < 0.05:
        listed["other"] = make_bases(rng, 50)
    n = rng.choice((1, 3, 8, 25))
    lines = []
    for _ in range(n):
        chrom = rng.choice(list(listed))
        lines.append(make_line(rng, chrom, listed[chrom], samples))
    lines += [line for line in lines if rng.random() < 0.05]
    if rng.random() < 0.9:
        lines.sort(key=lambda line: (list(listed).index(line.chrom), line.pos))
    return [line for line in lines if line.chrom in contigs or line.pos < len(listed["other"])]


def make_line(rng: random.Random, chrom: str, bases: str, samples: list[str]) -> VcfLine:
    """Make one line; all its ALTs share a REF."""
    pos0 = rng.randrange(len(bases))
    ref, alt = make_alleles(rng, bases, pos0)
    alts = [alt]
    while rng.random() < 0.25:
        alts.append(another_alt(rng, ref))
    alts = list(dict.fromkeys(alts))
    if rng.random() < 0.02:
        ref, alts = ref.lower(), [alt.lower() if alt.isalpha() else alt for alt in alts]
    gts = tuple(make_genotype(rng, len(alts)) for _ in samples)
    name = rng.choice((".", f"rs{pos0}"))
    return VcfLine(chrom, pos0 + 1, ref, alts, name, make_filter(rng), gts)


def make_alleles(rng: random.Random, bases: str, pos0: int) -> tuple[str, str]:
    """Choose REF, as in the FASTA, and ALT."""

    def there(n: int) -> str:
        return called(rng, bases[pos0 : pos0 + n])

    anchor = there(1)
    length = rng.choice((1, 1, 1, 2, 2, 3, 4, 6, 12))
    tail = called(rng, bases[pos0 + 1 : pos0 + 1 + length])
    repeated = there(1) + (tail or "A")
    several = there(rng.randint(2, 5))
    kinds = {
        "SNV": (anchor, other_base(rng, anchor)),
        "SNV in context": padded(rng, bases, pos0),
        "insertion": (anchor, anchor + random_bases(rng, length)),
        "duplication": (anchor, repeated),
        "repeat": (anchor, anchor + rng.choice("ACGT") * length),
        "deletion": (there(1 + length), anchor),
        "deletion, no anchor": (there(2), tail[:1]) if tail else (anchor, "A" + anchor),
        "MNP": (several, random_bases(rng, len(several))),
        "mixed": (several, random_bases(rng, rng.randint(1, 6))),
        "no trimming": (there(4), there(4)[:2] + random_bases(rng, 2)),
        "long": (anchor, anchor + random_bases(rng, LONG_EVENT)),
        "odd": (anchor, rng.choice(("*", "<DEL>", ".", "N", anchor, f"{anchor}[chr1:5["))),
    }
    weights = (25, 4, 12, 12, 8, 20, 4, 12, 12, 4, 1, 3)
    ref, alt = kinds[rng.choices(list(kinds), weights)[0]]
    return ref, alt


def padded(rng: random.Random, bases: str, pos0: int) -> tuple[str, str]:
    """Return an SNV written with the bases around it."""
    ref = called(rng, bases[pos0 : pos0 + rng.randint(2, 4)])
    at = rng.randrange(len(ref))
    return ref, ref[:at] + other_base(rng, ref[at]) + ref[at + 1 :]


def another_alt(rng: random.Random, ref: str) -> str:
    """Make one more ALT for a REF."""
    return rng.choice(
        (
            *(other_base(rng, ref[0]) + ref[1:], ref + rng.choice("ACGT"), ref + ref[-1], ref[:1]),
            *(ref[0] + random_bases(rng, rng.randint(1, 3)) + ref[1:], ref[: len(ref) // 2 + 1]),
            *(random_bases(rng, len(ref)), "*", "<DEL>"),
        )
    )


def other_base(rng: random.Random, base: str) -> str:
    """Choose a base that differs."""
    return rng.choice([letter for letter in "ACGT" if letter != base])


def make_filter(rng: random.Random) -> str:
    """Choose a FILTER."""
    return rng.choice((".", "PASS", "PASS", "low", "low;far"))


def make_genotype(rng: random.Random, n_alts: int) -> str:
    """Make a GT."""
    if rng.random() < 0.1:
        return rng.choice((".", "./.", "0", "1", "./1", "0/0/1", "0|0"))
    alleles = rng.choices(range(n_alts + 1), k=2)
    if rng.random() < 0.6:
        alleles = [0, rng.randint(1, n_alts)]
    return rng.choice("/|").join(map(str, alleles))


def renamed(world: World) -> World:
    """Return the world with `chr` added to or taken off its names."""
    names = {
        name: {"chrM": "MT", "MT": "chrM"}.get(
            name, name[3:] if name.startswith("chr") else f"chr{name}"
        )
        for name in [*world.contigs, "other"]
    }
    contigs = {names[name]: bases for name, bases in world.contigs.items()}
    return World(contigs, [line._replace(chrom=names[line.chrom]) for line in world.lines])


def spoiled(
    rng: random.Random, world: World, samples: list[str], folder: Path
) -> tuple[World, list[str]]:
    """Put a reason to refuse the run into a world, or into options to add."""
    kind = rng.choice(("allele", "reference", "names", "sample", "regions", "usage"))
    if kind == "allele" and samples:
        gts = (f"0/{rng.randint(1, 9)}",) * len(samples)
        lines = [line._replace(gts=gts) for line in world.lines]
        return World(world.contigs, lines), ["-s", samples[0]]
    if kind == "reference":
        bases = str.maketrans("ACGTacgt", "CGTAcgta")
        contigs = {name: text.translate(bases) for name, text in world.contigs.items()}
        return World(contigs, world.lines), ["--reference", "ref.fa"]
    if kind == "names":
        return renamed(world), []
    if kind == "sample":
        return world, ["-s", "nobody"]
    if kind == "regions":
        (folder / "empty.bed").write_text("# nothing\n")
        return world, ["-r", "empty.bed"]
    return world, ["--indels"]  # perhaps without --reference


# -------------------------------------------------------------------------------------- reads


def make_records(rng: random.Random, world: World) -> list[Record]:
    """Make records; few names, so that they clash."""
    n = rng.choice((1, 10, 30, 80))
    names = ["*", *(f"r{i}" for i in range(max(1, int(n * rng.choice((0.3, 0.7, 1.5))))))]
    style = partial(make_record, rng, world, careless=rng.random() < 0.3, scores=scores(rng))
    records = [style(rng.choice(names)) for _ in range(n)]
    if rng.random() < 0.3:
        records.append(Record("u", UNPLACED, -1, -1, 0, [], "ACGT", None))
    return [record for record in records if record is not None]


def scores(rng: random.Random) -> list[int]:
    """Choose the base qualities of a case."""
    return rng.choice(([37], [37, 30, 30, 30, 5], [2, 9, 10, 11, 30], [0, 20, 40, 93]))


def make_record(
    rng: random.Random, world: World, name: str, *, careless: bool, scores: list[int]
) -> Record:
    """Make one placed record: alleles, then how an aligner may have laid them, then errors."""
    chrom = rng.choice(list(world.contigs))
    bases = world.contigs[chrom].upper()
    alignment = follow_alleles(rng, bases, [line for line in world.lines if line.chrom == chrom])
    for _ in range(rng.choice((0, 0, 1, 1, 2, 4))):
        change = rng.choice((shift_gap, shift_gap, hide_end, hide_start, splice, scramble))
        changed = change(rng, alignment)
        if fits(changed, len(bases)):
            alignment = changed
    seq = with_errors(rng, alignment.seq, rng.choice((0, 0, 0.02, 0.2 if careless else 0)))
    quals: bytes | None = bytes(rng.choices(scores, k=len(seq)))
    if rng.random() < 0.05:
        quals = None
    if rng.random() < 0.03:
        seq, quals = "", b""
    cigar = decorate(rng, [(op, len(list(run))) for op, run in groupby(alignment.ops)])
    mapq = rng.choice((60, 60, 60, 0, 9, 10, 30, 255))
    tid = list(world.contigs).index(chrom)
    tags = rng.choice(TAGS) if rng.random() < 0.5 else b""
    return Record(name, make_flag(rng), tid, alignment.pos0, mapq, cigar, seq, quals, tags)


def follow_alleles(rng: random.Random, bases: str, lines: list[VcfLine]) -> Alignment:
    """Walk along the contig, now and then taking an ALT."""
    events = {}
    for line in lines:
        alt = rng.choice(line.alts).upper()
        if rng.random() < 0.6 and is_usable(line.ref.upper(), alt):
            pos0, ref, changed = trim(line.pos - 1, line.ref.upper(), alt)
            events[pos0] = (ref, changed)
    n = rng.choice((1, 5, 15, 30, 60))
    near = rng.choice(lines).pos - 1 if lines else 0
    begin = min(max(0, near - rng.randint(-2, n)), len(bases) - 1)
    pos0, ops, seq = begin, "", ""
    while pos0 < min(begin + n, len(bases)):
        ref, alt = events.get(pos0, (bases[pos0], called(rng, bases[pos0])))
        both = min(len(ref), len(alt))
        ops += "M" * both + "I" * (len(alt) - both) + "D" * (len(ref) - both)
        seq += alt
        pos0 += len(ref)
        if not ref:  # an insertion lies before its base
            ops, seq, pos0 = ops + "M", seq + called(rng, bases[pos0]), pos0 + 1
    return Alignment(begin, ops, seq)


def consumed(ops: str, kinds: str) -> int:
    """Count operations of the kinds."""
    return sum(op in kinds for op in ops)


def fits(alignment: Alignment, length: int) -> bool:
    """Tell whether the alignment lies on its contig, aligns a base, and clips its ends only."""
    end = alignment.pos0 + consumed(alignment.ops, REFERENCE_OPS)
    inner = alignment.ops.strip("S")
    return alignment.pos0 >= 0 and end <= length and "M" in inner and "S" not in inner


def shift_gap(rng: random.Random, alignment: Alignment) -> Alignment:
    """Move one gap by some bases."""
    runs = ["".join(run) for _, run in groupby(alignment.ops)]
    gaps = [i for i, run in enumerate(runs) if run[0] in "IDN"]
    if not gaps:
        return alignment
    gap = rng.choice(gaps)
    before, after = "".join(runs[:gap]), "".join(runs[gap + 1 :])
    by = rng.randint(-6, 6)
    if by < 0:
        before, after = before[:by], before[by:] + after
    else:
        before, after = before + after[:by], after[by:]
    ops = before + runs[gap] + after
    return alignment._replace(ops=ops) if ops[:1] in ("M", "S") else alignment


def hide_end(rng: random.Random, alignment: Alignment) -> Alignment:
    """Lay the last bases as if nothing happened there, or clip them."""
    at = len(alignment.ops) - rng.randint(1, 12)
    if at < 1:
        return alignment
    op = rng.choice("MSS")
    return alignment._replace(ops=alignment.ops[:at] + op * consumed(alignment.ops[at:], READ_OPS))


def hide_start(rng: random.Random, alignment: Alignment) -> Alignment:
    """Lay the first bases as if nothing happened there, or clip them."""
    at = rng.randint(1, 12)
    hidden, rest = alignment.ops[:at], alignment.ops[at:]
    op = rng.choice("MSS") * consumed(hidden, READ_OPS)
    pos0 = alignment.pos0 + consumed(hidden, REFERENCE_OPS) - consumed(op, REFERENCE_OPS)
    return alignment._replace(pos0=pos0, ops=op + rest)


def splice(rng: random.Random, alignment: Alignment) -> Alignment:
    """Replace some operations by an intron of their length, or a longer one."""
    begin = rng.randrange(len(alignment.ops))
    end = min(len(alignment.ops), begin + rng.randint(1, 12))
    gone = alignment.ops[begin:end]
    first = consumed(alignment.ops[:begin], READ_OPS)
    seq = alignment.seq[:first] + alignment.seq[first + consumed(gone, READ_OPS) :]
    skipped = "N" * (consumed(gone, REFERENCE_OPS) + rng.choice((0, 0, 0, 5)))
    return alignment._replace(ops=alignment.ops[:begin] + skipped + alignment.ops[end:], seq=seq)


def scramble(rng: random.Random, alignment: Alignment) -> Alignment:
    """Put an operation of any kind somewhere."""
    at = rng.randint(0, len(alignment.ops))
    op = rng.choice("IIDDDNM") * rng.choice((1, 1, 2, 5))
    first = consumed(alignment.ops[:at], READ_OPS)
    more = random_bases(rng, consumed(op, READ_OPS))
    seq = alignment.seq[:first] + more + alignment.seq[first:]
    return alignment._replace(ops=alignment.ops[:at] + op + alignment.ops[at:], seq=seq)


def with_errors(rng: random.Random, seq: str, rate: float) -> str:
    """Replace some bases, a few by what is not a base."""
    return "".join(
        rng.choice("ACGTACGTNR=") if rate and rng.random() < rate else base for base in seq
    )


def decorate(rng: random.Random, cigar: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Say the same in other operations: = and X, H at the ends, P and empty ones between."""
    if rng.random() < 0.1:
        cigar = [(rng.choice("=X") if op == "M" else op, n) for op, n in cigar]
    if rng.random() < 0.1:
        cigar = [("H", 3), *cigar]
    if rng.random() < 0.1:
        cigar = [*cigar, ("H", 2)]
    inside = [i for i in range(1, len(cigar)) if cigar[i - 1][0] in "MID" and cigar[i][0] in "MID"]
    if inside and rng.random() < 0.1:
        at = rng.choice(inside)
        cigar = [*cigar[:at], rng.choice((("P", 2), ("I", 0), ("D", 0), ("N", 0))), *cigar[at:]]
    return cigar


def make_flag(rng: random.Random) -> int:
    """Choose flags, mostly of pairs."""
    if rng.random() < 0.1:
        return rng.choice((0x4, 0x100, 0x200, 0x400, 0x800, 0x101, 0xF04, rng.randrange(4096)))
    return rng.choice((0, 16, 99, 147, 83, 163, 65, 129))


# ------------------------------------------------------------------------------------ options


def selection_args(rng: random.Random, samples: list[str], folder: Path) -> list[str]:
    """Choose samples, --all-sites, --biallelic-only and -f."""
    args = []
    named = rng.sample(samples, rng.randint(0, len(samples)))
    how = rng.random()
    if named and how < 0.2:
        args += ["-s", ",".join(named)]
    elif named and how < 0.3:
        (folder / "samples.txt").write_text("".join(f"{name}\n" for name in named))
        args += ["-s", "@samples.txt"]
    else:
        args += [word for name in named for word in ("-s", name)]
    args += ["--all-sites"] if named and rng.random() < 0.3 else []
    args += ["--biallelic-only"] if rng.random() < 0.15 else []
    args += ["-f", rng.choice(("PASS,.", "PASS", "far"))] if rng.random() < 0.15 else []
    return args


def filter_args(rng: random.Random) -> list[str]:
    """Choose what is counted."""
    choices = {
        "--count": ("reads", "fragments"),
        "--min-mapq": ("0", "10", "31", "61"),
        "--min-baseq": ("0", "9", "11", "20"),
        "--exclude-flags": ("0", "0xF04", "1024", "16"),
        "--require-flags": ("0", "1", "0x3"),
        "--require-tag": ("vW:i:1", "XA:Z:foo", "XA:A:x"),
        "--exclude-tag": ("vW:i:3", "XA:Z:bar", "NH:i:2"),
    }
    args = []
    for option, values in choices.items():
        if rng.random() < (0.3 if option == "--count" else 0.12):
            args += [option, rng.choice(values)]
    return [*args, *(["--wasp-filter"] if rng.random() < 0.15 else [])]


def region_args(rng: random.Random, world: World, folder: Path) -> list[str]:
    """Choose regions in one of the formats, or none."""
    kind = rng.choice(("", "", "", "", "text", "bed", "narrowPeak", "gtf", "gff3"))
    if not kind:
        return []
    spans = [make_span(rng, world) for _ in range(rng.choice((1, 3, 8)))]
    if kind == "text":
        words = [rng.choice((chrom, f"{chrom}:{beg0 + 1}-{end0}")) for chrom, beg0, end0 in spans]
        return [word for span in words for word in ("-r", span)]
    name = f"regions.{kind}"
    lines = [region_line(rng, kind, *span) for span in spans]
    lines += [line for line in lines if rng.random() < 0.1]
    comment = "##gff-version 3\n" if kind == "gff3" else "# a comment\n"
    (folder / name).write_text(comment + "".join(f"{line}\n" for line in lines))
    args = ["-r", name]
    return [*args, "--feature", "exon"] if kind in ("gtf", "gff3") and rng.random() < 0.3 else args


def make_span(rng: random.Random, world: World) -> tuple[str, int, int]:
    """Choose a span of a contig, 0-based."""
    chrom = rng.choice(list(world.contigs))
    beg0 = rng.randrange(len(world.contigs[chrom]))
    return chrom, beg0, beg0 + rng.choice((1, 5, 40, 500))


def region_line(rng: random.Random, kind: str, chrom: str, beg0: int, end0: int) -> str:
    """Return the line of a region."""
    if kind == "bed":
        return rng.choice((f"{chrom}\t{beg0}\t{end0}", f"{chrom}\t{beg0}\t{end0}\tb{beg0}"))
    if kind == "narrowPeak":
        name = rng.choice((".", f"p{beg0}"))
        return f"{chrom}\t{beg0}\t{end0}\t{name}\t0\t.\t1\t-1\t-1\t0"
    cells = [chrom, "x", rng.choice(FEATURES), str(beg0 + 1), str(end0), ".", "+", "."]
    named = rng.random() < 0.7
    if kind == "gtf":
        text = f'gene_id "g{beg0}";' + (f' gene_name "n {end0}";' if named else "")
    else:
        text = f"ID=g{beg0}" + (f";Name=n{end0}" if named else "")
    return "\t".join([*cells, text])
