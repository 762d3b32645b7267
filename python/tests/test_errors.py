"""Failures are exceptions of Sphex that callers also know by their built-in kind."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest
from conftest import Demo

import sphex


@pytest.mark.parametrize(
    ("settings", "error", "kind", "message"),
    [
        ({"samples": "S9"}, sphex.NotFoundError, ValueError, "sample 'S9' is not in the file"),
        ({"simd": "mmx"}, sphex.ArgumentError, ValueError, "unknown kernel row: mmx"),
        ({"min_baseq": 256}, sphex.ArgumentError, ValueError, "0 to 255"),
        ({"regions": "r.txt"}, sphex.ArgumentError, ValueError, "the kind of the region file"),
        ({"regions": "none.bed"}, sphex.MissingFileError, FileNotFoundError, "none.bed"),
    ],
)
def test_every_failure_has_its_kind(
    demo: Demo, settings: Any, error: type[Exception], kind: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message) as raised:
        sphex.count(*demo, **settings)
    assert isinstance(raised.value, kind)
    assert isinstance(raised.value, sphex.SphexError)


@pytest.mark.parametrize(
    "settings",
    [
        {"mode": "other"},
        {"threads": -1},
        {"threads": 1025},
        {"engine": "fast"},
        {"min_mapq": 10},
        {"mode": "native", "temp_dir": "."},
    ],
)
def test_arguments_without_meaning_are_value_errors(demo: Demo, settings: Any) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(settings))}|mode"):
        sphex.count(*demo, **settings)


def test_sites_are_counted_by_the_rules_of_wasp2_only(demo: Demo) -> None:
    mode: Any = "native"
    with pytest.raises(ValueError, match="wasp2 or wasp2-legacy"):
        sphex.count_sites(demo.bam, ["chr1"], [0], [46], "A", "G", mode=mode)


def test_files_that_are_missing_or_of_another_kind_are_os_errors(demo: Demo) -> None:
    with pytest.raises(sphex.MissingFileError):
        sphex.count("none.bam", demo.vcf)
    with pytest.raises(sphex.FormatError):
        sphex.count(demo.vcf, demo.vcf)


def test_an_error_says_where(demo: Demo, tmp_path: Path) -> None:
    vcf = tmp_path / "in.vcf"
    vcf.write_text("##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\nchr1\t9\n")
    with pytest.raises(sphex.SphexError) as raised:
        sphex.count(demo.bam, vcf)
    error = raised.value
    assert (error.file, error.line, error.voffset, error.record) == (str(vcf), 3, None, None)
    assert str(error).startswith(f"{vcf}:3: {error.message}")


def test_errors_can_be_pickled(demo: Demo) -> None:
    with pytest.raises(sphex.NotFoundError) as raised:
        sphex.count(*demo, samples="S9")
    again = pickle.loads(pickle.dumps(raised.value))
    assert type(again) is sphex.NotFoundError
    assert (str(again), again.file, again.hint) == (
        str(raised.value),
        demo.vcf,
        "it has S1, S2, S3",
    )


def test_nothing_to_count_is_an_error(demo: Demo, tmp_path: Path) -> None:
    (tmp_path / "r.bed").write_text("chr1\t0\t1\n")
    with pytest.raises(sphex.EmptyError):
        sphex.count(*demo, regions=tmp_path / "r.bed")


def test_texts_with_a_nul_are_refused(demo: Demo) -> None:
    with pytest.raises(ValueError, match="null"):
        sphex.count("in\0.bam", demo.vcf)
    with pytest.raises(ValueError, match="null"):
        sphex.count(*demo, samples="S\0")
    with pytest.raises(ValueError, match="null"):
        sphex.count(*demo, regions="r\0.bed")
