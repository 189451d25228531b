"""Compound files (OLE), written by hand: Word 97 documents and Outlook messages."""

import struct
from datetime import UTC, datetime

SECTOR, SMALL, CUTOFF = 512, 64, 4096
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def compound(tree):
    """A container of streams by name; a dict is a folder."""
    entries = [["Root Entry", 5, FREE, FREE, FREE, b""]]  # name, type, right sibling, child, first sector, content
    _add(entries, 0, tree)
    small, small_table, sectors, table = b"", [], [], []
    for entry in entries[1:]:
        if entry[1] == 2 and len(entry[5]) < CUTOFF:
            count = -(-len(entry[5]) // SMALL)
            entry[4] = len(small_table) if count else END
            small_table += [*range(len(small_table) + 1, len(small_table) + count), END] if count else []
            small += entry[5].ljust(count * SMALL, b"\0")

    def put(content):
        """The first sector of a chain that holds this."""
        if not content:
            return END
        first, count = len(sectors), -(-len(content) // SECTOR)
        sectors.extend(content[n * SECTOR : (n + 1) * SECTOR].ljust(SECTOR, b"\0") for n in range(count))
        table.extend([*range(first + 1, first + count), END])
        return first

    for entry in entries[1:]:
        if entry[1] == 2 and len(entry[5]) >= CUTOFF:
            entry[4] = put(entry[5])
    entries[0][4], entries[0][5] = put(small), small
    small_fat = put(b"".join(struct.pack("<I", n) for n in small_table))
    packed = b"".join(_entry(*entry) for entry in entries)
    directory = put(packed.ljust(-(-len(packed) // SECTOR) * SECTOR, b"\0"))
    fats = -(-(len(sectors) + 4) // (SECTOR // 4 - 1))
    first_fat = len(sectors)
    numbers = (table + [FAT] * fats + [FREE] * SECTOR)[: fats * SECTOR // 4]
    sectors.append(struct.pack(f"<{len(numbers)}I", *numbers))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, fats, directory, 0, CUTOFF, small_fat, int(bool(small)), END, 0)
    places = [*range(first_fat, first_fat + fats), *[FREE] * 109][:109]
    return head + struct.pack("<109I", *places) + b"".join(sectors)


def _add(entries, parent, tree):
    last = None
    for name, content in tree.items():
        number = len(entries)
        is_folder = isinstance(content, dict)
        entries.append(
            [name, 1 if is_folder else 2, FREE, FREE, 0 if is_folder else END, b"" if is_folder else content]
        )
        if last is None:
            entries[parent][3] = number
        else:
            entries[last][2] = number
        last = number
        if is_folder:
            _add(entries, number, content)


def _entry(name, kind, right, child, first, content):
    encoded = name.encode("utf-16-le") + b"\0\0"
    head = encoded.ljust(64, b"\0") + struct.pack("<HBBIII", len(encoded), kind, 1, FREE, right, child)
    return head + bytes(36) + struct.pack("<IQ", first, len(content))


def word(*paragraphs, flags=0, version=193):
    """A ``.doc``: each paragraph its words with the mark at its end, style, and properties of it and of its runs.

    A run is words with the name of a property that is set for them, or 0.
    """
    text, runs, ends = b"", [], []
    start = 1024
    for style, properties, *parts in paragraphs:
        for words, setting in parts:
            encoded = words.encode("utf-16-le")
            runs.append((start + len(text), setting))
            text += encoded
        ends.append((start + len(text), style, properties))
    body = text.ljust(-(-len(text) // SECTOR) * SECTOR, b"\0")
    runs_page, ends_page = (start + len(body)) // SECTOR, (start + len(body)) // SECTOR + 1
    pieces = b"\x02" + struct.pack("<III", 16, 0, len(text) // 2) + struct.pack("<HIH", 0, start, 0)
    tables = [
        struct.pack("<III", start, start + len(text), runs_page),
        struct.pack("<III", start, start + len(text), ends_page),
        pieces,
    ]
    head = bytearray(start)
    struct.pack_into("<HH", head, 0, 0xA5EC, version)
    struct.pack_into("<H", head, 0x0A, 0x0200 | flags)
    struct.pack_into("<i", head, 0x4C, len(text) // 2)
    position = 0
    for offset, part in zip((0xFA, 0x102, 0x1A2), tables, strict=True):
        struct.pack_into("<II", head, offset, position, len(part))
        position += len(part)
    starts = [*(place for place, _ in runs), start + len(text)]
    run_page = _page(starts, [(struct.pack("<BHB", 3, s, 1) if s else b"") for _, s in runs], 1)
    ends_of = [start, *(place for place, _, _ in ends)]
    marks = [struct.pack("<H", style) + b"".join(struct.pack("<HB", p, 1) for p in ps) for _, style, ps in ends]
    marks = [
        struct.pack("<BB", 0, len(mark) // 2) + mark
        if len(mark) % 2 == 0
        else struct.pack("<B", (len(mark) + 1) // 2) + mark
        for mark in marks
    ]
    return compound(
        {"WordDocument": bytes(head) + body + run_page + _page(ends_of, marks, 13), "1Table": b"".join(tables)}
    )


def _page(starts, records, width):
    page = bytearray(SECTOR)
    struct.pack_into(f"<{len(starts)}I", page, 0, *starts)
    end = SECTOR - 2
    for number, record in enumerate(records):
        if record:
            end -= len(record) + len(record) % 2
            page[end : end + len(record)] = record
            page[4 * len(starts) + number * width] = end // 2
    page[-1] = len(records)
    return bytes(page)


HIDDEN, DELETED, IN_TABLE, ROW_END = 0x083C, 0x0800, 0x2416, 0x2417


def row(*cells):
    """The paragraphs of a table's row."""
    return [*((0, [IN_TABLE], (f"{cell}\x07", 0)) for cell in cells), (0, [IN_TABLE, ROW_END], ("\x07", 0))]


def outlook(text="", subject="Words", attachments=(), html=b"", rich=b"", inner=None):
    """The streams of a ``.msg``; attachments are names and their bytes, or a message's streams."""
    sent = int((datetime(1994, 5, 3, 10, tzinfo=UTC) - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10**7
    tree = {
        "__properties_version1.0": bytes(24 if inner else 32) + struct.pack("<IIQ", 0x00390040, 6, sent),
        **{
            f"__substg1.0_{number}001F": words.encode("utf-16-le")
            for number, words in (
                ("0037", subject), ("0C1A", "Ann Lund"), ("5D01", "ann@example.org"), ("0E04", "Bo"), ("1000", text),
            )
            if words
        },
    }  # fmt: skip
    tree |= {"__substg1.0_10130102": html} if html else {}
    tree |= {"__substg1.0_10090102": rich} if rich else {}
    for number, (name, content) in enumerate(attachments):
        part = "__substg1.0_3701000D" if isinstance(content, dict) else "__substg1.0_37010102"
        tree[f"__attach_version1.0_#{number:08}"] = {
            "__substg1.0_3707001F": name.encode("utf-16-le"),
            part: content,
        }
    return tree
