"""WASP2 on Sphex's counter.

``install()`` puts ``BamCounter`` in the place of WASP2's own in its module ``wasp2_rust``; import
WASP2 afterwards. A program is run so with

    python -m sphex.wasp2 -- wasp2-count count-variants sample.bam variants.vcf.gz -s NA12878
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.metadata import entry_points
from types import ModuleType
from typing import NoReturn

from sphex._counter import BamCounter

USAGE = "usage: python -m sphex.wasp2 -- PROGRAM [ARGUMENT...]"
EXIT_USAGE = 2


def install() -> ModuleType:
    """Let WASP2 count with ``sphex.BamCounter``, and return its module ``wasp2_rust``.

    Where WASP2's compiled module is installed, everything else in it stays as it is. Where it is
    not, a module takes its place that has ``BamCounter`` only; WASP2 then reads variants with
    bcftools if WASP2_DISABLE_RUST=1 is set.
    """
    try:
        module = importlib.import_module("wasp2_rust")
    except ModuleNotFoundError as error:
        if error.name != "wasp2_rust":
            raise
        module = sys.modules["wasp2_rust"] = ModuleType("wasp2_rust", "Sphex in WASP2's place.")
        module.__getattr__ = _absent  # type: ignore[method-assign]
    module.BamCounter = BamCounter  # type: ignore[attr-defined]
    return module


def _absent(name: str) -> NoReturn:
    raise AttributeError(f"wasp2_rust.{name}: WASP2's compiled module is not installed")


def main(arguments: Sequence[str]) -> object:
    """Run an installed Python program, named by its command, on Sphex's counter."""
    if arguments and arguments[0] == "--":
        arguments = arguments[1:]
    if not arguments or arguments[0].startswith("-"):
        print(USAGE, file=sys.stderr)
        return EXIT_USAGE
    name = arguments[0]
    programs = list(entry_points(group="console_scripts", name=name))
    if not programs:
        print(f"sphex.wasp2: no Python program {name} is installed\n{USAGE}", file=sys.stderr)
        return EXIT_USAGE
    install()
    sys.argv = list(arguments)
    return programs[0].load()()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))  # type: ignore[arg-type]
