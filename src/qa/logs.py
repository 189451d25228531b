"""What is logged: a line a message, for people or as JSON, and with it the id of the request that it belongs to."""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, Literal

import structlog

from qa.escaping import escaped

LogFormat = Literal["console", "json"]
COLOURED = "color_message"  # uvicorn's message once more, with marks for a terminal
QUIET = ("httpx", "sentence_transformers", "transformers", "faiss")


def log_to_stderr(level: str, log_format: LogFormat = "console") -> None:
    """Log from a level on; libraries that have much to say say only their errors."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(log_format))
    logging.basicConfig(level=level.upper(), handlers=[handler])
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)


def formatter(log_format: LogFormat) -> logging.Formatter:
    """Makes a line of a record of ``logging``; what ``structlog.contextvars`` holds is in it.

    As JSON each line has ``timestamp``, ``level``, ``logger`` and ``event``, where there is one ``request_id`` and
    ``exception``, and what the record was given as ``extra``. For people a line is the level and the message, the lines
    of a traceback stay lines, and nothing else moves the cursor or turns the direction of text.
    """
    known: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        _without_colours,
    ]
    if log_format == "console":
        return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=known, processors=[_for_people])
    processors: list[structlog.typing.Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(),
    ]
    known += [structlog.stdlib.add_logger_name, structlog.processors.TimeStamper(fmt="iso")]
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=known, processors=processors)


def request_id() -> str | None:
    """The id of the request that is being answered; None outside of one."""
    value = structlog.contextvars.get_contextvars().get("request_id")
    return None if value is None else str(value)


def _without_colours(logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event.pop(COLOURED, None)
    return event


def _for_people(logger: object, method: str, event: MutableMapping[str, Any]) -> str:
    fields = {name: value for name, value in event.items() if not name.startswith("_")}
    level, message, exc_info = fields.pop("level"), fields.pop("event"), fields.pop("exc_info", None)
    named = [f"{name}={escaped(str(value))}" for name, value in fields.items()]
    line = " ".join([level.upper(), escaped(str(message)), *named])
    return f"{line}\n{''.join(traceback.format_exception(exc_info[1])).rstrip()}" if exc_info else line
