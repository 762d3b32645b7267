"""The two functions that count into a table."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from sphex._dispatch import NATIVE_AVAILABLE, Engine, use_native
from sphex._table import CountTable, PathLike, Progress

if NATIVE_AVAILABLE:
    from sphex import _columns, _sphex

Mode = Literal["native", "wasp2", "wasp2-legacy"]
ProgressFunction = Callable[[Progress], object]
Setting = PathLike | int | Iterable[PathLike] | None
MAX_THREADS = 1024

#: Settings that belong to one family of modes.
_NATIVE_ONLY = (
    "reference",
    "filter",
    "all-sites",
    "biallelic-only",
    "contig-style-auto",
    "count-reads",
    "min-mapq",
    "exclude-flags",
    "require-flags",
    "require-tag",
    "exclude-tag",
    "wasp-filter",
)
_WASP2_ONLY = (
    "include-multiallelic",
    "use-region-names",
    "attribute",
    "parent",
    "vcf-bed",
    "intersect-bed",
    "temp-dir",
    "accept-loss",
)


def count(
    bam: PathLike,
    variants: PathLike | None,
    *,
    mode: Mode = "wasp2",
    samples: str | Iterable[str] = (),
    include_indels: bool = False,
    include_multiallelic: bool = False,
    all_sites: bool = False,
    biallelic_only: bool = False,
    filters: Iterable[str] = (),
    reference: PathLike | None = None,
    contig_style_auto: bool = False,
    regions: PathLike | Iterable[PathLike] | None = None,
    use_region_names: bool = False,
    feature: str | None = None,
    attribute: str | None = None,
    parent: str | None = None,
    vcf_bed: PathLike | None = None,
    intersect_bed: PathLike | None = None,
    temp_dir: PathLike | None = None,
    count_reads: bool = False,
    min_baseq: int | None = None,
    min_mapq: int | None = None,
    exclude_flags: int | None = None,
    require_flags: int | None = None,
    require_tags: Iterable[str] = (),
    exclude_tags: Iterable[str] = (),
    wasp_filter: bool = False,
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
    mode: the counting rules: "wasp2", "wasp2-legacy", or "native", which are no other program's.

    Which variants:
    samples: one name, or several; variants that are heterozygous in them are counted.
    include_indels: also insertions and deletions ("native": with ``reference``).
    include_multiallelic: also records with more than one ALT ("native" has them unless
        ``biallelic_only``).
    all_sites, filters, reference, contig_style_auto: ("native") also what is not heterozygous;
        only records with one of these in FILTER; path of a FASTA with .fai to check REF against
        and to judge indels by; let chr1 and 1 mean the same.
    regions: BED, narrowPeak, broadPeak, GTF or GFF3 (.gz too); only variants in them are counted.
        "native" takes several, and texts such as "chr1:10000-20000" (1-based).
    use_region_names: name regions by the 4th BED column instead of contig_start_end.
    feature, attribute, parent: which lines of a GTF or GFF3, and which of their attributes.
    vcf_bed, intersect_bed: lines kept by an earlier run with ``temp_dir``, instead of making them.
    temp_dir: existing folder in which the intermediate BED files are kept.

    Which reads:
    min_baseq: ignore bases of a lower quality (Phred, 0..255; "native": 10, else 0).
    count_reads: ("native") count reads, not fragments (a pair of reads counts once).
    min_mapq, exclude_flags, require_flags, require_tags, exclude_tags, wasp_filter: ("native")
        lowest mapping quality (10); flag bits (0xF04; 0); tags with their values such as
        "vW:i:1"; drop what failed STAR's WASP filter.

    allow_truncated: a missing BGZF end-of-file marker is a warning, not an error.
    accept_loss: where WASP2 loses data without an error, do so too, with a warning.
    threads: 0 for all CPUs that this process may use. simd: a name of ``simd_rows()``. Neither
        changes the result.
    engine: "native", "python" (pysam; for small text VCFs, see the manual), or "auto".
    progress: called about ten times a second at most with a ``Progress``; short counts may never
        call it. An exception that it raises, or Ctrl-C, ends the count and passes on.

    Raises a ``SphexError``, which also is a ValueError (wrong arguments, unknown sample, nothing
    to count), an OSError (missing, damaged or truncated files) or a MemoryError; ImportError when
    the engine is not there. Warnings are RuntimeWarnings.
    """
    settings: dict[str, Setting] = {
        "include-indels": include_indels,
        "include-multiallelic": include_multiallelic,
        "all-sites": all_sites,
        "biallelic-only": biallelic_only,
        "filter": filters,
        "reference": reference,
        "contig-style-auto": contig_style_auto,
        "regions": regions,
        "use-region-names": use_region_names,
        "feature": feature,
        "attribute": attribute,
        "parent": parent,
        "vcf-bed": vcf_bed,
        "intersect-bed": intersect_bed,
        "temp-dir": temp_dir,
        "count-reads": count_reads,
        "min-baseq": min_baseq,
        "min-mapq": min_mapq,
        "exclude-flags": exclude_flags,
        "require-flags": require_flags,
        "require-tag": require_tags,
        "exclude-tag": exclude_tags,
        "wasp-filter": wasp_filter,
        "allow-truncated": allow_truncated,
        "accept-loss": accept_loss,
    }
    names = (samples,) if isinstance(samples, str) else tuple(samples)
    given = _given(settings, mode)
    if not use_native(engine):
        from sphex import _python

        return CountTable(_python.count(bam, variants, names, mode, given))
    source = run_native(
        bam, variants, names, given, mode=mode, threads=threads, simd=simd, progress=progress
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
    mode: Literal["wasp2", "wasp2-legacy"] = "wasp2",
    min_baseq: int | None = None,
    allow_truncated: bool = False,
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
    must not be changed before the function returns. By the rules of WASP2 the rows at one
    position share no counts: only the first of them has any. All other arguments and the errors
    are those of ``count``.

    Raises TypeError, ValueError or OverflowError for a column that does not fit.
    """
    if mode not in ("wasp2", "wasp2-legacy"):
        raise ValueError(f"mode: sites are counted by wasp2 or wasp2-legacy, not {mode!r}")
    given = _given({"min-baseq": min_baseq, "allow-truncated": allow_truncated}, mode)
    if not use_native(engine):
        from sphex import _python

        sites = _python.sites(contigs, contig_codes, pos, ref, alt)
        return CountTable(_python.count_sites(bam, sites, mode, given))
    columns = (
        list(contigs),
        _columns.numbers(contig_codes, "contig_codes"),
        _columns.numbers(pos, "pos"),
        *_columns.texts(ref, "ref"),
        *_columns.texts(alt, "alt"),
    )
    source = run_native(
        bam, None, (), given, columns, mode=mode, threads=threads, simd=simd, progress=progress
    )
    return CountTable(source)


def run_native(
    bam: PathLike,
    variants: PathLike | None,
    samples: tuple[str, ...],
    settings: Mapping[str, Setting],
    sites: list[Any] | tuple[Any, ...] | None = None,
    *,
    mode: Mode = "wasp2",
    threads: int = 0,
    simd: str | None = None,
    progress: ProgressFunction | None = None,
) -> _sphex.Table:
    """Run one count in C. Its warnings name the caller's caller."""
    modes = {
        "native": _sphex.MODE_NATIVE,
        "wasp2": _sphex.MODE_WASP2,
        "wasp2-legacy": _sphex.MODE_WASP2_LEGACY,
    }
    if not 0 <= threads <= MAX_THREADS:
        raise ValueError(f"threads: a number from 0 to {MAX_THREADS}, not {threads!r}")
    return _sphex.count(
        modes[mode],
        os.fsencode(bam),
        b"" if variants is None else os.fsencode(variants),
        tuple(os.fsencode(name) for name in samples),
        tuple((key, value) for key in settings for value in _values(settings[key])),
        sites,
        threads,
        simd,
        None if progress is None else lambda *numbers: progress(Progress(*numbers)),
    )


def _given(settings: Mapping[str, Setting], mode: Mode) -> dict[str, Setting]:
    """Keep the settings that say something; refuse those that the mode does not have."""
    if mode not in ("native", "wasp2", "wasp2-legacy"):
        raise ValueError(f"mode: native, wasp2 or wasp2-legacy, not {mode!r}")
    given = {key: value for key, value in settings.items() if _says_something(value)}
    for key in _WASP2_ONLY if mode == "native" else _NATIVE_ONLY:
        if key in given:
            raise ValueError(f"mode {mode} has no setting {key!r}")
    return given


def _says_something(value: Setting) -> bool:
    return value is not None and value is not False and value != () and value != []


def _values(setting: Setting) -> Iterator[bytes]:
    if isinstance(setting, int):
        yield str(int(setting)).encode()
    elif isinstance(setting, str | bytes | os.PathLike):
        yield os.fsencode(setting)
    else:
        for value in setting or ():
            yield os.fsencode(value)
