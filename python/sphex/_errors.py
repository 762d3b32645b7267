"""Exceptions: one class per kind of failure, each also of the built-in kind that callers expect.

``error_of`` is called by the C module; its arguments are those of ``struct sphex_error``.
"""

from __future__ import annotations

import os


class SphexError(Exception):
    """Something that Sphex refused or could not do; ``str()`` tells all that is known.

    The places are None where they are unknown or mean nothing.
    """

    #: The file as it was given.
    file: str | None = None
    #: 1-based line of a text file.
    line: int | None = None
    #: BGZF virtual offset: (offset of the block in the file << 16) | offset in the block.
    voffset: int | None = None
    #: 1-based number of the record in the file.
    record: int | None = None
    #: What happened, without the place.
    message: str = ""
    #: What to do about it; may be empty.
    hint: str = ""


class ArgumentError(SphexError, ValueError):
    """An argument or option is wrong, or does not go together with another one."""


class NotFoundError(SphexError, ValueError):
    """A sample or attribute that was asked for is not in the file."""


class EmptyError(SphexError, ValueError):
    """There is nothing to count: no variant was selected, or none lies in a region."""


class LimitError(SphexError, ValueError):
    """A stated limit was exceeded."""


class UnsupportedError(SphexError, ValueError):
    """The input is valid, but not handled; the hint says what to do."""


class InputOutputError(SphexError, OSError):
    """A file could not be opened, read, written or renamed."""


class MissingFileError(InputOutputError, FileNotFoundError):
    """A file, or the folder that it should be written to, does not exist."""


class FormatError(SphexError, OSError):
    """A file is not of the expected kind."""


class DataError(SphexError, OSError):
    """The content of a file is damaged or contradicts itself; no result would be whole."""


class TruncatedError(DataError):
    """A file ends too early."""


class OutOfMemoryError(SphexError, MemoryError):
    """An allocation failed."""


_CLASSES: dict[str, type[SphexError]] = {
    "argument": ArgumentError,
    "memory": OutOfMemoryError,
    "io": InputOutputError,
    "format": FormatError,
    "data": DataError,
    "truncated": TruncatedError,
    "not found": NotFoundError,
    "empty": EmptyError,
    "limit": LimitError,
    "unsupported": UnsupportedError,
}


def error_of(
    status: str,
    text: str,
    message: str,
    file: str,
    line: int | None,
    voffset: int | None,
    record: int | None,
    hint: str,
) -> SphexError:
    """Make the exception for a failed call of the library."""
    kind = _CLASSES.get(status, SphexError)
    if kind is InputOutputError and file and not os.path.exists(file):
        kind = MissingFileError
    error = kind(text)
    error.message = message
    error.file = file or None
    error.line = line
    error.voffset = voffset
    error.record = record
    error.hint = hint
    return error
