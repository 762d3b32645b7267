#!/usr/bin/env python3
"""Makes every recorded call of WASP2's BamCounter on a class and compares results and exceptions.

    run_api.py --class sphex.BamCounter [--legacy sphex._engine.count_alleles_legacy]

In: api/*.json of the WASP2 oracle. Where the original panics on valid input, the result that the
counting rules state is asked for instead (RULED below), and with --index-free also where it wants
an index (WITHOUT_INDEX).
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
RULED = {
    "SEQ * over a SNP": [[1, 0, 0]],
    "P in a record between two sites, covering none of them": [[1, 0, 0], [0, 0, 0]],
}
WITHOUT_INDEX = {"BAM without index": [[0, 1, 1]]}


def main() -> int:
    """Make the calls, print what ran and passed, and return the exit status."""
    options = parse_options()
    shared = options.shared.resolve()
    calls_folder = shared / "oracle" / "wasp2" / "api"
    if not calls_folder.is_dir():
        print(
            f"SKIP: no calls at {calls_folder}; set --shared to the folder with oracle/ and data/"
        )
        print("0 passed, 0 failed, 1 skipped")
        return 0
    if options.index_free:
        RULED.update(WITHOUT_INDEX)
    suites = [("BamCounter", "expected", counter_call(import_name(options.counter)))]
    if options.legacy:
        suites.append(("legacy", "expected_legacy", import_name(options.legacy)))
    os.chdir(calls_folder)  # the paths in the calls and in the messages start here
    with silent():
        counts = [run_suite(*suite, shared / "data") for suite in suites]
    n_passed, n_failed, n_skipped = (sum(numbers) for numbers in zip(*counts, strict=True))
    print(f"{n_passed} passed, {n_failed} failed, {n_skipped} skipped")
    return 1 if n_failed or not n_passed else 0


def parse_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--class", dest="counter", default="sphex.BamCounter", metavar="NAME")
    parser.add_argument("--index-free", action="store_true", help="the class needs no index")
    parser.add_argument("--legacy", metavar="NAME", help="function of a path and a list of rows")
    parser.add_argument("--shared", type=Path, default=REPOSITORY.parent / "shared", metavar="DIR")
    return parser.parse_args()


def import_name(name: str) -> Any:
    """Import MODULE.NAME."""
    module, _, attribute = name.rpartition(".")
    return getattr(importlib.import_module(module), attribute)


def counter_call(counter: Any) -> Callable[..., Any]:
    """Make one call out of constructing the class and counting."""
    return lambda path, regions, **settings: counter(path).count_alleles(regions, **settings)


@contextlib.contextmanager
def silent() -> Iterator[None]:
    """Keep the warnings about contigs that a BAM lacks off the screen."""
    kept = os.dup(2)
    with Path(os.devnull).open("wb") as nowhere, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def run_suite(title: str, key: str, count: Callable[..., Any], data: Path) -> tuple[int, int, int]:
    """Make all calls that have an expectation; return how many passed, failed, were skipped."""
    n_passed = n_failed = n_skipped = 0
    for file in sorted(Path().glob("*.json")):
        for call in json.loads(file.read_text()):
            if key not in call and not (key == "expected" and "error" in call):
                continue
            path = call["bam"].replace("DATA", str(data))
            if path != call["bam"] and not Path(path).exists():
                print(f"SKIP {file.name}: {path} is not there")
                n_skipped += 1
                continue
            expected, got = expectation(call, key), outcome(count, path, call, key)
            if got == expected:
                n_passed += 1
            else:
                print(f"FAIL {title} {file.name}, {call['what']}: {expected} expected, got {got}")
                n_failed += 1
    print(f"{title:11} ran {n_passed + n_failed:3}, passed {n_passed:3}")
    return n_passed, n_failed, n_skipped


def expectation(call: dict[str, Any], key: str) -> Any:
    """Return the rows or the error that a call must end with."""
    return RULED.get(call["what"], call.get(key, call.get("error")))


def outcome(count: Callable[..., Any], path: str, call: dict[str, Any], key: str) -> Any:
    """Make one call; return its rows or its error in the form of the oracle."""
    a_list_row = call["regions"] == "LISTROW"
    regions = [["chr1", 100, "A", "G"]] if a_list_row else [tuple(row) for row in call["regions"]]
    names = ("min_qual", "threads") if key == "expected" else ()
    settings = {name: call[name] for name in names if name in call}
    try:
        rows = count(path, regions, **settings)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic is no Exception
        return {"type": type(error).__name__, "message": str(error)}
    return [row if row is None else list(row) for row in rows]


if __name__ == "__main__":
    sys.exit(main())
