"""MSG (Outlook): a message with its attachments, turned into one of MIME and read as ``.eml`` is.

The container is opened by olefile (BSD), its rich text by compressed-rtf (MIT); the names of its streams are the
properties' numbers ([MS-OXMSG] 2).
"""

import datetime as dt
import struct
from contextlib import suppress
from email.message import EmailMessage
from email.utils import format_datetime

import compressed_rtf
import olefile

from qa.errors import UnreadableFile
from qa.readers.decode import decode_html
from qa.readers.mail import MAX_DEPTH, read_message
from qa.readers.metadata import one_line
from qa.readers.rich_text import plain_text
from qa.types import Document, Unreadable

MAX_ATTACHMENTS = 200
_UNICODE, _SINGLE_BYTES, _BINARY, _MESSAGE = "001F", "001E", "0102", "000D"
_SUBJECT, _TO, _CC, _BODY, _HTML, _RICH, _CONTENT = "0037", "0E04", "0E03", "1000", "1013", "1009", "3701"
_SENDER, _SENDER_ADDRESSES, _FILE_NAMES = "0C1A", ("5D01", "0C1F"), ("3707", "3704", "3001")
_DATES = (0x0039_0040, 0x0E06_0040)  # sent, received
_EPOCH = dt.datetime(1601, 1, 1, tzinfo=dt.UTC)
_PROPERTIES = "__properties_version1.0"
_TOP_HEADER, _INNER_HEADER, _ENTRY = 32, 24, 16  # bytes before the first property, and of each
Folder = tuple[str, ...]


def read_outlook(document_id: str, content: bytes) -> list[Document | Unreadable]:
    """Read ``.msg``; title, author and date are the subject, the sender and the date of sending."""
    with olefile.OleFileIO(content) as container:
        if not container.exists(_PROPERTIES):
            raise UnreadableFile("the file holds no message; rename it to what it is")
        return read_message(document_id, _message(container, (), 0))


def _message(container: olefile.OleFileIO, folder: Folder, depth: int) -> EmailMessage:
    message = EmailMessage()
    headers = {
        "Subject": _text(container, folder, _SUBJECT),
        "From": _sender(container, folder),
        "To": _text(container, folder, _TO),
        "Cc": _text(container, folder, _CC),
        "Date": _date(container, folder),
    }
    for name, value in headers.items():
        if line := one_line(value):
            message[name] = line
    body, page = _text(container, folder, _BODY), _bytes(container, folder, _HTML + _BINARY)
    if not body.strip() and page:
        message.set_content(_encodable(decode_html(page)), subtype="html")
    else:
        message.set_content(_encodable(body if body.strip() else _rich_text(container, folder)))
    for name in _folders(container, folder, "__attach_version1.0_#"):
        _attach(container, (*folder, name), message, depth)
    return message


def _attach(container: olefile.OleFileIO, folder: Folder, message: EmailMessage, depth: int) -> None:
    inner = (*folder, f"__substg1.0_{_CONTENT}{_MESSAGE}")
    if container.exists([*inner, _PROPERTIES]):
        if depth <= MAX_DEPTH:  # the reader of messages reports those that lie deeper
            message.add_attachment(_message(container, inner, depth + 1))
        return
    name = next(filter(None, (one_line(_text(container, folder, number)) for number in _FILE_NAMES)), "attachment")
    content = _bytes(container, folder, _CONTENT + _BINARY)
    message.add_attachment(content, maintype="application", subtype="octet-stream", filename=_encodable(name))


def _folders(container: olefile.OleFileIO, folder: Folder, prefix: str) -> list[str]:
    depth = len(folder)
    names = {
        path[depth]
        for path in container.listdir(streams=False, storages=True)
        if len(path) == depth + 1 and tuple(path[:depth]) == folder and path[depth].startswith(prefix)
    }
    if len(names) > MAX_ATTACHMENTS:
        raise UnreadableFile(f"it has {len(names)} attachments, at most {MAX_ATTACHMENTS} are read; save them apart")
    return sorted(names)


def _sender(container: olefile.OleFileIO, folder: Folder) -> str:
    name = _text(container, folder, _SENDER).replace('"', "").strip()
    address = next(filter(None, (_text(container, folder, number) for number in _SENDER_ADDRESSES)), "")
    return f'"{name}" <{address}>' if "@" in address else name


def _date(container: olefile.OleFileIO, folder: Folder) -> str:
    packed = _bytes(container, folder, "", _PROPERTIES)
    values: dict[int, int] = {}
    for start in range(_INNER_HEADER if folder else _TOP_HEADER, len(packed) - _ENTRY + 1, _ENTRY):
        tag, _, value = struct.unpack_from("<IIQ", packed, start)
        values[tag] = value
    with suppress(OverflowError, ValueError):
        ticks = next((values[tag] for tag in _DATES if tag in values), 0)
        return format_datetime(_EPOCH + dt.timedelta(microseconds=ticks // 10)) if ticks else ""
    return ""


def _rich_text(container: olefile.OleFileIO, folder: Folder) -> str:
    packed = _bytes(container, folder, _RICH + _BINARY)
    try:
        rich: bytes = compressed_rtf.decompress(packed) if packed else b""
        return plain_text(rich) if rich.startswith(b"{\\rtf") else ""
    except ValueError as error:
        raise UnreadableFile("its message is damaged; save it anew as .eml") from error


def _text(container: olefile.OleFileIO, folder: Folder, number: str) -> str:
    wide = _bytes(container, folder, number + _UNICODE)
    if wide:
        return wide.decode("utf-16-le", "replace").rstrip("\0")
    return _bytes(container, folder, number + _SINGLE_BYTES).decode("cp1252", "replace").rstrip("\0")


def _bytes(container: olefile.OleFileIO, folder: Folder, number: str, name: str = "") -> bytes:
    path = [*folder, name or f"__substg1.0_{number}"]
    content: bytes = container.openstream(path).read() if container.exists(path) else b""
    return content


def _encodable(text: str) -> str:
    return text.replace("\r\n", "\n").encode("utf-8", "replace").decode()
