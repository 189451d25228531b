"""Many clients in one process that ask at once, and how long each answer took: ``attack.py`` measures with them.

They are tasks of one event loop: threads would wait for each other, and measure that.
"""

import asyncio
import itertools
import statistics
import time

REFUSED_PAUSE_S = 0.5
PAUSE_S = 0.05
TOO_MANY = 429


def ask_until(host: str, port: int, path: str, ends: float, askers: int) -> list[tuple[int, float]]:
    """The status of each answer (0 for none) and the seconds it took, until a moment (``time.time``).

    ``{}`` in the path stands for a number that never comes again.
    """
    return asyncio.run(_ask_all(host, port, path, ends, askers))


async def _ask_all(host: str, port: int, path: str, ends: float, askers: int) -> list[tuple[int, float]]:
    numbers = itertools.count()
    seen: list[tuple[int, float]] = []

    async def ask_on() -> None:
        while time.time() < ends:
            began = time.monotonic()
            status = await _status(host, port, path.format(next(numbers)))
            seen.append((status, time.monotonic() - began))
            await asyncio.sleep(REFUSED_PAUSE_S if status == TOO_MANY else PAUSE_S)

    await asyncio.gather(*(ask_on() for _ in range(askers)))
    return seen


async def _status(host: str, port: int, path: str) -> int:
    try:
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()
    except OSError:
        return 0
    return int(answer[9:12] or 0)


def percentile(values: list[float], percent: int) -> float:
    """Of seconds, as they come."""
    return statistics.quantiles(values, n=100)[percent - 1] if len(values) > 1 else 0.0
