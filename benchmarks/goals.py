"""What is aimed at, what a run measured, and by how much it falls short.

Usage: python benchmarks/goals.py RESULTS.json     from a run that is kept
"""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from report import Row, Tables, markdown, show

OURS, TUTORIAL = "this project", "tutorial"
CLIENTS = "8 clients, answers/s"
SHIPPED, LARGE = "shipped corpus", "100,000"


@dataclass(frozen=True)
class Goal:
    """A number that is to be at most, or at least, so much."""

    text: str
    limit: float
    measure: Callable[[Tables], float]
    at_least: bool = False

    def row(self, tables: Tables) -> Row:
        """The goal beside what was measured."""
        try:
            value = self.measure(tables)
        except (KeyError, StopIteration, ValueError, TypeError):
            return {"goal": self.text, "limit": self.limit, "measured": "–", "": "not measured in this run"}
        met = value >= self.limit if self.at_least else value <= self.limit
        return {
            "goal": self.text,
            "limit": self.limit,
            "measured": round(value, 3),
            "": "met" if met else self._miss(value),
        }

    def _miss(self, value: float) -> str:
        factor = self.limit / value if self.at_least else value / self.limit
        return f"missed by a factor of {show(round(factor, 2))}"


def middle(value: Any) -> float:
    """The median of a spread, the first of several, or the number itself."""
    if isinstance(value, dict):
        return float(value["median"])
    return float(value[0] if isinstance(value, list) else value)


def at(tables: Tables, title: str, name: str, column: str) -> float:
    """One number: the table whose title begins so, the row whose first column begins so, the column."""
    rows = next(rows for found, rows in tables.items() if found.startswith(title))
    return middle(next(row for row in rows if str(next(iter(row.values()))).startswith(name))[column])


def hybrids(tables: Tables, column: str) -> list[float]:
    """A column of the hybrid peers that were measured."""
    rows = next(rows for found, rows in tables.items() if found.startswith("Beside"))
    return [middle(row[column]) for row in rows if "hybrid" in row["side"] and column in row]


def peers(tables: Tables, column: str) -> list[float]:
    """A column of all peers that were measured."""
    rows = next(rows for found, rows in tables.items() if found.startswith("Beside"))
    return [middle(row[column]) for row in rows if row["side"] != OURS and column in row]


def ours(tables: Tables, column: str) -> float:
    """A column of this project's row beside the peers."""
    return at(tables, "Beside", OURS, column)


def growth(tables: Tables) -> float:
    """How much more a search costs with a hundred times the vectors."""
    name = "faiss-ivf-sq8"
    return at(tables, "Scale", f"{name} 1,000,000", "p50 ms") / at(tables, "Scale", f"{name} 10,000", "p50 ms")


STAGES, RATE, MILLION = "Ask by stage", "passages/s while indexing", "faiss-ivf-sq8 1,000,000"
ASK, BUSY, RSS, FILES = "Ask, ms", "beside a busy core p50 / p95", "RSS loaded MB", "of it files MB"


def best_hybrid(column: str, best: Callable[[list[float]], float]) -> Callable[[Tables], float]:
    """Ours as a multiple of the best hybrid peer's."""
    return lambda tables: ours(tables, column) / best(hybrids(tables, column))


def number(title: str, name: str, column: str) -> Callable[[Tables], float]:
    """One number of one table."""
    return lambda tables: at(tables, title, name, column)


def busy(tables: Tables) -> float:
    """The busy p50 as a multiple of the quiet one."""
    return at(tables, ASK, SHIPPED, BUSY) / at(tables, ASK, SHIPPED, "p50")


def more_memory(tables: Tables, column: str = RSS) -> float:
    """What a hundred thousand passages take beyond the shipped corpus."""
    return at(tables, ASK, LARGE, column) - at(tables, ASK, SHIPPED, column)


def more_of_its_own(tables: Tables) -> float:
    """The same without the pages of mapped files."""
    return more_memory(tables) - more_memory(tables, FILES)


GOALS = (
    Goal("ask p50, of the best hybrid peer's", 1 / 3, best_hybrid("p50 ms", min)),
    Goal("ask p95, of the best hybrid peer's", 1 / 3, best_hybrid("p95 ms", min)),
    Goal("8 clients, times the best hybrid peer", 4, best_hybrid(CLIENTS, max), at_least=True),
    Goal(
        "8 clients, times the tutorial",
        3,
        lambda t: ours(t, CLIENTS) / at(t, "Beside", TUTORIAL, CLIENTS),
        at_least=True,
    ),
    Goal("p50 beside a busy core, times the quiet one", 2, busy),
    Goal("all but encoding at 10,000 passages, ms", 3, number(STAGES, "10,000", "all but encoding")),
    Goal("all but encoding at 100,000 passages, ms", 6, number(STAGES, LARGE, "all but encoding")),
    Goal(
        "build, share of the bare encoder",
        0.9,
        number("Build", "end to end", "share of the bare encoder"),
        at_least=True,
    ),
    Goal("build, times the best peer", 2.5, lambda t: ours(t, RATE) / max(peers(t, RATE)), at_least=True),
    Goal("1,000 files, nothing changed, s", 1, number("Build again", "1,000 files, nothing", "seconds")),
    Goal("1,000 files, one changed, s", 2, number("Build again", "1,000 files, one", "seconds")),
    Goal("first page, s", 1, number("Start", SHIPPED, "first page s")),
    Goal("first answer, s", 3, number("Start", SHIPPED, "first answer s")),
    Goal("RSS with the shipped corpus, MB", 600, number(ASK, SHIPPED, RSS)),
    Goal("RSS more at 100,000 passages, MB", 400, more_memory),
    Goal("the same without pages of mapped files, MB", 400, more_of_its_own),
    Goal("recall@10 at a million", 0.98, number("Scale", MILLION, "recall@10"), at_least=True),
    Goal("dense search p95 at a million, ms", 20, number("Scale", MILLION, "p95 ms")),
    Goal("RSS of a million vectors, MB", 2500, number("Scale", MILLION, "RSS MB")),
    Goal("cost of a search, a million against 10,000 (linear: 100)", 99, growth),
)


def judge(tables: Tables) -> Tables:
    """Every goal beside what was measured."""
    return {"Goals": [goal.row(tables) for goal in GOALS]}


if __name__ == "__main__":
    print(markdown("Goals", judge(json.loads(Path(sys.argv[1]).read_text("utf-8"))["tables"])["Goals"]))
