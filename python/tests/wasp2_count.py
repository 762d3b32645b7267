"""The command line of wasp2-count over ``sphex.count``, for the oracle's cases.

SPHEX_TEST_ENGINE names the engine. What the Python engine does not know is an error like others.
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from typing import Any

import sphex


def main() -> int:
    """Count, write the table, return the exit status."""
    options = vars(parser().parse_args())
    warnings.showwarning = lambda text, *_, **__: print(text, file=sys.stderr)
    del options["command"], options["ignored"]
    bam, variants, out = (options.pop(name) for name in ("bam", "variants", "out"))
    samples = options.pop("samples")
    engine: Any = os.environ.get("SPHEX_TEST_ENGINE", "native")
    try:
        sphex.count(bam, variants, samples=samples, engine=engine, **options).to_tsv(out)
    except (sphex.SphexError, OSError, ValueError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


def parser() -> argparse.ArgumentParser:
    """Name every option as ``sphex.count`` does."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("command", choices=["count-variants"])
    parser.add_argument("bam")
    parser.add_argument("variants")
    for name, spellings in {
        "regions": "-r --region --regions --region_file --regions_file",
        "feature": "--gene_feature --feature --feat",
        "attribute": "--gene_attribute --attribute --attributes --attrs --attr",
        "parent": "--gene_parent --parent --parent_feature --parent_attribute",
        "temp_dir": "-t --temp_loc --temp",
        "vcf_bed": "--vcf-bed",
        "intersect_bed": "--intersect-bed",
    }.items():
        parser.add_argument(*spellings.split(), dest=name)
    for name in ("samples", "sample", "samps"):
        parser.add_argument(f"--{name}", dest="samples", action="append", default=[])
    parser.add_argument("-s", dest="samples", action="append")
    parser.add_argument("-o", "--out", "--out_file", "--outfile", default="counts.tsv")
    parser.add_argument("--use_region_names", action="store_true")
    parser.add_argument("--include-indels", action="store_true")
    parser.add_argument("--no-indels", dest="include_indels", action="store_false")
    parser.add_argument("--include-multiallelic", action="store_true")
    parser.add_argument("--biallelic-only", dest="include_multiallelic", action="store_false")
    parser.add_argument("--use-rust", action="store_true", dest="ignored", default=False)
    return parser


if __name__ == "__main__":
    sys.exit(main())
