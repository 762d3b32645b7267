"""The C module: the library's counter, its table and columns. Private; see the public functions."""

from collections.abc import Callable, Iterator
from typing import Any, Literal, final

from typing_extensions import Buffer

MODE_NATIVE: int
MODE_WASP2: int
MODE_WASP2_LEGACY: int
VERSION: str

_Row = tuple[Any, ...]
_Columns = tuple[list[str], Buffer, Buffer, Buffer, Buffer, Buffer, Buffer]
_Chunk = tuple[str, int, int, int, list[View]]

def count(
    mode: int,
    bam: bytes,
    variants: bytes,
    samples: tuple[bytes, ...],
    settings: tuple[tuple[str, bytes], ...],
    sites: list[_Row] | _Columns | None,
    threads: int,
    simd: str | None,
    progress: Callable[[int, int, int, float], object] | None,
    /,
) -> Table:
    """Run one count. ``variants`` is empty when ``sites`` are given.

    Rows are (contig, 1-based pos, REF, ALT[, ...]); columns are names of contigs, contig codes
    (uint32), positions (uint32), REF text, REF offsets (uint64), ALT text, ALT offsets.
    """

def simd_rows() -> list[str]:
    """Names of the kernel rows that this CPU can run, from the slowest to the fastest."""

def import_array(schema: object, array: object, /) -> _Chunk:
    """Describe an Arrow array of text or integers from its two capsules.

    Returns its format, length, offset (in values), number of missing values, and its buffers
    after the validity bitmap, which stay the producer's memory.
    """

def import_stream(stream: object, /) -> list[_Chunk]:
    """Describe all arrays of an Arrow stream, as ``import_array`` does."""

@final
class Table:
    """The table of a finished count; owns all memory that its columns show."""

    n_columns: int
    def __len__(self) -> int: ...
    def column(self, i: int, /) -> Column: ...
    def write(self, path: bytes, /) -> None: ...
    def stats(self) -> tuple[int, int, int, int, int, int, int, float, float, int, str]: ...
    def fates(self) -> list[tuple[str, str, int]]: ...
    def arrow_schema(self) -> object: ...
    def arrow_stream(self) -> object: ...

@final
class Column:
    """One column: a sequence, a buffer of uint32 (numbers without missing values), Arrow."""

    name: str
    kind: Literal["uint32", "text"]
    def __len__(self) -> int: ...
    def __getitem__(self, row: int, /) -> int | str | None: ...
    def __iter__(self) -> Iterator[int | str | None]: ...
    def __buffer__(self, flags: int, /) -> memoryview: ...
    def __arrow_c_schema__(self) -> object: ...
    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]: ...

@final
class View:
    """Bytes of an Arrow array."""

    def __buffer__(self, flags: int, /) -> memoryview: ...
