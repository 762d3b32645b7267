"""Contig names of variants, regions and FASTA against those of the BAM (rules, section 1)."""

from __future__ import annotations

from variants import RefusedError


class Naming:
    """The contigs of the BAM; with ``repairs`` a name may lack or add `chr`, and M be MT."""

    def __init__(self, names: list[str], *, repairs: bool) -> None:
        self.names = names
        self.repairs = repairs

    def find(self, name: str, among: list[str]) -> str | None:
        """Find the contig that a name means."""
        if name in among:
            return name
        return next((other for other in among if self.same(name, other)), None)

    def is_known(self, name: str) -> bool:
        """Tell whether a name means a contig of the BAM."""
        return self.find(name, self.names) is not None

    def same(self, one: str, other: str) -> bool:
        """Tell whether two names mean the same contig."""
        return one == other or (self.repairs and plain(one) == plain(other))

    def check(self, of_rows: list[str]) -> None:
        """Refuse rows of which no contig is in the BAM."""
        if of_rows and not any(map(self.is_known, of_rows)):
            raise RefusedError(f"contigs of the rows {of_rows[:3]}, of the BAM {self.names[:3]}")


def plain(name: str) -> str:
    """Take `chr` off and write M as MT."""
    bare = name.removeprefix("chr")
    return "MT" if bare == "M" else bare
