"""The same weights, passages and questions through what people would use instead; sides in turns, one thread each.

Usage: python benchmarks/beside.py [--work DIR] [--only NAME]

Peers are installed into environments of their own in the work folder (the first run takes some minutes); one that
cannot be installed or started stands in the table with the reason.
"""

import argparse
import json
import shutil
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import prepare
from load import CLIENTS, Ask, closed_loop, get_search, one_client, percentiles, post_ask, post_search, spread
from peers.environments import PEERS, Peer, python_of
from report import Row, Tables, render

import texts
from places import CHECKOUT, default_work
from servers import Server, environment, qa_serve, running

OURS = "this project"
TURNS = 3
SECONDS = 3.0
TIMED_PASSAGES = 96  # indexed by every side in turn, to compare rates within one run
PROGRAMS = CHECKOUT / "benchmarks" / "peers"


@dataclass
class Contender:
    """One side: how it indexes and serves, and what was measured of it."""

    name: str
    serve: Callable[[int], list[str]]
    ask: Ask
    top: Callable[[Any], str | None]
    rate: Callable[[], float]
    turns: list[list[tuple[float, Any]]] = field(default_factory=list)
    closed: list[dict[str, float]] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)


def ours(work: Path, sample: Path) -> Contender:
    """The product, by its own commands."""
    index = prepare.our_index(work)

    def rate() -> float:
        target = work / "timed-ours"
        shutil.rmtree(target, ignore_errors=True)
        timed = json.loads(prepare.run("build.py", "--once", sample, target))
        return timed["texts"] / timed["seconds"]  # long ones are split into several passages

    def top(answer: Any) -> str | None:
        return answer["passages"][0]["document_id"].rpartition("/")[2] if answer["passages"] else None

    return Contender(OURS, lambda port: qa_serve(index, port), post_ask, top, rate)


def theirs(peer: Peer, work: Path, folder: Path, sample: Path) -> Contender:
    """A peer, by its program in its environment; its index of all texts is kept."""
    python, program = python_of(peer, work), PROGRAMS / f"{peer.program}.py"
    target = work / "peers" / f"{peer.program}-{folder.name}"
    if not (target / "done").is_file():
        shutil.rmtree(target, ignore_errors=True)
        _index(python, program, folder, target)
        (target / "done").touch()

    def rate() -> float:
        timed = work / "timed-theirs"
        shutil.rmtree(timed, ignore_errors=True)
        measured = _index(python, program, sample, timed)
        return measured["passages"] / measured["seconds"]

    def top(answer: Any) -> str | None:
        results = answer["results"] if isinstance(answer, dict) else answer
        return results[0]["id"] if results else None

    ask = get_search if peer.program == "txtai_api" else post_search
    return Contender(
        peer.name, lambda port: [str(python), str(program), "serve", str(target), str(port)], ask, top, rate
    )


def _index(python: Path, program: Path, folder: Path, target: Path) -> dict[str, float]:
    command = [str(python), str(program), "index", str(folder), str(target)]
    variables = environment() | {"PYTHONPATH": ""}
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False, timeout=600)
    if done.returncode:
        raise RuntimeError(done.stderr.strip().split("\n")[-1][:200])
    return json.loads(done.stdout.strip().split("\n")[-1])


def run(work: Path, only: str = "") -> Tables:
    """One table, ours first, then the peers; ratios to ours are for the reader to see within it."""
    folder = prepare.texts_folder(work)
    loaded = texts.load()
    sample = texts.Texts("sample", loaded.passages[:TIMED_PASSAGES], []).save(work / "texts-sample")
    sides, failed = [ours(work, sample)], []
    for peer in PEERS:
        if only in peer.program:
            try:
                sides.append(theirs(peer, work, folder, sample))
            except (RuntimeError, subprocess.TimeoutExpired) as error:
                failed.append({"side": peer.name, "Hit@1 %": f"not measured: {error}"})
    rows, broken = _serve_all(sides, [(q.text, q.passage) for q in loaded.questions])
    return {f"Beside ({loaded.source}, {len(loaded.passages)} passages)": [*rows, *broken, *failed]}


def _serve_all(sides: list[Contender], asked: list[tuple[str, str]]) -> tuple[list[Row], list[Row]]:
    """All servers at once, idle but the one that is asked: what drifts in the machine drifts for all alike."""
    with ExitStack() as stack:
        servers, broken = {}, []
        for side in sides:
            try:
                servers[side.name] = stack.enter_context(running(side.name, side.serve, side.ask, PROGRAMS))
            except RuntimeError as error:
                broken.append({"side": side.name, "Hit@1 %": f"not measured: {error}"})
        up = [side for side in sides if side.name in servers]
        idle = {side.name: servers[side.name].rss_mb() for side in up}
        _take_turns(up, servers, [question for question, _ in asked])
        loaded = {side.name: servers[side.name].rss_mb() for side in up}
    for _ in range(TURNS):
        for side in up:
            side.rates.append(side.rate())
    return [_row(side, servers[side.name], asked, idle[side.name], loaded[side.name]) for side in up], broken


def _take_turns(sides: list[Contender], servers: dict[str, Server], questions: list[str]) -> None:
    for side in sides:
        one_client(servers[side.name].side, questions[:10])
    for turn in range(TURNS):
        for side in sides:
            side.turns.append(one_client(servers[side.name].side, questions[turn::TURNS]))
        for side in sides:
            side.closed.append(closed_loop(servers[side.name].side, questions, SECONDS))
    time.sleep(0.1)


def _row(side: Contender, server: Server, asked: list[tuple[str, str]], idle: float, loaded: float) -> Row:
    gold = [[passage for _, passage in asked[turn::TURNS]] for turn in range(TURNS)]
    hits = [
        side.top(answer) == passage
        for turn, passages in zip(side.turns, gold, strict=True)
        for (_, answer), passage in zip(turn, passages, strict=True)
    ]
    times = percentiles([time for turn in side.turns for time, _ in turn])
    return {
        "side": side.name,
        "Hit@1 %": round(100 * sum(hits) / len(hits), 1),
        "p50 ms": spread([percentiles([time for time, _ in turn])["p50"] for turn in side.turns]),
        "p95 ms": times["p95"],
        "p99 ms": times["p99"],
        f"{CLIENTS} clients, answers/s": spread([turn["per_second"] for turn in side.closed]),
        "start to first answer s": round(server.first_answer_s, 2),
        "RSS idle MB": idle,
        "RSS loaded MB": loaded,
        "passages/s while indexing": spread(side.rates),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=default_work())
    parser.add_argument("--only", default="", help="only peers whose program's name holds this")
    options = parser.parse_args()
    print(render(run(options.work, options.only)))


if __name__ == "__main__":
    main()
