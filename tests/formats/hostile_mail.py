"""Hostile messages, mailboxes and saved pages."""

import base64
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import honest
import office
from hostile_archives import bomb
from hostile_case import SECRET, SEEN, Case

HEAD = "From: Ann <ann@example.org>\nSubject: Bridge\nMIME-Version: 1.0\n"


def raw(headers: str, body: str) -> bytes:
    return f"{HEAD}{headers}\n\n{body}".encode()


def nested(depth: int) -> bytes:
    """Messages attached to messages."""
    message = EmailMessage()
    message["From"] = "ann@example.org"
    message.set_content(SEEN)
    for _ in range(depth):
        outer = EmailMessage()
        outer["From"] = "ann@example.org"
        outer.set_content(SEEN)
        outer.add_attachment(message)
        message = outer
    return message.as_bytes()


def alternating(depth: int) -> bytes:
    """A zip in a message in a zip in a message."""
    content = office.mail(SEEN)
    for _ in range(depth):
        content = office.mail(SEEN, attachments=[("a.zip", honest.zipped({"a.eml": content}))])
    return content


def mails(canary: Path, address: str) -> Iterator[Case]:
    yield Case("mail/nested.eml", nested(30), wanted=SEEN, reason="more than 3 deep")
    yield Case("mail/alternating.eml", alternating(12), wanted=SEEN)
    deep = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(3000))
    yield Case("mail/deep-parts.eml", f"{HEAD}{deep}\n\nwords".encode())
    parts = "--b\nContent-Disposition: attachment; filename=a.txt\n\nwords\n" * 1_000
    yield Case("mail/parts.eml", raw("Content-Type: multipart/mixed; boundary=b", f"{parts}--b--"))
    yield Case("mail/no-boundary.eml", raw("Content-Type: multipart/mixed", SEEN))
    yield Case("mail/unclosed.eml", raw("Content-Type: multipart/mixed; boundary=b", f"--b\n\n{SEEN}"), wanted=SEEN)
    for name in ("zip", "hex", "rot13", "idna", "utf-7", "undefined", "x" * 5000):
        yield Case(f"mail/charset-{name[:9]}.eml", raw(f"Content-Type: text/plain; charset={name}", SEEN))
    yield Case("mail/transfer.eml", raw("Content-Transfer-Encoding: x-uuencode", f"begin 666 /etc/passwd\n{SEEN}"))
    yield Case("mail/base64.eml", raw("Content-Transfer-Encoding: base64", "=" * 1_000_000 + SEEN))
    yield Case("mail/header.eml", f"Subject: {'=?utf-8?q?a?= ' * 20_000}\nFrom: a@example.org\n\n{SEEN}".encode())
    yield Case("mail/header-line.eml", f"From: {'a' * 1_000_000}\n\n{SEEN}".encode())
    yield Case("mail/addresses.eml", f"To: {'a@example.org, ' * 20_000}\nFrom: a@example.org\n\n{SEEN}".encode())
    yield Case("mail/comments.eml", f"From: {'(' * 20_000}a@example.org\n\n{SEEN}".encode())
    yield Case("mail/headers.eml", b"X: y\n" * 100_000 + raw("", SEEN))
    yield Case("mail/date.eml", raw("Date: Tue, 99 Foo 99999999 99:99:99 +9999", SEEN), wanted=SEEN)
    yield Case(
        "mail/quoted.eml", raw("Content-Type: text/plain", f"{SEEN}\n\n{'a' * 199} wrote\n" + "x" * 300_000 + "\n> y")
    )
    names = (
        "../../../etc/passwd",
        "a\0.txt",
        "a" * 3000 + ".txt",
        "\u202etxt.exe",
        "CON.txt",
        ".",
        "=?utf-8?q?=2e=2e/x.txt?=",
    )
    attached = [(name, SEEN.encode()) for name in names]
    yield Case("mail/names.eml", office.mail(SEEN, attachments=attached[2:]), wanted=SEEN)
    bare = "".join(f'--b\nContent-Disposition: attachment; filename="{n}"\n\nwords\n' for n in names)
    yield Case("mail/names-bare.eml", raw("Content-Type: multipart/mixed; boundary=b", f"{bare}--b--"))
    bombs = [("a.docx", bomb()), ("b.zip", bomb())]
    yield Case("mail/bombs.eml", office.mail(SEEN, attachments=bombs), wanted=SEEN, reason="unpacks to")
    external = f'message/external-body; access-type=URL; URL="{address}/x"; name="{canary}"'
    yield Case("mail/external-body.eml", raw(f"Content-Type: {external}", f"Content-Type: text/plain\n\n{SEEN}"))
    frame = f"<iframe src='{canary.as_uri()}'></iframe>"
    pixel = f"<img src='{address}/pixel'><link rel=stylesheet href='{address}/s'>{frame}"
    gone = f"<div style='display:none'>{SECRET}</div><script>{SECRET}</script>"
    page = f"<html><body><p>{SEEN}</p>{pixel}{gone}</body></html>"
    yield Case("mail/page.eml", raw("Content-Type: text/html", page), wanted=SEEN)
    yield Case(
        "mail/program.eml",
        office.mail(SEEN, attachments=[("a.exe", b"MZ" + SECRET.encode()), ("b.lnk", b"L")]),
        wanted=SEEN,
        reason="not supported",
    )
    yield Case("mail/no-message.eml", SEEN.encode(), reason="no message")
    yield Case("mail/saved.mht", raw("Content-Type: text/html", page), wanted=SEEN)
    linked = raw(
        f"Content-Type: multipart/related; boundary=b\nSnapshot-Content-Location: {address}",
        f"--b\nContent-Type: text/html\nContent-Location: {canary.as_uri()}\n\n{page}\n--b--",
    )
    yield Case("mail/linked.mht", linked, wanted=SEEN)
    yield Case("mail/deep.mht", raw("Content-Type: text/html", f"<p>{SEEN}{'<div>' * 100_000}"))
    packed = base64.b64encode(b"\x1f\x8b" + bytes(1000)).decode()
    yield Case("mail/packed.mht", raw("Content-Type: text/html\nContent-Transfer-Encoding: base64", packed))
    begin = b"From ann@example.org Tue May  3 10:00:00 1994\n"
    yield Case("mail/begins.mbox", b"From \n" * 9_000)
    yield Case("mail/nested.mbox", begin + nested(30), wanted=SEEN, reason="more than 3 deep")
    yield Case("mail/empty-messages.mbox", begin * 5)
