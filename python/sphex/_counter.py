"""The class that WASP2 counts with, by the same name and with the same results."""

from __future__ import annotations

import operator
import os

from sphex._count import MAX_THREADS, run_native
from sphex._dispatch import Engine, use_native
from sphex._errors import FormatError

Row = tuple[str, int, str, str]
Counts = tuple[int, int, int]
MAX_QUALITY = 255
N_COUNTS = 3


class BamCounter:
    """Counts reads per allele for rows given in Python, as ``wasp2_rust.BamCounter`` does.

        >>> BamCounter("sample.bam").count_alleles([("chr1", 12345, "A", "G")], min_qual=20)
        [(12, 9, 0)]

    Unlike there, the BAM needs no index, damaged data is an OSError and never lost in silence,
    and reads without bases or with padding in their CIGAR do no harm.

    bam_path: the BAM, opened when it is counted. engine: "auto", "native" or "python".
    Raises FileNotFoundError when the file does not exist, TypeError when it is no path.
    """

    def __init__(self, bam_path: str | os.PathLike[str], *, engine: Engine = "auto") -> None:
        if isinstance(bam_path, os.PathLike):
            bam_path = os.fspath(bam_path)
        if not isinstance(bam_path, str):
            shown = "'None'" if bam_path is None else f"'{type(bam_path).__name__}' object"
            raise TypeError(f"{shown} is not an instance of 'str'")
        bam_path.encode()
        if not os.path.exists(bam_path):
            raise FileNotFoundError(f"BAM file not found: {bam_path}")
        self._path = bam_path
        self._engine = engine

    def count_alleles(
        self, regions: list[Row], min_qual: int = 0, threads: int = 1
    ) -> list[Counts]:
        """Return (ref, alt, other) for each row (contig, 1-based pos, REF, ALT), in their order.

        A read name counts at most once per contig: in the first record, in file order, that
        shows a base at a listed position, for the row of that record which is listed first.
        min_qual: ignore bases of a lower quality (Phred, 0..255). threads: 0 for all CPUs; the
        result does not depend on it. Other threads of the program go on; Ctrl-C ends the count.

        Raises TypeError, IndexError, OverflowError or ValueError for a bad row, before anything
        is opened, and OSError when the BAM cannot be read or is damaged. A contig that the BAM
        does not have counts (0, 0, 0), with a RuntimeWarning.
        """
        if not isinstance(regions, list):
            shown = "'None'" if regions is None else f"'{type(regions).__name__}' object"
            raise TypeError(f"{shown} is not an instance of 'list'")
        if not 0 <= operator.index(min_qual) <= MAX_QUALITY:
            raise OverflowError("out of range integral type conversion attempted")
        if operator.index(threads) < 0:
            raise OverflowError("can't convert negative int to unsigned")
        if not regions:
            return []
        if not use_native(self._engine):
            from sphex import _engine

            return _engine.BamCounter(self._path).count_alleles(regions, min_qual, threads)
        try:
            table = run_native(
                self._path,
                None,
                (),
                {"min-baseq": int(min_qual)},
                regions,
                threads=min(threads, MAX_THREADS),
            )
        except FormatError as error:
            reason = f"unable to open SAM/BAM/CRAM file at {self._path}"
            raise OSError(f"Failed to open BAM: {reason}") from error
        counts = range(table.n_columns - N_COUNTS, table.n_columns)
        return list(zip(*(memoryview(table.column(i)).tolist() for i in counts), strict=True))
