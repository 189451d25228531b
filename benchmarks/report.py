"""Results → tables: as Markdown, on the terminal, and beside an earlier run."""

import json
import platform
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from places import RESULTS

Row = dict[str, Any]
Tables = dict[str, list[Row]]


def show(value: Any) -> str:
    """A number with as many digits as it is worth; a spread as its median and range."""
    if isinstance(value, dict):
        if "median" in value:
            return f"{show(value['median'])} ({show(value['least'])}–{show(value['most'])})"
        return show(list(value.values()))
    if isinstance(value, list):
        return " / ".join(map(show, value))
    if isinstance(value, float):
        return f"{value:.3f}" if abs(value) < 1 else f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def markdown(title: str, rows: list[Row]) -> str:
    """One table; a column is there when any row has it."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [f"### {title}", "", f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]
    lines += [f"| {' | '.join(show(row.get(name, '–')) for name in names)} |" for row in rows]
    return "\n".join(lines) + "\n"


def render(tables: Tables) -> str:
    """All tables."""
    return "\n".join(markdown(title, rows) for title, rows in tables.items() if rows)


def update(path: Path, tables: Tables) -> None:
    """Put the tables into a document, each in the place of the one with its title, new ones at the end."""
    text = path.read_text("utf-8") if path.is_file() else ""
    for title, rows in tables.items():
        if rows:
            table = markdown(title, rows)
            place = re.compile(rf"### {re.escape(title)}\n\n(?:\|.*\n)+")
            text = place.sub(lambda _, table=table: table, text) if place.search(text) else f"{text}\n{table}"
    path.write_text(text, "utf-8")


def save(tables: Tables, name: str) -> Path:
    """Keep a run, with the day and the machine."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}-{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
    machine = {"processor": _processor(), "python": platform.python_version(), "at": f"{datetime.now(UTC):%Y-%m-%d}"}
    path.write_text(json.dumps({"machine": machine, "tables": tables}, indent=1, ensure_ascii=False), "utf-8")
    return path


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text("utf-8").split("\n") if Path("/proc/cpuinfo").exists() else []
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())


def compare(tables: Tables, earlier: Path) -> str:
    """Each number beside the earlier run's, as a ratio, row by row (rows are found by their first column)."""
    before = json.loads(earlier.read_text("utf-8"))["tables"]
    lines = [f"### Compared with {earlier.name} (now / then)", ""]
    for title, rows in tables.items():
        then = {next(iter(row.values())): row for row in before.get(title, [])}
        for row in rows:
            name = next(iter(row.values()))
            ratios = [f"{key} {ratio:.2f}" for key, ratio in _ratios(row, then.get(name, {}))]
            if ratios:
                lines.append(f"- {title}, {name}: {', '.join(ratios)}")
    return "\n".join(lines) + "\n"


def _ratios(now: Row, then: Row) -> list[tuple[str, float]]:
    pairs = [(key, _number(now[key]), _number(then.get(key))) for key in now]
    return [(key, a / b) for key, a, b in pairs if a is not None and b]


def _number(value: Any) -> float | None:
    if isinstance(value, dict):
        return _number(value.get("median", next(iter(value.values()), None)))
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
