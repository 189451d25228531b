"""A process that loads the model once and then forks a process for every build, so that each of these can be killed.

It reads one order a line (JSON) and answers with the process id; after an empty line, with how that process ended.
The builder appends what it is doing to ``marks``; with ``die_at`` n it kills itself, with signal 9, just before its
n-th change to the index; no file that it writes grows beyond ``largest_file`` bytes, as on a full disk.
"""

import json
import os
import resource
import signal
import sys
from pathlib import Path

from qa import compose
from qa.config import Settings
from qa.errors import NotStored
from qa.index import snapshot
from qa.indexing import encoding
from qa.indexing.indexer import Indexer

CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.truncate", "shutil.rmtree"}


def main():
    settings = Settings(threads=1)
    embedder = compose.build_embedder(settings, threads=1)
    assert embedder.dimension  # loads the weights
    print("ready", flush=True)
    while line := sys.stdin.readline():
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            build(embedder, order)
        print(child, flush=True)
        sys.stdin.readline()  # until it is asked for, an ended process keeps its id, so that no other can be killed
        print(os.waitpid(child, 0)[1], flush=True)


def build(embedder, order):
    marks = os.open(order["marks"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def mark(stage, done=0, total=0):
        limit_files(resource.RLIM_INFINITY)
        os.write(marks, f"{stage} {done}/{total}\n".encode())
        limit_files(order["largest_file"])

    encoding.ENCODE_BATCH = order["batch"]
    write = snapshot.write
    snapshot.write = lambda *parts: (mark("writing"), write(*parts), mark("written"))
    if order["die_at"]:
        die_before(Path(order["index"]), order["die_at"])
    mark("start")
    try:
        made = compose.build_indexer(Settings(corpus=order["corpus"], index=order["index"]))
        splitter = type(made.splitter)(embedder, Settings().passage_tokens)
        Indexer(made.corpus, made.index, embedder, splitter, made.recipe).build(progress=mark)
        mark("done")
    except NotStored:
        mark("full")
    finally:
        os._exit(0)


def limit_files(size):
    """Let no write grow a file beyond some bytes; such a write fails as it does on a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def die_before(index, number):
    """Count what changes the index, by Python's audit events, and stop dead before one of them."""
    count = 0

    def hook(event, arguments):
        nonlocal count
        if event in CHANGES or (event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR)):
            if str(index) not in str(arguments[0]) or not isinstance(arguments[0], (str, os.PathLike)):
                return
            count += 1
            if count == number:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


if __name__ == "__main__":
    main()
