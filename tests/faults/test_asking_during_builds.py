"""Questions while the index is rebuilt: none fails, and every quotation is verbatim of the snapshot that gave it.

Small here; ``make faults`` asks at least 5,000 questions with 16 askers over 20 rebuilds, and prints the latencies
(QATEST_ASKERS, QATEST_ASKS, QATEST_REBUILDS).
"""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx2

from servers import serve

ASKERS = int(os.environ.get("QATEST_ASKERS", "4"))
ASKS = int(os.environ.get("QATEST_ASKS", "200"))
REBUILDS = int(os.environ.get("QATEST_REBUILDS", "2"))
IDLE_ASKS = max(ASKERS * 10, ASKS // 10)
PATIENCE_S = 300
SHIPS = ("Adelaide", "Bremen", "Corona", "Drott", "Elida", "Fylgia")


def sentence(ship, hour):
    return f"The ferry {ship} left the harbour of Ystad at {hour} minutes past noon, as the log of {ship} says."


def corpus_of(generation):
    """Each generation changes one ship's log, adds one and leaves another out."""
    ships = [ship for number, ship in enumerate(SHIPS) if number != (generation + 1) % len(SHIPS)]
    hours = {ship: generation if number == generation % 5 else 0 for number, ship in enumerate(ships)}
    logs = {f"{ship}.txt": sentence(ship, hour) for ship, hour in hours.items()}
    return logs | {f"note-{generation}.txt": sentence("Note", generation)}


def write(corpus, generation):
    wanted = corpus_of(generation)
    for path in corpus.glob("*.txt"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (corpus / name).write_text(text, "utf-8")
    return wanted


def percentile(values, share):
    ordered = sorted(values)
    return 1000 * ordered[min(int(share * len(ordered)), len(ordered) - 1)]


class Asker:
    """Asks over one connection, and keeps what came."""

    def __init__(self, address):
        self.address = address
        self.quotes, self.failures, self.times = [], [], []

    def ask_until(self, enough):
        with httpx2.Client(base_url=self.address, timeout=60) as client:
            number = 0
            while not enough(self):
                ship = SHIPS[number % len(SHIPS)]
                number += 1
                began = time.monotonic()
                response = client.post("/ask", json={"question": f"When did the ferry {ship} leave Ystad?"})
                self.times.append(time.monotonic() - began)
                if response.status_code != 200:
                    self.failures.append((response.status_code, response.text))
                    continue
                body = response.json()
                for citation in body["citations"]:
                    span = citation["start_char_index"], citation["end_char_index"]
                    self.quotes.append(
                        (body["index"]["snapshot"], citation["document_id"], *span, citation["cited_text"])
                    )


def run(address, enough):
    askers = [Asker(address) for _ in range(ASKERS)]
    with ThreadPoolExecutor(ASKERS) as crowd:
        for done in [crowd.submit(asker.ask_until, enough) for asker in askers]:
            done.result()
    return askers


def test_no_question_fails_while_the_index_is_rebuilt(tmp_path):
    """Askers that never stop, over rebuilds that add, change and remove: 0 failed, 0 quotes of another snapshot."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    wanted = write(corpus, 0)
    with serve("--corpus", corpus, "--index", tmp_path / "index", QA_ANSWER_CACHE_MB="0") as server:
        server.wait_until_listening()
        client = httpx2.Client(base_url=server.address, timeout=60)
        texts = {rebuild(client): wanted}
        idle = run(server.address, lambda asker: len(asker.times) >= IDLE_ASKS // ASKERS)
        ended = threading.Event()
        with ThreadPoolExecutor(1) as crowd:
            asked = crowd.submit(run, server.address, lambda a: ended.is_set() and len(a.times) >= ASKS // ASKERS)
            try:
                for generation in range(1, REBUILDS + 1):
                    wanted = write(corpus, generation)
                    texts[rebuild(client)] = wanted
            finally:
                ended.set()
            askers = asked.result()
        client.close()
        assert "Traceback" not in server.log
    times = [seconds for asker in askers for seconds in asker.times]
    quotes = [quote for asker in askers for quote in asker.quotes]
    assert [failure for asker in askers for failure in asker.failures] == []
    assert len(texts) == REBUILDS + 1
    assert len(times) >= ASKS
    assert len(quotes) > len(times) / 2
    assert {quote[0] for quote in quotes} <= set(texts)
    assert len({quote[0] for quote in quotes}) > REBUILDS / 2, "the questions missed the rebuilds"
    for snapshot, document_id, start, end, text in quotes:
        assert texts[snapshot][document_id][start:end] == text
    report([seconds for asker in idle for seconds in asker.times], times)


def report(idle, busy):
    """The latencies as a table, p99 as a ratio within this run."""
    print(f"\n{ASKERS} askers, {len(busy)} questions over {REBUILDS} rebuilds, {len(idle)} before them")
    for name, times in (("idle", idle), ("rebuilding", busy)):
        print(f"{name:<12} p50 {percentile(times, 0.5):8.1f} ms   p99 {percentile(times, 0.99):8.1f} ms")
    print(f"p99 while rebuilding / idle: {percentile(busy, 0.99) / percentile(idle, 0.99):.2f}")


def rebuild(client):
    """Ask for a build and wait until its snapshot answers; its id."""
    url = client.post("/index/rebuild").json()["url"]
    ends = time.monotonic() + PATIENCE_S
    while not (job := client.get(url).json())["ended_at"]:
        assert time.monotonic() < ends
        time.sleep(0.1)
    assert (job["state"], job["error"]) == ("done", None)
    return job["result"]["snapshot"]
