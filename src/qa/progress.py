"""Progress of long work: bars on a terminal, log lines elsewhere, or JSON lines for the process that reads them."""

import json
import logging
import sys
from collections.abc import Callable
from time import monotonic
from types import TracebackType
from typing import NoReturn, Self

from tqdm import tqdm

logger = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]
"""Called with the stage, how much of it is done, and how much there is."""

UNITS = {"reading": "files", "recognising": "pages", "encoding": "passages"}

LOG_EVERY_S = 5.0
TELL_EVERY_S = 0.1


def no_progress(stage: str, done: int, total: int) -> None:
    """Show nothing."""


class ProgressBars:
    """Shows one bar per stage; called with the stage, how much is done, and how much there is."""

    def __init__(self) -> None:
        self._stage = ""
        self._bar: tqdm[NoReturn] | None = None
        self._last_line = monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exception_type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def __call__(self, stage: str, done: int, total: int) -> None:
        if not sys.stderr.isatty():
            self._log(stage, done, total)
            return
        if stage != self._stage or self._bar is None:
            self._close()
            self._stage = stage
            self._bar = tqdm(total=total, desc=stage, unit=f" {UNITS.get(stage, 'done')}", file=sys.stderr)
        self._bar.update(done - self._bar.n)

    def _log(self, stage: str, done: int, total: int) -> None:
        if done == total or monotonic() - self._last_line >= LOG_EVERY_S:
            self._last_line = monotonic()
            logger.info("%s: %d of %d", stage, done, total)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


class ProgressLines:
    """Prints one JSON object a line on standard output: ``{"stage": …, "done": n, "total": n}``, ten a second at most.

    The first and the last line of a stage are never left out.
    """

    def __init__(self) -> None:
        self._stage = ""
        self._last_line = 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        if stage == self._stage and done != total and monotonic() - self._last_line < TELL_EVERY_S:
            return
        self._stage, self._last_line = stage, monotonic()
        print(json.dumps({"stage": stage, "done": done, "total": total}), flush=True)
