"""The two functions that count into a table."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

from sphex._dispatch import NATIVE_AVAILABLE, Engine, use_native
from sphex._table import CountTable, PathLike, Progress, Source

if NATIVE_AVAILABLE:
    from sphex import _columns, _sphex

Mode = Literal["wasp2", "wasp2-legacy"]
ProgressFunction = Callable[[Progress], object]
MAX_THREADS = 1024


def count(
    bam: PathLike,
    variants: PathLike | None,
    *,
    samples: str | Iterable[str] = (),
    mode: Mode = "wasp2",
    regions: PathLike | None = None,
    use_region_names: bool = False,
    feature: str | None = None,
    attribute: str | None = None,
    parent: str | None = None,
    include_indels: bool = False,
    include_multiallelic: bool = False,
    min_baseq: int = 0,
    vcf_bed: PathLike | None = None,
    intersect_bed: PathLike | None = None,
    temp_dir: PathLike | None = None,
    allow_truncated: bool = False,
    accept_loss: bool = False,
    threads: int = 0,
    simd: str | None = None,
    engine: Engine = "auto",
    progress: ProgressFunction | None = None,
) -> CountTable:
    """Count the reads of a BAM per allele of the variants of a VCF or BCF.

    bam: path of a BAM; it needs no index; "-" is standard input.
    variants: path of a .vcf, .vcf.gz or .bcf; None with ``vcf_bed`` or ``intersect_bed``.
    samples: one name, or several; variants that are heterozygous in them are counted.
    mode: counting rules, "wasp2" or "wasp2-legacy".
    regions: BED, narrowPeak, broadPeak, GTF or GFF3 (.gz too); only variants in them are counted.
    use_region_names: name regions by the 4th BED column instead of contig_start_end.
    feature, attribute, parent: which lines of a GTF or GFF3, and which of their attributes.
    include_indels: also insertions and deletions of up to 10 bases.
    include_multiallelic: also records with more than one ALT.
    min_baseq: ignore bases of a lower quality (Phred, 0..255).
    vcf_bed, intersect_bed: lines kept by an earlier run with ``temp_dir``, instead of making them.
    temp_dir: existing folder in which the intermediate BED files are kept.
    allow_truncated: a missing BGZF end-of-file marker is a warning, not an error.
    accept_loss: where WASP2 loses data without an error, do so too, with a warning.
    threads: 0 for all CPUs that this process may use. simd: a name of ``simd_rows()``. Neither
        changes the result.
    engine: "native", "python" (pysam; text VCF without regions only), or "auto".
    progress: called about ten times a second at most with a ``Progress``; short counts may never
        call it. An exception that it raises, or Ctrl-C, ends the count and passes on.

    Raises a ``SphexError``, which also is a ValueError (wrong arguments, unknown sample, nothing
    to count), an OSError (missing, damaged or truncated files) or a MemoryError; ImportError when
    the engine is not there. Warnings are RuntimeWarnings.
    """
    names = (samples,) if isinstance(samples, str) else tuple(samples)
    settings = {
        "regions": regions,
        "use-region-names": use_region_names,
        "feature": feature,
        "attribute": attribute,
        "parent": parent,
        "include-indels": include_indels,
        "include-multiallelic": include_multiallelic,
        "min-baseq": min_baseq,
        "vcf-bed": vcf_bed,
        "intersect-bed": intersect_bed,
        "temp-dir": temp_dir,
        "allow-truncated": allow_truncated,
        "accept-loss": accept_loss,
    }
    if not use_native(engine):
        from sphex import _python

        return CountTable(_python.count(bam, variants, names, mode, settings))
    source = run_native(
        bam, variants, names, settings, mode=mode, threads=threads, simd=simd, progress=progress
    )
    return CountTable(source)


def count_sites(
    bam: PathLike,
    contigs: Sequence[str],
    contig_codes: Any,
    pos: Any,
    ref: Any,
    alt: Any,
    *,
    mode: Mode = "wasp2",
    min_baseq: int = 0,
    allow_truncated: bool = False,
    accept_loss: bool = False,
    threads: int = 0,
    simd: str | None = None,
    engine: Engine = "auto",
    progress: ProgressFunction | None = None,
) -> CountTable:
    """Count the reads of a BAM per allele of sites given as columns, one row for each, in order.

    contigs: names; contig_codes: index into them for each row.
    pos: 1-based positions in 0..2**32-1; 0 is on no base.
    ref, alt: alleles, compared as they are written; none may be empty. Single bytes (bytes,
        uint8 or numpy S1) are one-letter alleles.

    A column is a numpy array, an Arrow array (pyarrow, polars, pandas), any other buffer, or a
    sequence. uint32 numbers, Arrow large_string and single bytes are used without a copy, and
    must not be changed before the function returns. Rows at one position share no counts: only
    the first of them has any. All other arguments and the errors are those of ``count``.

    Raises TypeError, ValueError or OverflowError for a column that does not fit.
    """
    settings = {
        "min-baseq": min_baseq,
        "allow-truncated": allow_truncated,
        "accept-loss": accept_loss,
    }
    if not use_native(engine):
        from sphex import _python

        sites = _python.sites(contigs, contig_codes, pos, ref, alt)
        return CountTable(_python.count_sites(bam, sites, mode, min_baseq))
    columns = (
        list(contigs),
        _columns.numbers(contig_codes, "contig_codes"),
        _columns.numbers(pos, "pos"),
        *_columns.texts(ref, "ref"),
        *_columns.texts(alt, "alt"),
    )
    source = run_native(
        bam, None, (), settings, columns, mode=mode, threads=threads, simd=simd, progress=progress
    )
    return CountTable(source)


def run_native(
    bam: PathLike,
    variants: PathLike | None,
    samples: tuple[str, ...],
    settings: dict[str, PathLike | int | None],
    sites: list[Any] | _sphex.Columns | None = None,
    *,
    mode: Mode,
    threads: int,
    simd: str | None,
    progress: ProgressFunction | None,
) -> Source:
    """Run one count in C. Its warnings name the caller's caller."""
    modes = {"wasp2": _sphex.MODE_WASP2, "wasp2-legacy": _sphex.MODE_WASP2_LEGACY}
    if mode not in modes:
        raise ValueError(f"mode: one of {', '.join(modes)}, not {mode!r}")
    if not 0 <= threads <= MAX_THREADS:
        raise ValueError(f"threads: a number from 0 to {MAX_THREADS}, not {threads!r}")
    return _sphex.count(
        modes[mode],
        os.fsencode(bam),
        b"" if variants is None else os.fsencode(variants),
        tuple(name.encode() for name in samples),
        {key: _setting(value) for key, value in settings.items() if value is not None},
        sites,
        threads,
        simd,
        None if progress is None else lambda *numbers: progress(Progress(*numbers)),
    )


def _setting(value: PathLike | int) -> bytes:
    return str(int(value)).encode() if isinstance(value, int) else os.fsencode(value)
