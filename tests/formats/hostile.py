"""More than four hundred files that mean no good, made by this script; ``python hostile.py FOLDER`` writes them down.

``SECRET`` stands wherever a file hides words or points at words outside of itself: it may never be indexed. Where a
case names ``wanted`` words, the file is readable all the same and must give them; where it names a ``reason``, it must
be refused for it. The others may be read or refused, but end within the limits and crash nothing.
"""

import gzip
import io
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import honest
import office
from hostile_archives import books, words
from hostile_case import SECRET, Case, html
from hostile_mail import mails
from hostile_marks import cues, marked, notebooks, objects, tables
from hostile_office import open_documents, packed, rich_texts, sheets, slides
from hostile_older import crawls, documents, messages
from hostile_pages import hidden_in_pages, pages
from hostile_papers import papers
from hostile_pictures import pictures
from hostile_texts import lines, texts
from PIL import Image

COUNT = 520
NOBODY = "http://127.0.0.1:9"


def cases(canary: Path, address: str = NOBODY) -> list[Case]:
    """All of them; some try to have ``canary`` read, a file with the secret in it, or a server at ``address``."""
    made = [
        *texts(), *pages(canary), *hidden_in_pages(), *lines(), *words(canary), *books(canary), *papers(canary),
        *sheets(canary, address), *slides(canary, address), *open_documents(canary, address),
        *rich_texts(canary, address), *packed(), *mails(canary, address), *tables(address), *notebooks(address),
        *objects(canary, address), *cues(), *marked(canary, address), *pictures(),
        *documents(), *messages(), *crawls(canary, address), *wrong_suffixes(), *cut_off(),
    ]  # fmt: skip
    made += list(flipped(COUNT - len(made)))
    assert len({case.name for case in made}) == len(made) == COUNT
    return made


def wrong_suffixes() -> Iterator[Case]:
    picture = io.BytesIO()
    Image.new("L", (60, 80), 200).save(picture, "PNG")
    for name, content in {
        "pdf.txt": honest.pdf(),
        "pdf.html": honest.pdf(),
        "pdf.docx": honest.pdf(),
        "docx.pdf": honest.word(),
        "page.txt": html(f"<script>{SECRET}</script>"),
        "page.pdf": html(""),
        "page.epub": html(""),
        "old.docx": b"\xd0\xcf\x11\xe0" * 500,
        "rich.docx": b"{\\rtf1 words}",
        "zip.txt": honest.word(),
        "picture.pdf": picture.getvalue(),
        "picture.html": picture.getvalue(),
        "packed.html": gzip.compress(html(""), mtime=0),
        "program.md": b"\x7fELF\x02\x01\x01\0" * 500,
        "docx.epub": honest.word(),
        "epub.docx": honest.epub(),
        "page.jsonl": html(""),
        "words.xyz": b"words",
        "suffixless": b"words",
    }.items():
        yield Case(f"wrong/{name}", content, reason=".")


HONEST = {
    "a.pdf": honest.pdf, "a.docx": honest.word, "a.epub": honest.epub, "a.html": honest.html, "a.md": honest.markdown,
    "a.xlsx": lambda: office.sheets(Bridge=[["Year", "Words"], [1803, honest.FIRST]]),
    "a.pptx": lambda: office.slides(("Bridge", honest.FIRST), notes=honest.NOTE),
    "a.odt": lambda: office.open_document(office.paragraph(honest.FIRST)),
    "a.zip": lambda: honest.zipped({"a.md": honest.markdown(), "b.docx": honest.word()}),
    "a.eml": lambda: office.mail(honest.FIRST, attachments=[("a.docx", honest.word())]),
    "a.rtf": lambda: b"{\\rtf1 " + honest.LAST.encode() + b"\\par}",
}  # fmt: skip


def cut_off() -> Iterator[Case]:
    for name, make in HONEST.items():
        content = make()
        for percent in (10, 50, 98):
            yield Case(f"cut/{percent}-{name}", content[: len(content) * percent // 100])


FLIPPED = ("a.pdf", "a.docx", "a.epub", "a.xlsx", "a.pptx", "a.odt", "a.zip", "a.eml", "a.rtf")


def flipped(count: int) -> Iterator[Case]:
    """Honest binary files with a few bytes changed, by a generator that always gives the same."""
    chance = random.Random(20)
    binary = [(name, HONEST[name]()) for name in FLIPPED]
    for number in range(count):
        name, content = binary[number % len(binary)]
        changed = bytearray(content)
        for _ in range(chance.randint(1, 40)):
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
        yield Case(f"flipped/{number}-{name}", bytes(changed))


if __name__ == "__main__":
    target = Path(sys.argv[1]).resolve()
    outside = target.with_name(f"{target.name}-canary.txt")
    outside.parent.mkdir(parents=True, exist_ok=True)
    outside.write_text(SECRET)
    for case in cases(outside):
        (target / case.name).parent.mkdir(parents=True, exist_ok=True)
        (target / case.name).write_bytes(case.content)
