"""Clients: one after another, several in a closed loop, and an open loop timed from the intended moment of sending."""

import http.client
import itertools
import json
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

Request = tuple[str, str, bytes | None]  # method, path, body
Ask = Callable[[str], Request]

CLIENTS = 8
OPEN_LOOP_CLIENTS = 32  # enough never to hold a request back


def post_ask(question: str) -> Request:
    """The product's request."""
    return "POST", "/ask", json.dumps({"question": question}).encode()


def post_search(question: str) -> Request:
    """The request of the peers behind FastAPI."""
    return "POST", "/search", json.dumps({"query": question}).encode()


def get_search(question: str) -> Request:
    """The request of txtai's service."""
    return "GET", f"/search?query={quote(question)}&limit=5", None


@dataclass(frozen=True)
class Side:
    """A running server and how it is asked."""

    name: str
    address: str
    ask: Ask


class Client:
    """One connection that stays open."""

    def __init__(self, side: Side) -> None:
        where = urlsplit(side.address)
        self._connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=120)
        self._ask = side.ask

    def ask(self, question: str) -> tuple[float, Any]:
        """Milliseconds of the whole round trip, and the answer."""
        method, path, body = self._ask(question)
        started = time.perf_counter()
        self._connection.request(method, path, body, {"Content-Type": "application/json"})
        response = self._connection.getresponse()
        content = response.read()
        taken = 1000 * (time.perf_counter() - started)
        if response.status != HTTPStatus.OK:
            raise RuntimeError(f"{method} {path}: {response.status} {content[:200]!r}")
        return taken, json.loads(content)


def percentiles(times: Sequence[float]) -> dict[str, float]:
    """p50, p95 and p99."""
    ordered = sorted(times)
    return {f"p{p}": round(ordered[min(int(len(ordered) * p / 100), len(ordered) - 1)], 2) for p in (50, 95, 99)}


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median and range of what several turns measured."""
    return {
        "median": round(statistics.median(values), 3),
        "least": round(min(values), 3),
        "most": round(max(values), 3),
    }


def one_client(side: Side, questions: Sequence[str]) -> list[tuple[float, Any]]:
    """Each question once, one after the other."""
    client = Client(side)
    return [client.ask(question) for question in questions]


def closed_loop(side: Side, questions: Sequence[str], seconds: float, clients: int = CLIENTS) -> dict[str, float]:
    """Clients that ask again as soon as they are answered; answers per second, and the times of each."""
    times: list[float] = []
    until = time.perf_counter() + seconds

    def run(offset: int) -> None:
        client = Client(side)
        for question in itertools.islice(itertools.cycle(questions), offset, None):
            if time.perf_counter() >= until:
                return
            times.append(client.ask(question)[0])

    threads = [threading.Thread(target=run, args=(7 * number,)) for number in range(clients)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"per_second": round(len(times) / (time.perf_counter() - started), 1), **percentiles(times)}


def open_loop(side: Side, questions: Sequence[str], seconds: float, per_second: float) -> dict[str, float]:
    """Questions sent at a fixed rate whether or not the last are answered; timed from when each was to be sent."""
    started = time.perf_counter() + 0.1
    local = threading.local()

    def run(number: int) -> float:
        intended = started + number / per_second
        time.sleep(max(intended - time.perf_counter(), 0))
        if not hasattr(local, "client"):
            local.client = Client(side)
        local.client.ask(questions[number % len(questions)])
        return 1000 * (time.perf_counter() - intended)

    with ThreadPoolExecutor(OPEN_LOOP_CLIENTS) as pool:
        times = list(pool.map(run, range(max(int(seconds * per_second), 1))))
    return {"per_second": round(per_second, 1), **percentiles(times)}
