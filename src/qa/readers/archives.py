"""Zip containers (DOCX, EPUB): opened only when what they would unpack to is within bounds."""

import io
import zipfile
import zlib

from qa.errors import UnreadableFile

MAX_ENTRIES = 10_000
MAX_UNPACKED_BYTES = 256 * 2**20
MAX_PART_BYTES = 64 * 2**20
_PASSWORD_FLAG = 0x1


def open_archive(content: bytes) -> zipfile.ZipFile:
    """Open a zip file from memory. The sizes that it declares bound what is ever unpacked: reading stops there.

    Raises:
        UnreadableFile: no zip file, too many entries, too large when unpacked, or protected by a password.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise UnreadableFile(f"the file is damaged or cut off ({error}); get it again from its source") from error
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise UnreadableFile(f"the file packs {len(entries)} parts, at most {MAX_ENTRIES} are read")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED_BYTES:
        raise UnreadableFile(
            f"the file unpacks to {unpacked / 2**20:,.0f} MB, at most {MAX_UNPACKED_BYTES // 2**20} MB are read"
        )
    if any(entry.flag_bits & _PASSWORD_FLAG for entry in entries):
        raise UnreadableFile("the file is protected by a password; save a copy without one")
    return archive


def read_part(archive: zipfile.ZipFile, name: str) -> bytes:
    """Unpack one part.

    Raises:
        UnreadableFile: the part is missing, too large or damaged.
    """
    try:
        size = archive.getinfo(name).file_size
        if size > MAX_PART_BYTES:
            raise UnreadableFile(
                f"the part {name!r} unpacks to {size / 2**20:,.0f} MB, at most {MAX_PART_BYTES // 2**20} MB are read"
            )
        return archive.read(name)
    except KeyError as error:
        raise UnreadableFile(f"the part {name!r} is missing; get the file again from its source") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise UnreadableFile(f"the part {name!r} is damaged ({error}); get the file again from its source") from error
