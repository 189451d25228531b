"""Lines of the log: one a message, for people or machines, with the id of the request."""

import json
import logging
import sys

import pytest
from structlog.contextvars import bound_contextvars

from qa.logs import formatter, request_id


def record(message: str, *values: object, exc_info=None, **extra: object) -> logging.LogRecord:
    made = logging.getLogger("qa.test").makeRecord(
        "qa.test", logging.ERROR, "x", 1, message, values, exc_info, extra=extra
    )
    assert made.levelname == "ERROR"
    return made


def failure():
    """What ``sys.exc_info`` says of a failure."""
    try:
        raise ValueError("no such ferry")
    except ValueError:
        return sys.exc_info()


def test_a_line_for_people_is_one_line() -> None:
    """A name with a line end makes no second record."""
    line = formatter("console").format(record("%s cannot be read", "a\nINFO all is well\u202e"))
    assert line == "ERROR a\\nINFO all is well\\u202e cannot be read"


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_a_message_stands_once(log_format) -> None:
    """uvicorn's second message, with marks for a terminal, is left out; other fields stay."""
    line = formatter(log_format).format(record("Started", color_message="\x1b[36mStarted", port=8000))
    assert line.count("Started") == 1
    assert "8000" in line


def test_a_traceback_keeps_its_lines() -> None:
    """The traceback of a failure follows the message."""
    first, *rest = formatter("console").format(record("failed", exc_info=failure())).splitlines()
    assert first == "ERROR failed"
    assert rest[0] == "Traceback (most recent call last):"
    assert rest[-1] == "ValueError: no such ferry"


def test_the_request_is_named() -> None:
    """While a request is answered every line has its id; outside of one none has."""
    assert request_id() is None
    with bound_contextvars(request_id="abc"):
        assert request_id() == "abc"
        assert formatter("console").format(record("slow", took_ms=3)) == "ERROR slow request_id=abc took_ms=3"
        line = json.loads(formatter("json").format(record("slow", took_ms=3)))
    assert (line["event"], line["level"], line["logger"], line["took_ms"], line["request_id"]) == (
        "slow", "error", "qa.test", 3, "abc",
    )  # fmt: skip
    assert formatter("console").format(record("slow")) == "ERROR slow"


@pytest.mark.parametrize("text", ["plain", "a\nb", "\u202e", "漢字"])
def test_a_line_of_json_is_one_line(text: str) -> None:
    """Whatever is said, a record is one line of JSON, with a failure's traceback inside."""
    line = formatter("json").format(record(text, exc_info=failure()))
    assert "\n" not in line
    assert json.loads(line)["event"] == text
    assert "no such ferry" in json.loads(line)["exception"]
