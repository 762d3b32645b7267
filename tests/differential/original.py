"""Runs the original wasp2-count in this process, so that many cases share one Python start.

In: the arguments after `wasp2-count`, and how to count:

    original    the program as it is
    repaired    its own front end, counting with the Python engine, cured of the deaths on valid
                input for which the counting rules (section 12) state a table
    legacy      the same front end on bcftools alone, counting by the rules of `wasp2-legacy`

Out: exit status, the text of stderr, and the files that the program wrote.
"""

from __future__ import annotations

import gzip
import importlib.util
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple
from unittest import mock

import polars as pl
import typer
from counting import __main__ as program
from counting import count_alleles, parse_gene_data, run_counting
from counting.filter_variant_data import intersect_vcf_region
from counting.parse_gene_data import make_gene_data, parse_intersect_genes_new

ENGINE_FILE = Path(__file__).resolve().parents[2] / "python" / "sphex" / "_engine.py"
NO_PARENT = b"\x01"  # stands for an empty last column while bedtools looks on
ANNOTATION_COLUMNS = 9
COMMAND = typer.main.get_command(program.app)


class Result(NamedTuple):
    """How a run ended."""

    exit: int
    stderr: str
    error: str  # the exception as one line, or ""


def load_engine() -> ModuleType:
    """Load the Python engine by itself, without the package around it."""
    spec = importlib.util.spec_from_file_location("sphex_engine", ENGINE_FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


engine = load_engine()


def run(args: list[str], folder: Path, how: str = "original") -> Result:
    """Run `wasp2-count ARGS` inside ``folder``."""
    with ExitStack() as stack:
        log = stack.enter_context(_stderr_to_file())
        stack.enter_context(_inside(folder))
        for patch in PATCHES[how]():
            stack.enter_context(patch)
        status, error = _call(args)
        sys.stderr.flush()
        log.seek(0)
        return Result(status, log.read().decode(errors="replace"), error)


def _call(args: list[str]) -> tuple[int, str]:
    try:
        COMMAND.main(args=args, prog_name="wasp2-count")
    except SystemExit as end:
        return (end.code if isinstance(end.code, int) else 1), ""
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a panic of the compiled part is no Exception
        return 1, f"{type(error).__name__}: {error}"
    return 0, ""


@contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


@contextmanager
def _stderr_to_file() -> Iterator[Any]:
    """Catch what Python, the compiled part and child processes write to file descriptor 2."""
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as log:
        os.dup2(log.fileno(), 2)
        try:
            yield log
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)


def _no_patches() -> list[Any]:
    return []


def _repairs() -> list[Any]:
    return [
        mock.patch.object(count_alleles, "RustBamCounter", engine.BamCounter),
        *_annotation_repairs(),
    ]


def _legacy() -> list[Any]:
    return [
        mock.patch.dict(os.environ, WASP2_DISABLE_RUST="1"),
        mock.patch.object(count_alleles, "count_snp_alleles_rust", _count_legacy),
        mock.patch.object(run_counting, "make_gene_data", _gene_data_legacy),
        mock.patch.object(run_counting, "parse_intersect_genes_new", _genes_legacy),
        *_annotation_repairs(),
    ]


def _annotation_repairs() -> list[Any]:
    return [
        mock.patch.object(run_counting, "intersect_vcf_region", _join_with_missing_parents),
        mock.patch.object(parse_gene_data, "pl", _PolarsThatReadsContigsAsText()),
    ]


PATCHES = {"original": _no_patches, "repaired": _repairs, "legacy": _legacy}


def _count_legacy(
    bam_file: str, chrom: str, snp_list: Any, threads: int | None = None
) -> list[tuple[str, int, int, int, int]]:
    """Count one contig; no result for a contig not in the BAM, which leaves its cells empty."""
    del threads
    sites = [(chrom, pos, ref, alt) for pos, ref, alt in snp_list]
    counts = engine.count_alleles_legacy(bam_file, sites)
    return [
        (chrom, site[1], *count)
        for site, count in zip(sites, counts, strict=True)
        if count is not None
    ]


def _gene_data_legacy(
    gene_file: str,
    out_bed: str,
    feature: str | None = None,
    attribute: str | None = None,
    parent_attribute: str | None = None,
) -> Any:
    """Choose feature, attribute and parent as the legacy program does, unless they are given."""
    lines = _annotation_lines(gene_file)
    found = {fields[2] for fields in lines}
    if feature is None:
        feature = next(name for name in ("exon", "transcript", "gene") if name in found)
    texts = [fields[8] for fields in lines if fields[2] == feature]

    def first_in_all(*keys: str) -> str | None:
        return next((key for key in keys if all(key in text for text in texts)), None)

    attribute = attribute or first_in_all(f"{feature}_id", "ID", "Name")
    if attribute is None:
        raise ValueError("no attribute is in every line")
    parent = parent_attribute or first_in_all("Parent", "transcript_id", "gene_id") or attribute
    return make_gene_data(gene_file, out_bed, feature, attribute, parent)


def _annotation_lines(path: str) -> list[list[str]]:
    opened = gzip.open if path.endswith(".gz") else open
    with opened(path, "rt", encoding="utf-8") as text:
        lines = [line.rstrip("\r\n").split("\t") for line in text if not line.startswith("#")]
    return [fields for fields in lines if len(fields) >= ANNOTATION_COLUMNS]


def _genes_legacy(intersect_file: str, **names: Any) -> Any:
    if Path(intersect_file).stat().st_size == 0:
        raise pl.exceptions.NoDataError("empty CSV")
    return parse_intersect_genes_new(intersect_file, **names)


def _join_with_missing_parents(vcf_file: str, region_file: str, out_file: str) -> None:
    """Join as the original does, but let an annotation's last column be empty on the first line."""
    if not out_file.endswith("_intersect_genes.bed"):
        intersect_vcf_region(vcf_file, region_file, out_file)
        return
    filled = Path(region_file).read_bytes().replace(b"\t\n", b"\t" + NO_PARENT + b"\n")
    with tempfile.NamedTemporaryFile(suffix=".bed") as regions:
        regions.write(filled)
        regions.flush()
        intersect_vcf_region(vcf_file, regions.name, out_file)
    joined = Path(out_file)
    joined.write_bytes(joined.read_bytes().replace(NO_PARENT, b""))


class _PolarsThatReadsContigsAsText:
    """Polars, but a GTF's first column is text and the other types come from all lines."""

    def __getattr__(self, name: str) -> Any:
        return getattr(pl, name)

    @staticmethod
    def read_csv(*args: Any, **options: Any) -> pl.DataFrame:
        options |= {"infer_schema_length": None, "schema_overrides": {"seqname": pl.String}}
        table: pl.DataFrame = pl.read_csv(*args, **options)
        return table
