"""Hostile plain text, Markdown and JSON Lines."""

import json
from collections.abc import Iterator
from itertools import pairwise

from hostile_case import SECRET, SEEN, Case


def texts() -> Iterator[Case]:
    yield Case("text/huge-line.txt", b"word " * 1_500_000)
    yield Case("text/no-space.txt", b"a" * 3_000_000)
    yield Case("text/spaces.txt", b"a" + b" " * 3_000_000 + b"b")
    yield Case("text/nul.txt", b"words\0" * 1000, reason="not text")
    yield Case("text/controls.txt", bytes(range(1, 32)) * 1000, reason="not text")
    yield Case("text/broken-utf8.txt", b"\xff\xfe\xfa" + b"\xc3\x28" * 500 + b"\0")
    yield Case("text/utf16-odd.txt", b"\xff\xfea\0b\0c", reason="UTF-16")
    yield Case("text/blank.txt", b" \n\t\r\n" * 1000, reason="no words")
    yield Case("text/empty.txt", b"", reason="empty")
    yield Case("text/marks-only.txt", "\u0301\u200b\ufeff".encode() * 100, reason="no words")
    yield Case(
        "text/yaml-anchors.txt", b"---\na: &a [x]\n" + yaml_bomb() + b"tags: *i\n---\nwords\n", reason="front matter"
    )
    yield Case("text/yaml-object.md", b"---\ntitle: !!python/object/apply:os.system [id]\n---\nwords", reason="YAML")
    yield Case(
        "text/yaml-deep.md", b"---\ntitle: " + b"[" * 10_000 + b"\n---\nwords", reason="front matter|YAML|longer than"
    )
    yield Case("text/yaml-surrogate.md", b'---\ntitle: "\\ud800"\n---\nwords', reason="title must be one line of text")
    yield Case("text/yaml-unclosed.md", b"---\n" + b"a: b\n" * 200_000)
    yield Case("text/brackets.md", b"[" * 15_000 + b"a" + b"]" * 15_000)
    yield Case("text/image-brackets.md", b"![" * 10_000)
    yield Case("text/quotes.md", b">" * 50_000 + b" words")
    yield Case("text/lists.md", b"".join(b" " * n + b"- a\n" for n in range(1500)))
    yield Case("text/backticks.md", b"".join(b"e" + b"`" * n for n in range(1, 1500)))
    yield Case("text/stars.md", b"*a **a " * 8_000)
    yield Case("text/links.md", b"[a](<b" * 15_000)
    yield Case("text/definitions.md", b"".join(b"[a%d]: b\n" % n for n in range(8_000)) + b"[a1]" * 8_000)
    yield Case("text/table.md", b"|a" * 1000 + b"\n" + b"|-" * 1000 + b"\n" + b"|\n" * 1000)
    yield Case("text/entities.md", b"&" * 60_000 + b"&#x110000; &#xD800; words")
    yield Case("text/raw-html.md", f"<script>{SECRET}</script>\n\n{SEEN}\n".encode(), wanted=SEEN)


def yaml_bomb() -> bytes:
    names = "abcdefghi"
    return "".join(f"{n}: &{n} [{','.join([f'*{p}'] * 9)}]\n" for p, n in pairwise(names)).encode()


def lines() -> Iterator[Case]:
    good = json.dumps({"id": "good", "text": SEEN})
    for name, line in {
        "deep": "[" * 200_000,
        "number": '{"text": 1' + "0" * 10_000 + "}",
        "surrogate": '{"text": "half of a pair \\ud800"}',
        "list": '["text"]',
        "null": "null",
        "types": '{"text": ["words"], "title": {}}',
        "object-id": '{"id": {"a": 1}, "text": "words"}',
        "date": '{"text": "words", "published": "yesterday"}',
        "nan": '{"text": NaN}',
    }.items():
        yield Case(f"lines/{name}.jsonl", f"{line}\n{good}\n".encode(), wanted=SEEN, reason="line 1:")
    yield Case("lines/paths.jsonl", json.dumps({"id": "../../etc/passwd\0\u202e", "text": SEEN}).encode(), wanted=SEEN)
    yield Case("lines/same.jsonl", f"{good}\n{good}\n".encode(), wanted=SEEN, reason="earlier line")
    yield Case("lines/many.jsonl", b"x\n" * 20_000, reason="none of its lines")
    yield Case("lines/long.jsonl", json.dumps({"text": "word " * 500_000}).encode())
