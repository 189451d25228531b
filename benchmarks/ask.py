"""How long ``POST /ask`` takes over HTTP: one client, eight, an open loop at half of capacity, beside a busy core.

Usage: python benchmarks/ask.py [--work DIR] [--sizes 0,10000,100000]

Size 0 is the corpus that ships. The stages are those that the service itself reports (``timings_ms``).
"""

import argparse
import json
import statistics
from pathlib import Path

import prepare
from load import closed_loop, one_client, open_loop, percentiles, post_ask, spread
from report import Row, Tables, render

from places import default_work
from servers import busy_neighbour, qa_serve, running

TURNS = 3
WARM_UP = 20
SECONDS = 4.0


def questions_of(work: Path) -> list[str]:
    """The questions' texts."""
    lines = (prepare.texts_folder(work) / "questions.jsonl").read_text("utf-8").split("\n")
    return [json.loads(line)["text"] for line in lines if line]


def measure(name: str, index: Path, questions: list[str]) -> tuple[Row, Row]:
    """One size: the times of whole answers, and of the stages."""
    with running(name, lambda port: qa_serve(index, port), post_ask) as server:
        side, asked = server.side, [questions[turn::TURNS] for turn in range(TURNS)]
        one_client(side, questions[:WARM_UP])
        idle = server.rss_mb()
        turns = [one_client(side, part) for part in asked]
        closed = closed_loop(side, questions, SECONDS)
        opened = open_loop(side, questions, SECONDS, closed["per_second"] / 2)
        with busy_neighbour():
            busy = percentiles([time for time, _ in one_client(side, asked[0])])
        times = [time for turn in turns for time, _ in turn]
        row = {
            "passages": name,
            "p50": spread([percentiles([time for time, _ in turn])["p50"] for turn in turns]),
            "p95": percentiles(times)["p95"],
            "p99": percentiles(times)["p99"],
            "8 clients, answers/s": closed["per_second"],
            "8 clients p50 / p95 / p99": [closed["p50"], closed["p95"], closed["p99"]],
            "open loop at half, p50 / p95 / p99": [opened["p50"], opened["p95"], opened["p99"]],
            "beside a busy core p50 / p95": [busy["p50"], busy["p95"]],
            "RSS idle MB": idle,
            "RSS loaded MB": server.rss_mb(),
            "of it files MB": server.mapped_mb(),
        }
        return row, _stages(name, [answer["timings_ms"] for turn in turns for _, answer in turn], times)


def _stages(name: str, timings: list[dict[str, float]], times: list[float]) -> Row:
    medians = {stage: statistics.median(timing.get(stage, 0.0) for timing in timings) for stage in timings[0]}
    rest = statistics.median(time - timing["total"] for time, timing in zip(times, timings, strict=True))
    others = statistics.median(t["total"] - t.get("encode", 0.0) for t in timings)
    return {"passages": name, **medians, "HTTP and JSON": rest, "all but encoding": others + rest}


def run(work: Path, sizes: list[int]) -> Tables:
    """Both tables."""
    questions = questions_of(work)
    rows = []
    for size in sizes:
        index = prepare.grown_index(work, size) if size else prepare.shipped_index(work)
        rows.append(measure(f"{size:,}" if size else "shipped corpus", index, questions))
    return {"Ask, ms": [row for row, _ in rows], "Ask by stage, median ms": [row for _, row in rows]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=default_work())
    parser.add_argument("--sizes", default="0,10000,100000")
    options = parser.parse_args()
    print(render(run(options.work, [int(size) for size in options.sizes.split(",")])))


if __name__ == "__main__":
    main()
