"""One hostile file, and the words that all of them are about."""

from dataclasses import dataclass
from pathlib import Path

SECRET = "XYZZYSECRET"


SEEN = "These words are displayed and belong to the article about the bridge."


XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


@dataclass(frozen=True)
class Case:
    name: str
    content: bytes
    wanted: str | None = None
    reason: str | None = None


def html(inside: str, head: str = "") -> bytes:
    return f"<!doctype html><html><head>{head}</head><body><p>{SEEN}</p>{inside}</body></html>".encode()


def entities(canary: Path) -> str:
    """A document type that pulls in a file and grows by a factor of ten a line."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE html [<!ENTITY l0 "lol">{laughs}<!ENTITY file SYSTEM "{canary.as_uri()}">]>'
