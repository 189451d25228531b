"""What a worker does: claims shards, encodes them, and hands in what they come to."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from qa.errors import EngineUnavailable
from qa.indexing.encoding import Embedders
from qa.indexing.shards import encoded_shard
from qa.protocols import WorkQueue

logger = logging.getLogger(__name__)

IDLE_S, BEAT_S, AWAY_S = 0.2, 5.0, 2.0


def work(queue: WorkQueue, embedders: Embedders, ended: Callable[[], bool]) -> None:
    """Encode what there is to encode, and wait for more, until it is ended."""
    while not ended():
        try:
            if not _do_one(queue, embedders):
                time.sleep(IDLE_S)
        except EngineUnavailable as error:  # what was claimed is another's now
            logger.warning("%s", error)
            time.sleep(AWAY_S)


def _do_one(queue: WorkQueue, embedders: Embedders) -> bool:
    claimed = queue.claim()
    if claimed is None:
        return False
    name, content = claimed
    try:
        with _beating(queue, name):
            result = encoded_shard(content, embedders)
    except BaseException:
        queue.give_back(name)
        raise
    queue.finish(name, result)
    return True


@contextmanager
def _beating(queue: WorkQueue, name: str) -> Iterator[None]:
    """Give a sign of life every few seconds."""
    done = threading.Event()

    def beat() -> None:
        while not done.wait(BEAT_S):
            queue.beat(name)

    thread = threading.Thread(target=beat, name="worker-beat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
