"""Hostile Word 97 documents, Outlook messages and archives of web pages."""

import gzip
import plistlib
import struct
from collections.abc import Iterator
from pathlib import Path

from compound import DELETED, HIDDEN, compound, outlook, word
from hostile_archives import bomb
from hostile_case import SECRET, SEEN, Case, html

HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/html"


def record(body: bytes, head: str = HEAD, address: str = "https://a.org/b") -> bytes:
    content = head.encode() + b"\r\n\r\n" + body
    about = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {address}\r\nContent-Length: {len(content)}\r\n\r\n"
    return about.encode() + content + b"\r\n\r\n"


def documents() -> Iterator[Case]:
    seen = (0, [], (f"{SEEN}\r", 0))
    good = word(seen, (0, [], (f"{SECRET}\r", HIDDEN)), (0, [], (f"{SECRET}\r", DELETED)))
    yield Case("old/hidden.doc", good, wanted=SEEN)
    yield Case("old/field.doc", word(seen, (0, [], (f"\x13 INCLUDETEXT {SECRET} \x14shown\x15\r", 0))), wanted=SEEN)
    yield Case("old/open-fields.doc", word(seen, (0, [], ("\x13" * 30_000 + "\r", 0))), wanted=SEEN)
    yield Case("old/no-table.doc", compound({"WordDocument": bytes(2000)}), reason="older than 97")
    for name, offset in (("runs", 0xFA), ("paragraphs", 0x102), ("pieces", 0x1A2), ("counts", 0x4C)):
        for value in (0xFFFFFFFF, 0x7FFFFFF0):
            changed = bytearray(good)
            start = changed.index(b"\xec\xa5")
            struct.pack_into("<II", changed, start + offset, 0, value)
            yield Case(f"old/{name}-{value:x}.doc", bytes(changed))
    changed = bytearray(good)
    changed[0x2C:0x50] = b"\xff" * 0x24  # where the container's tables are
    yield Case("old/tables.doc", bytes(changed), reason="damaged")
    for percent in (10, 50, 98):
        yield Case(f"old/cut-{percent}.doc", good[: len(good) * percent // 100])


def messages() -> Iterator[Case]:
    tree = outlook(SEEN, inner=True)
    for _ in range(12):
        tree = outlook(SEEN, attachments=[("a.msg", tree)], inner=True)
    nested = compound(outlook(SEEN, attachments=[("a.msg", tree)]))
    yield Case("outlook/nested.msg", nested, wanted=SEEN, reason="more than 3 deep")
    files = [("../../evil.txt", SECRET.encode()), ("a.exe", b"MZ"), ("b.zip", bomb()), ("\0\n.txt", b"words")]
    yield Case("outlook/attached.msg", compound(outlook(SEEN, attachments=files[1:])), wanted=SEEN, reason="unpacks to")
    many = compound(outlook(SEEN, attachments=[("a.txt", b"w")] * 300))
    yield Case("outlook/many.msg", many, reason="300 attachments")
    packed = struct.pack("<IIII", 2**31 - 1, 2**31 - 1, 0x75465A4C, 0) + b"\0" * 100_000
    yield Case("outlook/rich.msg", compound(outlook("", rich=packed)))
    page = html(f"<script>{SECRET}</script><div hidden>{SECRET}</div>")
    yield Case("outlook/page.msg", compound(outlook("", html=page)), wanted=SEEN)
    subject = "a\r\nBcc: x@example.org\r\n\r\n" + "b" * 50_000
    yield Case("outlook/headers.msg", compound(outlook(SEEN, subject=subject)), wanted=SEEN)


def crawls(canary: Path, address: str) -> Iterator[Case]:
    good = record(html(""))
    packed = gzip.compress(b"a" * (66 * 2**20))
    content = record(packed, f"{HEAD}\r\nContent-Encoding: gzip")
    yield Case("crawl/inner-bomb.warc", content, reason="unpacks to")
    yield Case("crawl/length.warc", good.replace(b"Content-Length: ", b"Content-Length: 99999999"), wanted=SEEN)
    yield Case("crawl/negative.warc", good.replace(b"Content-Length: ", b"Content-Length: -"))
    yield Case("crawl/head.warc", b"WARC/1.0\r\n" + b"a: b\r\n" * 100_000 + b"\r\n")
    yield Case("crawl/line.warc", b"WARC/1.0\r\n" + b"a" * 1_000_000)
    yield Case("crawl/addresses.warc", record(html(""), address="https://[/../../etc/passwd"), wanted=SEEN)
    page = html(f"<script>{SECRET}</script><img src='{address}/p'><iframe src='{canary.as_uri()}'></iframe>")
    yield Case("crawl/page.warc", record(page), wanted=SEEN)
    yield Case("crawl/cut.warc.gz", gzip.compress(good)[:-20])
    main = {"WebMainResource": {"WebResourceData": page, "WebResourceURL": canary.as_uri()}}
    yield Case("crawl/page.webarchive", plistlib.dumps(main), wanted=SEEN)
    dtd = f'<!DOCTYPE plist [<!ENTITY x SYSTEM "{canary.as_uri()}">]>'.encode()
    body = b"<plist><dict><key>WebMainResource</key><string>&x;</string></dict></plist>"
    content = b"<?xml version='1.0'?>" + dtd + body
    yield Case("crawl/entity.webarchive", content, reason="no web archive")
    yield Case("crawl/deep.webarchive", b"<?xml version='1.0'?><plist>" + b"<array>" * 100_000, reason="no web archive")
    offsets = b"bplist00" + b"\xa1\0" * 5 + bytes(6) + struct.pack(">BBQQQ", 8, 8, 2**40, 0, 8)
    yield Case("crawl/binary.webarchive", offsets, reason="no web archive")
