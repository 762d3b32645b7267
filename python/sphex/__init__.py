"""Sphex counts reads per allele: a BAM and a list of variants in, ref/alt/other counts out.

    >>> import sphex
    >>> table = sphex.count("sample.bam", "variants.vcf.gz", samples=["NA12878"])
    >>> table["ref_count"], table["alt_count"]      # columns: buffers, Arrow arrays, sequences
    >>> table.to_tsv("counts.tsv")

``BamCounter`` counts rows given in Python as WASP2's class of that name does; ``count_sites``
takes them as arrays. Positions are 1-based, REF and ALT are compared as they are written.

The work is done in C without the GIL. Where the compiled module is missing, ``NATIVE_AVAILABLE``
is False and the much slower Python engine (needs pysam) does what it can.
"""

from sphex._count import count, count_sites
from sphex._counter import BamCounter
from sphex._dispatch import NATIVE_AVAILABLE, __version__, simd_rows
from sphex._errors import (
    ArgumentError,
    DataError,
    EmptyError,
    FormatError,
    InputOutputError,
    LimitError,
    MissingFileError,
    NotFoundError,
    OutOfMemoryError,
    SphexError,
    TruncatedError,
    UnsupportedError,
)
from sphex._table import CountStats, CountTable, Progress

__all__ = [
    "NATIVE_AVAILABLE",
    "ArgumentError",
    "BamCounter",
    "CountStats",
    "CountTable",
    "DataError",
    "EmptyError",
    "FormatError",
    "InputOutputError",
    "LimitError",
    "MissingFileError",
    "NotFoundError",
    "OutOfMemoryError",
    "Progress",
    "SphexError",
    "TruncatedError",
    "UnsupportedError",
    "__version__",
    "count",
    "count_sites",
    "simd_rows",
]
