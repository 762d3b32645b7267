"""Which engine counts: the compiled one where it can be loaded, else Python with pysam."""

from __future__ import annotations

import warnings
from typing import Literal

try:
    from sphex import _sphex
except ImportError as error:  # no wheel for this machine, or a source tree that was not built
    NATIVE_AVAILABLE = False
    _WHY_NOT = str(error)
    __version__ = "unknown"
else:
    NATIVE_AVAILABLE = True
    _WHY_NOT = ""
    __version__ = _sphex.VERSION

Engine = Literal["auto", "native", "python"]
_ENGINES = ("auto", "native", "python")
_has_warned = False


def use_native(engine: Engine) -> bool:
    """Decide for one call; falling back to Python warns once per process.

    Raises ImportError when the native engine is asked for and is not there.
    """
    global _has_warned
    if engine not in _ENGINES:
        raise ValueError(f"engine: one of {', '.join(_ENGINES)}, not {engine!r}")
    if engine == "native" and not NATIVE_AVAILABLE:
        raise ImportError(f"the compiled module of sphex cannot be loaded: {_WHY_NOT}")
    if engine == "auto" and not NATIVE_AVAILABLE and not _has_warned:
        _has_warned = True
        text = f"counting in Python, which is slow: no compiled module ({_WHY_NOT})"
        warnings.warn(text, RuntimeWarning, stacklevel=3)
    return NATIVE_AVAILABLE and engine != "python"


def simd_rows() -> list[str]:
    """Names of the kernel rows that this CPU can run, from the slowest to the fastest.

    Empty without the native engine. The result of a count does not depend on the row.
    """
    return _sphex.simd_rows() if NATIVE_AVAILABLE else []
