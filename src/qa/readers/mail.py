"""Mail and saved pages (MIME), by the standard library: what was written, and attachments as documents of their own.

Offsets count into the rendered text: who wrote to whom and when, then the message without the history that it quotes.
An attachment's id is the message's, ``/`` and its name; it is read as a file of that name is.
"""

import mailbox
import re
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart
from email.utils import parseaddr, parsedate_to_datetime
from pathlib import Path, PurePosixPath

from qa.errors import UnreadableFile
from qa.readers.decode import decode
from qa.readers.html import read_html
from qa.readers.metadata import one_line
from qa.readers.text import TextBuilder
from qa.types import Document, Unreadable

MAX_DEPTH = 3  # of messages attached to messages
MAX_MESSAGES = 10_000
MAX_HEADER = 20_000  # characters: some 500 addresses; the parser takes seconds for more
_QUOTED = re.compile(r"^>.*$", re.MULTILINE)
_INTRODUCES_QUOTE = re.compile(r"^.{4,200}(?:wrote|schrieb|escribió|a écrit|写道)\s*:\s*$", re.MULTILINE)
_UNSAFE = re.compile(r"[^\w.\-]+")
_SHOWN = ("From", "To", "Cc", "Date")


def read_mail(document_id: str, content: bytes) -> list[Document | Unreadable]:
    """Read ``.eml``; title, author and date are the subject, the sender and the date of sending."""
    return read_message(document_id, message_from_bytes(content, policy=policy.default))


def read_message(document_id: str, message: EmailMessage) -> list[Document | Unreadable]:
    """The documents of a message: itself, and its attachments.

    Raises:
        UnreadableFile: it has none of the headers that a message has.
    """
    if not any(_header(message, name) for name in (*_SHOWN, "Subject")):
        raise UnreadableFile("the file is no message: it has no From, To, Date or Subject; rename it to what it is")
    return list(_readings(document_id, message, 0))


def read_mailbox(document_id: str, content: bytes) -> list[Document | Unreadable]:
    """Read ``.mbox``; each message is a document with the file's id, ``/`` and its number."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "mbox")
        path.write_bytes(content)
        with closing(mailbox.mbox(path)) as box:
            raw = [message.as_bytes() for _, message in zip(range(MAX_MESSAGES), box, strict=False)]
            more = len(box) - len(raw)
    readings: list[Document | Unreadable] = []
    for number, message in enumerate(raw, start=1):
        parsed = message_from_bytes(message, policy=policy.default)
        readings += _readings(f"{document_id}/message-{number}", parsed, 0)
    if more:
        reason = f"it holds {more:,} messages more than the {MAX_MESSAGES:,} that are read; divide it"
        readings.append(Unreadable(document_id, reason))
    if not readings:
        raise UnreadableFile("the file holds no message; a mailbox begins with a line like 'From somebody …'")
    return readings


def read_saved_page(document_id: str, content: bytes) -> list[Document]:
    """Read ``.mht``: the page that a browser saved, without its pictures and scripts."""
    message = message_from_bytes(content, policy=policy.default)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            address = one_line(part.get("Content-Location") or message.get("Snapshot-Content-Location"))
            pages = read_html(document_id, _bytes(part))
            return [replace(page, url=page.url or address, retrieved=_date(message)) for page in pages]
    raise UnreadableFile("the file holds no page; save it anew from a browser")


def _readings(document_id: str, message: EmailMessage, depth: int) -> Iterator[Document | Unreadable]:
    builder = TextBuilder()
    builder.block("\n".join(f"{name}: {line}" for name in _SHOWN if (line := one_line(_header(message, name)))))
    for paragraph in re.split(r"\n\s*\n", _body(message)):
        builder.block(paragraph)
    name, address = parseaddr(_header(message, "From"))
    yield builder.described(
        Document(
            document_id,
            one_line(_header(message, "Subject")) or "",
            "",
            published=_date(message),
            author=one_line(name or address),
        )
    )
    for number, part in enumerate(message.iter_attachments(), start=1):
        yield from _attached(document_id, part, number, depth + 1)


def _header(message: EmailMessage, name: str) -> str:
    if sum(len(value) for key, value in message.raw_items() if key.lower() == name.lower()) > MAX_HEADER:
        return ""
    try:
        return str(message.get(name) or "")
    except Exception:  # noqa: BLE001  malformed headers raise whatever the parser stumbles over
        return ""


def _date(message: EmailMessage) -> str | None:
    try:
        return parsedate_to_datetime(_header(message, "Date")).date().isoformat()
    except (ValueError, TypeError):
        return None


def _body(message: EmailMessage) -> str:
    part = message.get_body(("plain", "html"))
    if part is None:
        return ""
    if part.get_content_type() == "text/html":
        try:
            return read_html("page.html", _bytes(part))[0].text
        except UnreadableFile:
            return ""
    text = _words(part).replace("\r\n", "\n")
    return _QUOTED.sub("", _INTRODUCES_QUOTE.sub("", text) if _QUOTED.search(text) else text)


def _words(part: MIMEPart) -> str:
    try:
        return str(part.get_content())
    except (LookupError, UnicodeError):  # it names an encoding that there is not, or another than it is in
        return decode(_bytes(part))


def _attached(document_id: str, part: EmailMessage, number: int, depth: int) -> Iterator[Document | Unreadable]:
    name = _UNSAFE.sub("-", PurePosixPath(part.get_filename() or f"attachment-{number}").name).strip(".-")
    attached_id = f"{document_id}/{number}-{name}"
    if depth > MAX_DEPTH:
        yield Unreadable(attached_id, f"messages are attached to messages more than {MAX_DEPTH} deep; save it apart")
    elif part.get_content_type() == "message/rfc822":
        yield from _readings(attached_id, part.get_content(), depth)
    elif part.get_content_maintype() not in ("image", "audio", "video"):
        yield from _as_file(attached_id, _bytes(part))


def _as_file(document_id: str, content: bytes) -> Iterator[Document | Unreadable]:
    from qa.readers import read  # noqa: PLC0415  the registry names this module

    try:
        yield from read(document_id, content)
    except UnreadableFile as error:
        yield Unreadable(document_id, str(error))


def _bytes(part: MIMEPart) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""
