"""Tables from the Python engine: what ``count`` and ``count_sites`` do without the C module.

That is text VCFs without regions by the rules of ``wasp2``, samples by name, and sites by those of
``wasp2`` and ``wasp2-legacy``. The BAM needs an index.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from array import array
from collections.abc import Iterable, Mapping, Sequence
from operator import index
from typing import Any, Literal

from sphex import _engine
from sphex._errors import EmptyError, UnsupportedError
from sphex._select import Rules, variant_lines

Row = tuple[str, int, str, str]
Counts = tuple[int, int, int] | None
QUOTED = frozenset('\t"\n\r')
READ_HERE = frozenset(("include-indels", "include-multiallelic", "min-baseq"))


class NumberColumn(array):  # type: ignore[type-arg]  # array is generic from 3.12 on
    """Numbers without missing values; a buffer of uint32."""

    name: str
    kind: Literal["uint32", "text"] = "uint32"


class ListColumn(list[Any]):
    """Text, or numbers with missing values (None)."""

    name: str
    kind: Literal["uint32", "text"]


Column = NumberColumn | ListColumn


class PythonTable:
    """Columns made in Python, for ``CountTable``."""

    def __init__(self, columns: list[Column], seconds: tuple[float, float]) -> None:
        self._columns = columns
        self._seconds = seconds
        self.n_columns = len(columns)

    def __len__(self) -> int:
        return len(self._columns[0])

    def column(self, i: int) -> Column:
        """Return one column."""
        return self._columns[i]

    def write(self, path: bytes) -> None:
        """Write the table beside its place, then rename it."""
        names = "\t".join(column.name for column in self._columns)
        rows = zip(*self._columns, strict=True)
        lines = (names, *("\t".join(map(_cell, row)) for row in rows))
        data = "".join(f"{line}\n" for line in lines).encode(errors="surrogateescape")
        if path == b"-":
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
            return
        folder = os.path.dirname(path) or b"."
        handle, beside = tempfile.mkstemp(dir=folder)
        try:
            with open(handle, "wb") as file:
                file.write(data)
            os.replace(beside, path)
        except BaseException:
            os.unlink(beside)
            raise

    def stats(self) -> tuple[Any, ...]:
        """Return what is known here; the engine does not count records."""
        counts = [[n or 0 for n in column] for column in self._columns[-3:]]
        depths = [sum(row) for row in zip(*counts, strict=True)]
        covered = sum(depth > 0 for depth in depths)
        n_counted = sum(depths)
        return (0, 0, 0, n_counted, 0, len(self), covered, *self._seconds, 1, "python", "none")

    def fates(self) -> list[tuple[str, str, int]]:
        """Return nothing: the engine knows the modes of WASP2 only."""
        return []

    def arrow_schema(self) -> object:
        """Return an Arrow schema; needs pyarrow."""
        return self._arrow().__arrow_c_schema__()

    def arrow_stream(self) -> object:
        """Return an Arrow stream; needs pyarrow."""
        return self._arrow().__arrow_c_stream__()

    def _arrow(self) -> Any:
        import pyarrow

        types = {"uint32": pyarrow.uint32(), "text": pyarrow.large_string()}
        return pyarrow.table(
            {c.name: pyarrow.array(list(c), type=types[c.kind]) for c in self._columns}
        )


def count(
    bam: str | os.PathLike[str],
    variants: str | os.PathLike[str] | None,
    samples: tuple[str, ...],
    mode: str,
    settings: Mapping[str, Any],
) -> PythonTable:
    """Count a text VCF by the rules of ``wasp2``; everything else is UnsupportedError."""
    more = sorted(settings.keys() - READ_HERE)
    if mode != "wasp2" or more or variants is None:
        what = f"mode {mode}" if mode != "wasp2" else f"setting {more[0]!r}" if more else "no VCF"
        raise UnsupportedError(f"the Python engine does not know {what}; use engine='native'")
    began = time.monotonic()
    indels, multiallelic = (bool(settings.get(f"include-{k}")) for k in ("indels", "multiallelic"))
    rules = Rules(samples, indels, multiallelic)
    lines = list(dict.fromkeys(variant_lines(os.fspath(variants), rules)))
    if not lines:
        raise EmptyError(f"{os.fspath(variants)}: no variant was selected")
    read = time.monotonic()
    first: dict[tuple[str, int], Row] = {}  # later rows at a position show the counts of the first
    for line in lines:
        first.setdefault((line.contig, line.end), (line.contig, line.end, line.ref, line.alt))
    counts = _count_rows(os.fspath(bam), list(first.values()), mode, settings)
    at = dict(zip(first, counts, strict=True))
    gts = [line.gt for line in lines] if len(samples) == 1 else None
    rows = [(line.contig, line.end, line.ref, line.alt) for line in lines]
    shown = [at[line.contig, line.end] for line in lines]
    seconds = (read - began, time.monotonic() - read)
    return PythonTable(_columns([line.pos0 for line in lines], rows, gts, shown), seconds)


def sites(contigs: Sequence[str], codes: Any, pos: Any, refs: Any, alts: Any) -> list[Row]:
    """Make rows of columns."""
    texts = ([_text(value) for value in _items(column)] for column in (refs, alts))
    rows = zip(_items(codes), _items(pos), *texts, strict=True)
    return [(contigs[index(code)], index(at), ref, alt) for code, at, ref, alt in rows]


def count_sites(
    bam: str | os.PathLike[str], rows: list[Row], mode: str, settings: Mapping[str, Any]
) -> PythonTable:
    """Count rows by the rules of ``wasp2`` or ``wasp2-legacy``."""
    began = time.monotonic()
    counts = _count_rows(os.fspath(bam), rows, mode, settings)
    pos0 = [(row[1] - 1) % 2**32 for row in rows]
    return PythonTable(_columns(pos0, rows, None, counts), (0.0, time.monotonic() - began))


def _count_rows(
    bam: str, rows: list[Row], mode: str, settings: Mapping[str, Any]
) -> Sequence[Counts]:
    if mode == "wasp2-legacy":
        return _engine.count_alleles_legacy(bam, rows)
    return _engine.BamCounter(bam).count_alleles(rows, min_qual=settings.get("min-baseq", 0))


def _columns(
    pos0: Iterable[int], rows: list[Row], gts: list[str | None] | None, counts: Sequence[Counts]
) -> list[Column]:
    contigs, ends, refs, alts = zip(*rows, strict=True) if rows else ((), (), (), ())
    columns = [_texts("chrom", contigs), _numbers("pos0", pos0), _numbers("pos", ends)]
    columns += [_texts("ref", refs), _texts("alt", alts)]
    if gts is not None:
        columns.append(_texts("GT", gts))
    for i, name in enumerate(("ref_count", "alt_count", "other_count")):
        columns.append(_numbers(name, [row if row is None else row[i] for row in counts]))
    return columns


def _numbers(name: str, values: Iterable[int | None]) -> Column:
    column: Column = ListColumn(values)
    column = column if None in column else NumberColumn("I", column)
    column.name, column.kind = name, "uint32"
    return column


def _texts(name: str, values: Iterable[str | None]) -> Column:
    column = ListColumn(values)
    column.name, column.kind = name, "text"
    return column


def _items(column: Any) -> Iterable[Any]:
    """Take a column apart; one-letter alleles may come as bytes."""
    if isinstance(column, bytes | bytearray):
        return [chr(byte) for byte in column]
    items: Iterable[Any] = column.tolist() if hasattr(column, "tolist") else column
    return items


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode()
    return chr(value) if isinstance(value, int) else str(value)


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = str(value)
    if text and not QUOTED & set(text):
        return text
    return '"' + text.replace('"', '""') + '"'
