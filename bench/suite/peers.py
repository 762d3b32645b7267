"""Other programs beside ours: the same machine, the same files, and first of all the same counts."""

from __future__ import annotations

import csv
import gzip
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import inputs
from common import RELEASE, ROOT, WORK, Command, Failed, Settings, find, run, say, show
from inputs import Input
from parts import SPHEX
from timing import race, ratios, spread

TOOLS = WORK / "peers"
PYTHON = TOOLS / "venv/bin/python"
LOOPS = TOOLS / "cargo/release"
BENCH_RUN = RELEASE / "bench_run"
SAMPLE = "S1"
PERBASE = "1.4.1"
WASP2_NEEDS = "polars<1.38 typer>=0.12 rich>=13 pandas numpy scipy pysam pybedtools anndata scanpy".split()
# The rules that the pileup programs share with `sphex count --count reads`.
READS = ["--count", "reads", "--min-mapq", "10", "--min-baseq", "10", "--exclude-flags", "0xF04"]
SAMBAMBA_FILTER = (
    "mapping_quality >= 10 and not (unmapped or secondary_alignment or failed_quality_control "
    "or duplicate or supplementary)"
)
Bases = dict[tuple[str, int], dict[str, int]]  # reads with a base, by place


class Missing(Exception):
    """The program is not on this machine, and cannot be installed."""


class Job(NamedTuple):
    """One run: files, threads, where the output goes."""

    data: Input
    n_threads: int
    folder: Path
    output: str | Path


class Peer(NamedTuple):
    """Another program, and what of ours does the same."""

    does: str
    threads: list[int]
    version: Callable[[], str]  # raises Missing
    theirs: Callable[[Job], Command]
    ours: Callable[[Job], Command]
    check: Callable[[Job], str]  # says what was compared; raises Failed


def parts(names: list[str]) -> dict[str, Callable[[Settings], Any]]:
    """Make a part of each peer."""
    unknown = [name for name in names if name not in PEERS]
    if unknown:
        raise Failed(f"no peer is called {unknown[0]}; there are {', '.join(PEERS)}")
    return {f"peer-{name}": partial(measure_peer, name) for name in names or PEERS}


def measure_peer(name: str, settings: Settings) -> dict[str, Any]:
    """Check that a peer and we count the same, then time both, and the floor."""
    peer = PEERS[name]
    try:
        version = peer.version()
    except Missing as missing:
        print(f"SKIP {name}: {missing}")
        return {"skipped": str(missing)}
    data = inputs.make("wgs", settings)
    if not inputs.index(data):
        print(f"SKIP {name}: samtools is not here to index the BAM")
        return {"skipped": "samtools is not here to index the BAM"}
    write_places(data)
    with tempfile.TemporaryDirectory() as name_of_folder:
        job = Job(data, 1, Path(name_of_folder), "/dev/null")
        checked = peer.check(job._replace(n_threads=max(peer.threads)))
        say(f"{name} {version}: {checked}")
        races = [race_with(peer, job._replace(n_threads=n), settings) for n in peer.threads if n in settings.threads]
    n_records = int(run([BENCH_RUN, "--once", "-t", "decode", data.bam]).split()[0])
    result = {"version": version, "does": peer.does, "checked": checked, "races": races, "n_records": n_records}
    print_races(name, result)
    return result


def race_with(peer: Peer, job: Job, settings: Settings) -> dict[str, Any]:
    """Time theirs, ours and the floor in turn."""
    commands: dict[str, Command] = {
        "theirs": peer.theirs(job),
        "ours": peer.ours(job),
        "floor": [BENCH_RUN, "--once", "-t", "floor", job.data.bam],
    }
    found: dict[str, dict[str, Any]] = {
        who: timing._asdict() for who, timing in race(commands, settings.n_runs).items()
    }
    for who, command in commands.items():
        found[who]["command"] = show(command).replace(f"{job.folder}/", "")
    return {"threads": job.n_threads, **found}


def print_races(name: str, result: dict[str, Any]) -> None:
    """Print what was found."""
    for found in result["races"]:
        ratio = spread(ratios(found["theirs"]["seconds"], found["ours"]["seconds"]))
        print(f"{name} {result['version']}, {found['threads']} threads: {ratio.text()} times our seconds")
        for who in ("theirs", "ours", "floor"):
            seconds = spread(found[who]["seconds"])
            speed = result["n_records"] / seconds.median / 1e6
            peak = found[who]["peak_kbytes"] / 1024
            print(f"  {who:7} {seconds.text(3):26} s {speed:8.2f} million reads/s {peak:8.1f} MB")


# ---------------------------------------------------------------- getting them


def version_of(program: str, *arguments: str) -> str:
    """Ask a program for its version: the first number with dots that it prints."""
    path = find(program)
    if not path:
        raise Missing("not installed")
    text = run_any([path, *arguments])
    number = re.search(r"\d+\.\d+[\w.+-]*", text)
    return number[0] if number else "?"


def run_any(command: Command) -> str:
    """Run a command; take what it prints however it ends."""
    done = subprocess.run(list(map(str, command)), capture_output=True, check=False)
    return (done.stdout + done.stderr).decode(errors="replace")


def install(what: str, command: Command, **more: Any) -> None:
    """Install something of the registries; where that fails, the peer is skipped."""
    say(f"installing {what}")
    try:
        run(command, **more)
    except (Failed, OSError) as error:
        raise Missing(f"could not install {what}: {str(error)[-160:]}") from error


def python_packages(*packages: str | Path) -> None:
    """Install packages into the environment of the peers."""
    if not PYTHON.exists():
        install("a virtual environment", [sys.executable, "-m", "venv", TOOLS / "venv"])
    install(" ".join(str(p).rsplit("/", 1)[-1] for p in packages), [PYTHON, "-m", "pip", "install", "-q", *packages])


def python_version(package: str) -> str:
    """Version of a package in the environment of the peers, empty without."""
    words = f"import importlib.metadata as m; print(*(d.version for d in m.distributions(name={package!r})))"
    return run([PYTHON, "-c", words]).decode().strip() if PYTHON.exists() else ""


def get_wasp2() -> str:
    """Get version 1.5.0 from the shared folder where that is possible, else the newest of PyPI."""
    for tool in ("bcftools", "bedtools"):
        if not find(tool):
            raise Missing(f"it needs {tool}")
    if not python_version("wasp2"):
        shared = Path(os.environ.get("SHARED", ROOT.parent / "shared")) / "oracle/wasp2"
        wheels = sorted(shared.glob("wasp2-*.whl")) if sys.version_info[:2] == (3, 11) else []
        python_packages(*WASP2_NEEDS)
        if wheels:
            install("wasp2", [PYTHON, "-m", "pip", "install", "-q", "--no-deps", wheels[0]])
        else:
            python_packages("wasp2")
    return python_version("wasp2")


def get_pysam() -> str:
    """Get pysam."""
    if not python_version("pysam"):
        python_packages("pysam")
    return python_version("pysam")


def get_perbase() -> str:
    """Get perbase of crates.io."""
    if not find("perbase"):
        cargo = find("cargo")
        if not cargo:
            raise Missing("it needs cargo")
        install("perbase", [cargo, "install", "perbase", "--version", PERBASE, "--locked", "--root", TOOLS])
    return version_of("perbase", "--version")


def get_loop(crate: str) -> str:
    """Build our loops on the Rust libraries; versions are those of the lock file."""
    cargo = find("cargo")
    if not cargo:
        raise Missing("it needs cargo")
    source = ROOT / "bench/peers"
    environment = {**os.environ, "CARGO_TARGET_DIR": str(TOOLS / "cargo")}
    install("the loops", [cargo, "build", "--release", "--locked"], cwd=source, env=environment)
    lock = (source / "Cargo.lock").read_text(encoding="utf-8")
    found = re.search(rf'name = "{crate}"\nversion = "([^"]+)"', lock)
    return found[1] if found else "?"


def get_htslib() -> str:
    """Version of the htslib that bench_run is linked with."""
    if b"not built in" in bytes(run_any([BENCH_RUN, "-n", "1", "-t", "htslib", "-", "-"]), "utf-8"):
        raise Missing("its headers were not there when bench_run was built")
    found = re.search(r"htslib (\S+)", run_any([find("samtools") or "samtools", "--version"]))
    return found[1] if found else "?"


# ---------------------------------------------------------------- the same counts


def write_places(data: Input) -> None:
    """Write the places of the variants as BED and as text beside them."""
    bed, text = places(data, "bed"), places(data, "txt")
    if bed.exists() and bed.stat().st_mtime >= data.variants.stat().st_mtime:
        return
    with gzip.open(data.variants, "rt") as lines:
        found = [line.split("\t", 2)[:2] for line in lines if not line.startswith("#")]
    text.write_text("".join(f"{contig}\t{pos}\n" for contig, pos in found), encoding="utf-8")
    bed.write_text("".join(f"{contig}\t{int(pos) - 1}\t{pos}\n" for contig, pos in found), encoding="utf-8")


def places(data: Input, suffix: str) -> Path:
    """Name the file with the places."""
    return data.bam.with_name(f"{data.name}.places.{suffix}")


def our_table(job: Job, *options: str) -> list[dict[str, str]]:
    """Count with ours."""
    table = job.folder / "ours.tsv"
    run([SPHEX, "count", "-q", *options, job.data.bam, job.data.variants, "-o", table])
    with table.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def place(row: dict[str, str]) -> tuple[str, int]:
    return row["chrom"], int(row["pos"])


def same_counts(their_bases: Callable[[Job], Bases], job: Job) -> str:
    """Compare the reads with REF and with ALT at every variant."""
    theirs = their_bases(job)
    rows = our_table(job, *READS)
    for row in rows:
        bases = theirs.get(place(row), {})
        found = bases.get(row["ref"], 0), bases.get(row["alt"], 0)
        if found != (int(row["ref_count"]), int(row["alt_count"])):
            raise Failed(f"{row['chrom']}:{row['pos']}: they have {found}, we {row['ref_count']}, {row['alt_count']}")
    return f"REF and ALT of {len(rows)} variants equal"


def output_of(command: Callable[[Job], Command], job: Job) -> list[str]:
    """Run a peer once for its output."""
    output = job.folder / "theirs"
    text = run(command(job._replace(output=output)), cwd=job.folder)
    return (text.decode() if text else output.read_text(encoding="utf-8")).splitlines()


def same_bytes(command: Callable[[Job], Command], ours: Callable[[Job], Command], job: Job) -> str:
    """Compare whole tables."""
    output_of(command, job)
    table = job.folder / "ours"
    run(ours(job._replace(output=table)))
    if table.read_bytes() != (job.folder / "theirs").read_bytes():
        raise Failed("the tables differ")
    return f"tables equal, {len(table.read_bytes().splitlines())} lines"


def same_number(command: Callable[[Job], Command], ours: Callable[[Job], Command], job: Job) -> str:
    """Compare the number of records, and the sum of positions where both print it."""
    their_words = output_of(command, job)[-1].split()
    our_words = run(ours(job)).decode().split()[: len(their_words)]
    if their_words != our_words:
        raise Failed(f"they read {' '.join(their_words)}, we {' '.join(our_words)}")
    return f"{our_words[0]} records" + (", sum of positions equal" if len(our_words) > 1 else "")


def same_depth(job: Job) -> str:
    """Compare depths of fragments; names that stand for several fragments are settled by other rules."""
    run(mosdepth(job), cwd=job.folder)
    with gzip.open(job.folder / "depth.regions.bed.gz", "rt") as lines:
        theirs = {(w[0], int(w[2])): float(w[3]) for w in map(str.split, lines)}
    rows = our_table(job, "--min-baseq", "0")
    kinds = ("ref", "alt", "other", "discordant", "ambiguous", "low_baseq")
    n = sum(theirs[place(row)] == sum(int(row[f"{kind}_count"]) for kind in kinds) for row in rows)
    if n < 0.99 * len(rows):
        raise Failed(f"only {n} of {len(rows)} depths are equal")
    return f"depth of {n} of {len(rows)} variants equal (shared names: other rules)"


def bases_of_table(command: Callable[[Job], Command], job: Job, first: int) -> Bases:
    """Read a table with columns REF, POS and one per base; `first` is its first position."""
    rows = csv.DictReader(output_of(command, job), delimiter="\t")
    return {(r["REF"], int(r["POS"]) + 1 - first): {b: int(r[b]) for b in "ACGT"} for r in rows}


def bases_of_pileup(job: Job) -> Bases:
    """Read samtools mpileup: . and , are REF; +2AC and -2AC indels; ^x and $ ends of reads."""
    found = {}
    for line in output_of(samtools_mpileup, job):
        contig, pos, ref, _, text = line.split("\t")[:5]
        text = re.sub(r"\^.|\$", "", text)
        text = re.sub(r"[+-](\d+)([A-Za-z*#]+)", lambda m: m[2][int(m[1]) :], text)
        text = text.replace(".", ref).replace(",", ref).upper()
        found[contig, int(pos)] = {base: text.count(base) for base in "ACGT"}
    return found


def bases_of_vcf(job: Job) -> Bases:
    """Read AD of bcftools mpileup."""
    found = {}
    for line in output_of(partial(bcftools_mpileup, kind="v"), job):
        if not line.startswith("#"):
            w = line.split("\t")
            depths = map(int, w[9].split(":")[w[8].split(":").index("AD")].split(","))
            found[w[0], int(w[1])] = dict(zip([w[3], *w[4].split(",")], depths, strict=True))
    return found


def alleles_of_loop(job: Job) -> Bases:
    """Read the loop's counts; it knows REF and ALT by their place."""
    rows = [line.split("\t") for line in output_of(pysam_alleles, job)]
    alleles = {place(row): (row["ref"], row["alt"]) for row in our_table(job, *READS)}
    return {
        (contig, int(pos)): dict(zip(alleles[contig, int(pos)], (int(ref), int(alt)), strict=True))
        for contig, pos, ref, alt in rows
    }


# ---------------------------------------------------------------- their commands


def wasp2(job: Job) -> Command:
    """WASP2's counter; its threads are Rayon's, and it starts bcftools by name."""
    path = f"PATH={TOOLS / 'venv/bin'}{os.pathsep}{os.environ['PATH']}"
    # it insists on the name, and writes where it stands without one
    output = job.folder / "wasp2.tsv" if job.output == "/dev/null" else job.output
    words = ["count-variants", job.data.bam, job.data.variants, "-s", SAMPLE, "-o", output]
    return ["env", path, f"RAYON_NUM_THREADS={job.n_threads}", TOOLS / "venv/bin/wasp2-count", *words]


def samtools_view(job: Job) -> Command:
    return ["samtools", "view", "-c", "-@", str(job.n_threads - 1), job.data.bam]


def samtools_mpileup(job: Job) -> Command:
    rules = ["-B", "-A", "-x", "-d", "0", "-q", "10", "-Q", "10", "--ff", "0xF04"]
    sites = ["-f", job.data.fasta, "-l", places(job.data, "bed")]
    return ["samtools", "mpileup", *sites, *rules, "-o", job.output, job.data.bam]


def bcftools_mpileup(job: Job, kind: str = "u") -> Command:
    rules = ["-B", "-A", "-x", "-I", "-d", "1000000", "-q", "10", "-Q", "10", "--ff", "0xF04", "-a", "AD"]
    sites = ["-f", job.data.fasta, "-T", places(job.data, "txt")]
    return ["bcftools", "mpileup", *sites, *rules, "-O", kind, "-o", job.output, job.data.bam]


def sambamba_depth(job: Job) -> Command:
    rules = ["-F", SAMBAMBA_FILTER, "--min-base-quality=10", "--min-coverage=0"]
    words = ["-t", str(job.n_threads), f"--regions={places(job.data, 'bed')}", *rules, "-o", job.output]
    return ["sambamba", "depth", "base", *words, job.data.bam]


def sambamba_view(job: Job) -> Command:
    return ["sambamba", "view", "-q", "-c", "-t", str(job.n_threads), job.data.bam]


def mosdepth(job: Job) -> Command:
    words = ["-n", "-t", str(job.n_threads - 1), "-Q", "10", "-F", str(0xF04), "-b", places(job.data, "bed")]
    return ["mosdepth", *words, job.folder / "depth", job.data.bam]


def perbase(job: Job) -> Command:
    rules = ["-q", "10", "-Q", "10", "-F", str(0xF04), "-D", "1000000"]
    words = ["base-depth", "-t", str(job.n_threads), "-b", places(job.data, "bed"), *rules, "-o", job.output]
    return [find("perbase") or "perbase", *words, job.data.bam]


def pysam_records(job: Job) -> Command:
    return [PYTHON, ROOT / "bench/peers/pysam_loop.py", "records", job.data.bam, str(job.n_threads)]


def pysam_alleles(job: Job) -> Command:
    words = ["alleles", job.data.bam, str(job.n_threads), job.data.variants]
    return [PYTHON, ROOT / "bench/peers/pysam_loop.py", *words]


def rust_loop(name: str, job: Job) -> Command:
    return [LOOPS / f"loop_{name}", job.data.bam, str(job.n_threads)]


def htslib_loop(job: Job) -> Command:
    return [BENCH_RUN, "--once", "-t", f"htslib@{job.n_threads}", job.data.bam]


# ---------------------------------------------------------------- ours


def our_loop(job: Job) -> Command:
    return [BENCH_RUN, "--once", "-t", f"decode@{job.n_threads}", job.data.bam]


def our_count(options: list[str], job: Job) -> Command:
    files = [job.data.bam, job.data.variants]
    return [SPHEX, "count", "-q", *options, "-@", str(job.n_threads), "-o", job.output, *files]


our_wasp2 = partial(our_count, ["--compat", "wasp2", "-s", SAMPLE])
our_reads = partial(our_count, READS)
our_fragments = partial(our_count, ["--min-baseq", "0"])


def record_loop(version: Callable[[], str], theirs: Callable[[Job], Command], does: str) -> Peer:
    """Make a peer that reads all records."""
    return Peer(does, [1, 2], version, theirs, our_loop, partial(same_number, theirs, our_loop))


LOOP = "all records, position summed"
BASES = "bases at the variants"
PEERS = {
    "wasp2": Peer(
        "count-variants, one sample",
        [1, 2],
        get_wasp2,
        wasp2,
        our_wasp2,
        partial(same_bytes, wasp2, our_wasp2),
    ),
    "bcftools-mpileup": Peer(
        BASES,
        [1],
        partial(version_of, "bcftools", "--version"),
        bcftools_mpileup,
        our_reads,
        partial(same_counts, bases_of_vcf),
    ),
    "samtools-mpileup": Peer(
        BASES,
        [1],
        partial(version_of, "samtools", "--version"),
        samtools_mpileup,
        our_reads,
        partial(same_counts, bases_of_pileup),
    ),
    "sambamba-depth": Peer(
        BASES,
        [1, 2],
        partial(version_of, "sambamba", "--version"),
        sambamba_depth,
        our_reads,
        partial(same_counts, partial(bases_of_table, sambamba_depth, first=0)),
    ),
    "perbase": Peer(
        BASES,
        [2],
        get_perbase,
        perbase,
        our_reads,
        partial(same_counts, partial(bases_of_table, perbase, first=1)),
    ),
    "pysam-alleles": Peer(
        BASES,
        [1, 2],
        get_pysam,
        pysam_alleles,
        our_reads,
        partial(same_counts, alleles_of_loop),
    ),
    "mosdepth": Peer(
        "depth of fragments at the variants, without alleles",
        [1, 2],
        partial(version_of, "mosdepth", "--version"),
        mosdepth,
        our_fragments,
        same_depth,
    ),
    "samtools-view": record_loop(partial(version_of, "samtools", "--version"), samtools_view, "view -c: all records"),
    "sambamba-view": record_loop(partial(version_of, "sambamba", "--version"), sambamba_view, "view -c: all records"),
    "pysam-records": record_loop(get_pysam, pysam_records, LOOP),
    "htslib": record_loop(get_htslib, htslib_loop, LOOP),
    "rust-htslib": record_loop(partial(get_loop, "rust-htslib"), partial(rust_loop, "rust_htslib"), LOOP),
    "noodles": record_loop(partial(get_loop, "noodles-bam"), partial(rust_loop, "noodles"), LOOP),
}
NAMES = list(PEERS)
