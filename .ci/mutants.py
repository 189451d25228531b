"""Prints how many mutants of each module the unit tests kill, after ``mutmut run``; fails where that is too few."""

import json
import sys
from collections import Counter
from pathlib import Path

LEAST = 0.85
SURVIVED, UNTESTED = 0, {5, 33}  # exit codes: the tests passed; no test runs the function


def main() -> int:
    """Print a table of modules, and return 1 where one of them is below ``LEAST``."""
    low = []
    print("| module | mutants | killed | share |\n|---|---|---|---|")
    for path in sorted(Path("mutants/src").rglob("*.meta")):
        codes = Counter(json.loads(path.read_text("utf-8"))["exit_code_by_key"].values())
        mutants = codes.total() - codes[None]
        killed = mutants - codes[SURVIVED] - sum(codes[code] for code in UNTESTED)
        if mutants:
            module = path.relative_to("mutants/src").as_posix().removesuffix(".py.meta")
            print(f"| {module} | {mutants} | {killed} | {killed / mutants:.0%} |")
            low += [module] if killed < LEAST * mutants else []
    if low:
        print(f"\nless than {LEAST:.0%} killed in {', '.join(low)}; `mutmut browse` shows what survived")
    return bool(low)


if __name__ == "__main__":
    sys.exit(main())
