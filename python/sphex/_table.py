"""The result of a count: named columns that other libraries take over without a copy."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, cast

if TYPE_CHECKING:
    import pandas
    import polars

PathLike = str | os.PathLike[str]


class Progress(NamedTuple):
    """How far a count has come, for the ``progress`` function."""

    #: Compressed bytes of the BAM that are done.
    n_bytes: int
    #: Compressed bytes of the whole BAM; 0 when unknown (a pipe).
    n_bytes_total: int
    #: Records read.
    n_records: int
    #: Seconds since the count began.
    seconds: float


class CountStats(NamedTuple):
    """What a count saw."""

    #: Records read.
    n_records: int
    #: Of these, records that lay over a listed variant.
    n_covering: int
    #: Of these, records that said something and were judged.
    n_observations: int
    #: Reads counted: the sum of all counts.
    n_counted: int
    #: Compressed bytes of the BAM that were read.
    n_bam_bytes: int
    #: Rows of the table.
    n_rows: int
    #: Rows with at least one count.
    n_rows_covered: int
    #: Time for variants and regions, in seconds.
    seconds_variants: float
    #: Time for the BAM, in seconds.
    seconds_bam: float
    #: Threads used.
    n_threads: int
    #: Kernel row that ran; "python" for the Python engine.
    simd: str
    #: What became of the BAM's index: "used", "none", "not needed", "refused" or "off".
    index_use: str


class Column(Protocol):
    """One column of a table: a sequence of int, str or None (missing).

    A column of kind "uint32" without missing values also is a read-only buffer, so that
    ``memoryview(column)`` and ``numpy.asarray(column)`` show the counter's own memory. Columns
    of the native engine are Arrow arrays too (``__arrow_c_array__``). Text is UTF-8; a text
    column that is not appears in Arrow as binary, and as a sequence with surrogate escapes.
    """

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> Literal["uint32", "text"]: ...
    def __len__(self) -> int: ...
    def __getitem__(self, row: int, /) -> int | str | None: ...
    def __iter__(self) -> Iterator[int | str | None]: ...


class Source(Protocol):
    """What a table is made of; the native one is ``_sphex.Table``."""

    n_columns: int

    def __len__(self) -> int: ...
    def column(self, i: int, /) -> Column: ...
    def write(self, path: bytes, /) -> None: ...
    def stats(self) -> tuple[Any, ...]: ...
    def fates(self) -> list[tuple[str, str, int]]: ...
    def arrow_schema(self) -> object: ...
    def arrow_stream(self) -> object: ...


class CountTable:
    """Counts per variant, in the order of the variants; made by ``count`` and ``count_sites``.

    ``len(table)`` is the number of rows, ``table["ref_count"]`` a column. The whole is an Arrow
    stream (``__arrow_c_stream__``), so that ``pyarrow.table(table)``, ``polars.from_arrow(table)``
    and others take it as it is. Columns and what was made of them keep the memory alive. A table
    may be used by several threads at once.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._lock = threading.Lock()  # the native table lets in one thread at a time
        self._columns = {column.name: column for column in map(source.column, self._numbers())}

    def _numbers(self) -> range:
        return range(self._source.n_columns)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(self._columns)

    @property
    def stats(self) -> CountStats:
        """What the count saw, and how long it took."""
        return CountStats(*self._source.stats())

    @property
    def fates(self) -> dict[str, dict[str, int]]:
        """What became of the variants, records and observations of a native count.

        By kind and name, as in ``table.fates["records"]["duplicate"]``; each kind adds up to all
        of it. Empty in the modes of WASP2.
        """
        fates: dict[str, dict[str, int]] = {}
        for kind, name, n in self._source.fates():
            fates.setdefault(kind, {})[name] = n
        return fates

    def __len__(self) -> int:
        return len(self._source)

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __getitem__(self, name: str) -> Column:
        return self._columns[name]

    def __repr__(self) -> str:
        return f"<CountTable: {len(self)} rows of {', '.join(self._columns)}>"

    def __arrow_c_schema__(self) -> object:
        with self._lock:
            return self._source.arrow_schema()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        with self._lock:
            return self._source.arrow_stream()

    def to_tsv(self, path: PathLike) -> None:
        """Write the table as tab-separated text with a header line; "-" is standard output.

        The file appears when it is complete. Raises InputOutputError (an OSError).
        """
        with self._lock:
            self._source.write(os.fsencode(path))

    def to_pandas(self) -> pandas.DataFrame:
        """Return a pandas.DataFrame; numbers are not copied, and therefore read-only.

        Raises ImportError when pandas is not installed.
        """
        import pandas

        return pandas.DataFrame(
            {name: _pandas_column(column) for name, column in self._columns.items()}, copy=False
        )

    def to_polars(self) -> polars.DataFrame:
        """Return a polars.DataFrame. Raises ImportError when polars is not installed."""
        import polars

        return polars.DataFrame(self)


def _pandas_column(column: Column) -> Any:
    import numpy
    import pandas

    if column.kind == "text":
        return list(column)
    try:
        return numpy.asarray(memoryview(cast(Any, column)))
    except (BufferError, TypeError):  # values are missing
        return pandas.array(cast(Any, list(column)), dtype="UInt32")
