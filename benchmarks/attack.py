"""Attack a running server and print what it withstood: ``make attack``; ``--short`` takes a minute.

Each part says how often it tried, what failed, and what it cost; the process ends with 1 where a promise was broken.
"""

import argparse
import itertools
import json
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import psutil
from askers import ask_until, percentile
from shapes import HTML, JSON, SHAPES, TURNS, numbered, request_of

ROOT = Path(__file__).parents[1]
QUESTION = json.dumps({"question": "Who is Jia Jia?"}).encode()
OK, TOO_MANY, SERVER_ERROR, BUSY = 200, 429, 500, 503
QUESTIONS = 100
TRIES = 10
JUDGED_BYTES = 400_000
LONG = {False: 60_000, True: 12_000}  # paragraphs of the long document
PATIENCE = {False: 1, True: 5}  # the short form is for machines that do more than this
HEALTH_S, REFUSAL_S, ANSWER_S, CPU_S = 0.1, 0.1, 2.0, 0.3


@dataclass
class Server:
    """A server in a process of its own."""

    process: psutil.Process
    host: str
    port: int

    def connect(self, timeout: float = 30) -> socket.socket:
        return socket.create_connection((self.host, self.port), timeout=timeout)

    def cpu(self) -> float:
        times = self.process.cpu_times()
        return times.user + times.system

    def exchange(self, request: bytes) -> bytes:
        """What comes back until the server hangs up or is silent; the request asks for the end of the connection."""
        received = b""
        with self.connect() as connection:
            try:
                connection.sendall(request)
                while part := connection.recv(1 << 16):
                    received += part
            except OSError:
                pass
        return received


@dataclass
class Report:
    """What was tried and what became of it; times may be ``patience`` times as long as promised."""

    patience: int = 1
    rows: list[tuple[str, str, bool]] = field(default_factory=list)

    def add(self, part: str, outcome: str, kept: bool) -> None:
        self.rows.append((part, outcome, kept))
        print(f"{'kept  ' if kept else 'BROKEN'}  {part:<34} {outcome}", flush=True)


@contextmanager
def serving(folder: Path, paragraphs: int) -> Iterator[Server]:
    corpus = shutil.copytree(ROOT / "corpus", folder / "corpus")
    (corpus / "long.txt").write_text("\n\n".join(f"Entry {n}. Nothing was seen." for n in range(paragraphs)), "utf-8")
    env = {name: value for name, value in os.environ.items() if not name.startswith("QA_")}
    env |= {"QA_CORPUS": str(corpus), "QA_INDEX": str(folder / "index"), "QA_EXTRACTOR": "off"}
    qa = [sys.executable, "-m", "qa.cli"]
    subprocess.run([*qa, "index"], env=env, check=True, stdout=subprocess.DEVNULL)
    with (folder / "log").open("w+") as log:
        process = subprocess.Popen([*qa, "serve", "--port", "0"], env=env, stdout=log, stderr=subprocess.STDOUT)
        try:
            while not (found := re.search(r"http://([\d.]+):(\d+)/", (folder / "log").read_text("utf-8"))):
                time.sleep(0.1)
            server = Server(psutil.Process(process.pid), found[1], int(found[2]))
            while b" 200 " not in server.exchange(request_of("GET", "/readyz"))[:20]:
                time.sleep(0.2)
            yield server
        finally:
            process.terminate()
            process.wait(20)


def routes_of(server: Server) -> list[tuple[str, str]]:
    schema = json.loads(server.exchange(request_of("GET", "/openapi.json")).partition(b"\r\n\r\n")[2])
    described = [(method.upper(), path) for path, methods in schema["paths"].items() for method in methods]
    return [
        *described,
        ("GET", "/"),
        ("GET", "/panel"),
        ("POST", "/turn"),
        ("GET", "/choices"),
        ("GET", "/corpus"),
        ("GET", "/docs"),
    ]


def attack_raw(server: Server, report: Report, tries: int) -> None:
    """Every route with bodies, headers and addresses that are none."""
    generator, routes = random.Random(1), routes_of(server)
    noise = [
        b"",
        QUESTION,
        b"{",
        b"\x00" * 50,
        b'{"question": 7}',
        b"[]",
        "ü".encode() * 99,
        b'{"question": "\\ud800"}',
    ]
    kinds = [
        "",
        JSON,
        HTML,
        "Content-Type: text/plain\r\n",
        "Content-Type: multipart/form-data; boundary=x\r\n",
        "X: \xff\r\n",
    ]
    names = ["x", "%00", "..%2f..%2fetc%2fpasswd", "xu-jiatun.md", "a" * 4000, "%ff", "2006%2Fjia-jia.md", "-1"]

    def shoot(number: int) -> int:
        method, path = routes[number % len(routes)]
        if (method, path) in {("DELETE", "/documents/{document_id}"), ("POST", "/index/rebuild")}:
            method = "GET"
        path = re.sub(r"{.*?}", lambda _: names[number % len(names)], path)
        query = generator.choice(
            ["", "?question=Who", "?start=1&end=2", "?part=9999999", "?x=%ff", "?question=" + "a" * 3000]
        )
        answer = server.exchange(request_of(method, path + query, generator.choice(noise), generator.choice(kinds)))
        return int(answer[9:12]) if answer.startswith(b"HTTP/1.1 ") else 0

    with ThreadPoolExecutor(8) as crowd:
        codes = Counter(crowd.map(shoot, range(tries)))
    failed = sum(count for code, count in codes.items() if code >= SERVER_ERROR and code != BUSY)
    kinds_seen = ", ".join(f"{code}: {count}" for code, count in sorted(codes.items()))
    report.add(
        f"{tries:,} raw requests", f"{failed} × 5xx, {codes[0]} unanswered ({kinds_seen})", failed == codes[0] == 0
    )


def attack_shapes(server: Server, report: Report) -> None:
    """The processor time of each kind of request, none answered from what is kept; of those in turns, of each turn."""
    costs, codes, numbers = {}, {}, itertools.count()
    for name, request in SHAPES.items():
        codes[name] = server.exchange(numbered(request, next(numbers)))[9:12].decode()
        before = server.cpu()
        for _ in range(TRIES):
            server.exchange(numbered(request, next(numbers)))
        costs[name] = (server.cpu() - before) / TRIES / TURNS.get(name, 1)
    for name, cost in sorted(costs.items(), key=lambda item: -item[1]):
        print(f"          {1000 * cost:7.0f} ms CPU  {name} ({codes[name]})")
    worst = max(costs, key=lambda name: costs[name])
    report.add("the costliest turn", f"{1000 * costs[worst]:.0f} ms CPU: {worst}", costs[worst] <= CPU_S)


def attack_slowly(server: Server, report: Report, sockets: int) -> None:
    """Clients that send a byte now and then, while questions are asked."""
    slow = [server.connect() for _ in range(sockets)]
    for number, connection in enumerate(slow):
        try:
            connection.sendall(
                b"POST /ask HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n{" if number % 2 else b"GET /as"
            )
        except OSError:
            continue
    began, answered = time.monotonic(), 0
    for number in range(QUESTIONS):
        body = json.dumps({"question": f"Who is Jia Jia? {number}"}).encode()
        answered += b" 200 " in server.exchange(request_of("POST", "/ask", body, JSON))[:20]
    time.sleep(max(0.0, 15 - (time.monotonic() - began)))
    still_open = sum(is_open(connection) for connection in slow)
    for connection in slow:
        connection.close()
    report.add(
        f"{sockets:,} slow sockets",
        f"{answered} of {QUESTIONS} questions answered, {still_open} open after 15 s",
        answered == QUESTIONS and not still_open,
    )


def is_open(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        while connection.recv(1 << 16):
            pass
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def attack_in_numbers(server: Server, report: Report, askers: int, seconds: float) -> None:
    """Many askers at once, and from another process someone who looks at the health."""
    ends = time.time() + seconds
    with ProcessPoolExecutor(2) as apart:
        looking = apart.submit(ask_until, server.host, server.port, "/healthz", ends, 1)
        asking = apart.submit(ask_until, server.host, server.port, "/ask?question=Who+is+Jia+Jia+{}", ends, askers)
        asked, health = asking.result(), [took for _, took in looking.result()]
    took = {code: [each for seen, each in asked if seen == code] for code in (OK, TOO_MANY)}
    parts = (("answers", took[OK], ANSWER_S), ("refusals", took[TOO_MANY], REFUSAL_S), ("/healthz", health, HEALTH_S))
    for name, times, bound in parts:
        p50, p99 = percentile(times, 50), percentile(times, 99)
        outcome = f"{len(times):,}, median {1000 * p50:.0f} ms, p99 {1000 * p99:.0f} ms"
        report.add(f"{askers} askers, {seconds:g} s: {name}", outcome, p99 <= bound * report.patience)
    others = len(asked) - sum(map(len, took.values()))
    report.add(f"{askers} askers: anything else", f"{others} other answers", not others)


def attack_by_name(server: Server, report: Report) -> None:
    """Every route under another name."""
    routes = [(method, re.sub(r"{.*?}", "x", path)) for method, path in routes_of(server)]
    refused = sum(b" 403 " in server.exchange(request_of(*route, host="evil.example"))[:20] for route in routes)
    report.add("a foreign Host", f"{refused} of {len(routes)} routes refuse it", refused == len(routes))


def attack_by_judging(server: Server, report: Report, index: Path, seconds: float) -> None:
    """One client that judges passages as fast as it can."""
    snapshot = json.loads(server.exchange(request_of("GET", "/index")).partition(b"\r\n\r\n")[2])["snapshot"]
    ends, number = time.monotonic() + seconds, 0
    while time.monotonic() < ends:
        number += 1
        body = {"question": "q" * 2000, "passage_id": "xu-jiatun.md#0", "snapshot": snapshot, "grade": 1}
        server.exchange(request_of("POST", "/feedback", json.dumps(body).encode(), JSON))
    path = index / "judgements.jsonl"
    written = path.stat().st_size if path.exists() else 0
    report.add(
        "judgements in a loop",
        f"{number} sent in {seconds:g} s, {written / 1000:.0f} KB written",
        written < JUDGED_BYTES,
    )


def attack_memory(server: Server, report: Report, questions: int) -> None:
    """Different questions, one after the other."""

    def ask(first: int, count: int) -> float:
        with httpx2.Client(base_url=f"http://{server.host}:{server.port}", timeout=60) as client:
            for number in range(first, first + count):
                client.get("/ask", params={"question": f"Who is Jia Jia, number {number} of {number * 7919 % 10007}?"})
        return server.process.memory_info().rss / 2**20

    warm = ask(0, questions)
    grown = ask(questions, questions) - warm
    report.add(
        f"{questions:,} more questions",
        f"memory {warm:.0f} MB, grown by {grown:.1f} MB",
        grown < max(4.0, questions / 2500),
    )


def main() -> int:
    """Run all parts; returns 1 where a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="fewer tries: a minute in all")
    short = parser.parse_args().short
    report = Report(patience=PATIENCE[short])
    with tempfile.TemporaryDirectory() as name, serving(Path(name), LONG[short]) as server:
        attack_by_name(server, report)
        attack_raw(server, report, 1000 if short else 10_000)
        attack_shapes(server, report)
        attack_by_judging(server, report, Path(name) / "index", 2 if short else 10)
        attack_slowly(server, report, 200 if short else 1000)
        attack_in_numbers(server, report, 64, 5 if short else 60)
        attack_in_numbers(server, report, 192, 5 if short else 30)
        attack_memory(server, report, 200 if short else 5000)
        log = (Path(name) / "log").read_text("utf-8")
        print(log[log.find("Traceback") :][:6000] if "Traceback" in log else "", end="")
        report.add("the log", f"{len(log) / 1000:.0f} KB, {log.count('Traceback')} tracebacks", "Traceback" not in log)
    return 0 if all(kept for _, _, kept in report.rows) else 1


if __name__ == "__main__":
    sys.exit(main())
