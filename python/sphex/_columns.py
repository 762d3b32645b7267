"""Columns given by the caller, as the C module takes them: uint32 numbers, texts with offsets.

What has that layout already is borrowed: uint32 buffers (numpy, array, memoryview), Arrow uint32,
Arrow large_string, and one-letter alleles as bytes, uint8 or numpy S1. Everything else is
converted. Arrow means any object with ``__arrow_c_array__`` or ``__arrow_c_stream__``.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterable, Iterator
from itertools import accumulate, chain, pairwise
from typing import Any, NamedTuple

from sphex import _sphex

#: Arrow's formats of integers, as codes of array and memoryview.
_INTEGERS: dict[str, Any] = dict(zip("cCsSiIlL", "bBhHiIqQ", strict=True))
_INLINE_NBYTES = 12  # longer string views point into a buffer


#: One Arrow array: format, length, offset, number of missing values, buffers without the first.
Chunk = tuple[str, int, int, int, list[_sphex.View]]


class Texts(NamedTuple):
    """Row i is ``text[offsets[i] : offsets[i + 1]]``, the offsets being uint64."""

    text: memoryview
    offsets: memoryview


def numbers(column: object, name: str) -> memoryview:
    """Return a column of integers in 0..2**32-1 as uint32, without a copy where it is that.

    Raises TypeError, ValueError (missing values) or OverflowError.
    """
    chunks = _arrow_chunks(column, name)
    parts = [_plain(column, name)] if chunks is None else [_integers(*c, name) for c in chunks]
    if len(parts) == 1 and parts[0].format == "I" and parts[0].c_contiguous:
        return parts[0]
    try:
        return memoryview(array("I", chain.from_iterable(part.tolist() for part in parts)))
    except OverflowError:
        raise OverflowError(f"{name}: not all values are in 0..2**32-1") from None
    except TypeError:
        raise TypeError(f"{name}: integers are needed") from None


def texts(column: Any, name: str) -> Texts:
    """Return a column of str or bytes as one text with offsets.

    Raises TypeError or ValueError (missing values).
    """
    chunks = _arrow_chunks(column, name)
    if chunks is not None:
        parts = [_arrow_texts(*chunk, name) for chunk in chunks]
        return parts[0] if len(parts) == 1 else _joined(chain.from_iterable(map(_values, parts)))
    try:
        view = memoryview(column)
    except TypeError:
        return _joined(_as_bytes(value, name) for value in column)
    if view.ndim == 1 and view.itemsize == 1 and view.c_contiguous:
        return Texts(view.cast("B"), memoryview(array("Q", range(len(view) + 1))))
    return _joined(_as_bytes(value, name) for value in column)


def _plain(column: Any, name: str) -> memoryview:
    """Make a one-dimensional buffer of a buffer or an iterable of integers."""
    try:
        view = memoryview(column)
    except TypeError:
        view = memoryview(array("q", (_integer(value, name) for value in column)))
    if view.ndim != 1:
        raise ValueError(f"{name}: one dimension is needed, not {view.ndim}")
    return view


def _integer(value: Any, name: str) -> int:
    try:
        return int(value.__index__())
    except AttributeError:
        raise TypeError(f"{name}: integers are needed, not {type(value).__name__}") from None


def _as_bytes(value: object, name: str) -> bytes:
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, bytes):
        return value
    raise TypeError(f"{name}: str or bytes is needed, not {type(value).__name__}")


def _joined(values: Iterable[bytes]) -> Texts:
    pieces = list(values)
    offsets = array("Q", accumulate(map(len, pieces), initial=0))
    return Texts(memoryview(b"".join(pieces)), memoryview(offsets))


def _values(part: Texts) -> Iterator[bytes]:
    return (bytes(part.text[begin:end]) for begin, end in pairwise(part.offsets.tolist()))


# ---------------------------------------------------------------- Arrow


def _arrow_chunks(column: Any, name: str) -> list[Chunk] | None:
    """Describe the arrays of an Arrow object; None when it is something else."""
    if hasattr(column, "__arrow_c_array__"):
        chunks = [_sphex.import_array(*column.__arrow_c_array__())]
    elif hasattr(column, "__arrow_c_stream__"):
        chunks = _sphex.import_stream(column.__arrow_c_stream__())
    else:
        return None
    if any(n_missing for _, _, _, n_missing, _ in chunks):
        raise ValueError(f"{name}: values are missing")
    return chunks


def _integers(
    form: str, length: int, offset: int, _: int, buffers: list[_sphex.View], name: str
) -> memoryview:
    if form not in _INTEGERS:
        raise TypeError(f"{name}: integers are needed, not Arrow type {form!r}")
    values: memoryview = memoryview(buffers[0]).cast(_INTEGERS[form])
    return values[offset : offset + length]


def _arrow_texts(
    form: str, length: int, offset: int, _: int, buffers: list[_sphex.View], name: str
) -> Texts:
    first = memoryview(buffers[0])
    if form in ("vu", "vz"):
        views = first[16 * offset : 16 * (offset + length)]
        return _joined(_string_views(views, [memoryview(buffer) for buffer in buffers[1:-1]]))
    if form not in ("u", "z", "U", "Z"):
        raise TypeError(f"{name}: text is needed, not Arrow type {form!r}")
    if length == 0:
        return _joined([])
    text = memoryview(buffers[1])
    if form in ("U", "Z"):
        return Texts(text, first.cast("Q")[offset : offset + length + 1])
    return Texts(text, memoryview(array("Q", first.cast("I")[offset : offset + length + 1])))


def _string_views(views: memoryview, buffers: list[memoryview]) -> Iterator[bytes]:
    """Read string views: a length, then the text itself or (4 bytes, buffer, offset)."""
    for length, rest in struct.iter_unpack("<i12s", views):
        if length <= _INLINE_NBYTES:
            yield rest[:length]
        else:
            number, begin = struct.unpack("<4xii", rest)
            yield bytes(buffers[number][begin : begin + length])
