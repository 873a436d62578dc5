"""`make bench`: every measurement in turn, a table each. `python -m bench http` runs one."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path


def main(wanted: list[str]) -> int:
    """Run the named measurements, or all. Exit code 1 when a target was missed."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("bench_*.py"))
    missed = 0
    for name in names:
        if wanted and name.removeprefix("bench_") not in wanted:
            continue
        print(f"\n## {name.removeprefix('bench_')}", flush=True)
        missed |= importlib.import_module(f"bench.{name}").main()
    return missed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
