"""Hostile pictures: small files that unpack to much, and damaged ones."""

import io
import struct
import zlib
from collections.abc import Iterator

from hostile_case import SECRET, Case
from PIL import Image, PngImagePlugin


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(width: int, height: int, *chunks: bytes, depth: int = 1, colour: int = 0) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + b"".join(chunks) + chunk(b"IEND", b"")


def saved(kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("L", (60, 80), 200).save(out, kind, **options)
    return out.getvalue()


def directory(entries: list[tuple[int, int, int, int]], following: int) -> bytes:
    packed = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return struct.pack("<H", len(entries)) + packed + struct.pack("<I", following)


def pictures() -> Iterator[Case]:
    many = zlib.compress(bytes(50_000_000), 9)
    zeros = chunk(b"IDAT", many)
    yield Case("picture/bomb.png", png(60_000, 60_000, zeros), reason="damaged, or of a kind|larger than|pictures")
    yield Case("picture/below.png", png(9_900, 9_900, zeros, depth=8, colour=2))
    yield Case(
        "picture/text-bomb.png",
        png(
            10,
            10,
            chunk(b"zTXt", b"a\0\0" + many),
            chunk(b"IDAT", zlib.compress(bytes(20))),
        ),
    )
    yield Case(
        "picture/profile.png",
        png(
            10,
            10,
            chunk(b"iCCP", b"a\0\0" + many),
            chunk(b"IDAT", zlib.compress(bytes(20))),
        ),
    )
    about = PngImagePlugin.PngInfo()
    about.add_text("Comment", SECRET)
    yield Case("picture/comment.png", saved("PNG", pnginfo=about))
    yield Case("picture/nothing.png", b"\x89PNG\r\n\x1a\n", reason=".")
    yield Case("picture/no-size.png", png(0, 0), reason=".")
    yield Case("picture/cut.jpg", saved("JPEG")[:200])
    yield Case("picture/markers.jpg", b"\xff\xd8\xff" + b"\xff\xe1\0\x02" * 100_000, reason=".")
    yield Case("picture/exif.jpg", saved("JPEG", exif=b"Exif\0\0II*\0" + b"\xff" * 200))
    size = [
        (256, 4, 1, 60),
        (257, 4, 1, 80),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, 8),
        (279, 4, 1, 1),
    ]
    yield Case("picture/circle.tif", b"II*\0" + struct.pack("<I", 8) + directory(size, 8))
    yield Case("picture/entries.tif", b"II*\0" + struct.pack("<I", 8) + directory(size * 9_000, 0))
    far = [(256, 4, 1, 60_000), (257, 4, 1, 60_000), *size[2:]]
    yield Case("picture/bomb.tif", b"II*\0" + struct.pack("<I", 8) + directory(far, 0), reason=".")
    yield Case("picture/nowhere.tif", b"II*\0" + struct.pack("<I", 0xFFFFFFF0), reason=".")
    pages = b"".join(directory(size, 8 + (len(size) * 12 + 6) * (n + 1)) for n in range(2_000))
    yield Case("picture/pages.tif", b"II*\0" + struct.pack("<I", 8) + pages + directory(size, 0), reason="2,001 pages")
