"""What a file is, by its content: a name or a header of the sender counts for nothing (ASVS 5.0, V5 file handling).

Taken: PDF, DOCX, XLSX, ODT, ODS, PNG and JPEG, whole, readable without a password and without anything that runs.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

MOST_ENTRIES = 4000  # in a document that is a zip
MOST_UNPACKED = 100 * 1024 * 1024  # bytes; a whole annual report stays far below
MOST_PIXELS = 20_000  # a side


@dataclass(frozen=True, slots=True)
class FileType:
    """A kind of file that is taken."""

    media_type: str
    extension: str
    also: tuple[str, ...] = ()  # other endings of a name that mean the same


PDF = FileType("application/pdf", "pdf")
DOCX = FileType("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx")
XLSX = FileType("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx")
ODT = FileType("application/vnd.oasis.opendocument.text", "odt")
ODS = FileType("application/vnd.oasis.opendocument.spreadsheet", "ods")
PNG = FileType("image/png", "png")
JPEG = FileType("image/jpeg", "jpg", ("jpeg", "jpe"))
TAKEN = (PDF, DOCX, XLSX, ODT, ODS, PNG, JPEG)
BY_MEDIA_TYPE = {kind.media_type: kind for kind in TAKEN}

# what can be wrong with a file; `uploads` has the words
EMPTY, UNKNOWN, DAMAGED, LOCKED, ACTIVE, NESTED, OLD_OFFICE = (
    "file_empty",
    "file_type",
    "file_damaged",
    "file_locked",
    "file_active",
    "file_nested",
    "file_old_office",
)
REFUSALS = (EMPTY, UNKNOWN, DAMAGED, LOCKED, ACTIVE, NESTED, OLD_OFFICE)


class Unacceptable(ValueError):
    """This content is not taken; `code` is one of REFUSALS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def file_type_of(content: bytes) -> FileType:
    """The kind of this content. Raises Unacceptable for everything that is not whole, plain and of a taken kind."""
    if not content:
        raise Unacceptable(EMPTY)
    for magic, look in _LOOKS:
        if content.startswith(magic):
            return look(content)
    raise Unacceptable(UNKNOWN)


# --- PDF ---------------------------------------------------------------------------------------------------

# a name may be written with its letters as #4A; whole passes, because a file can hold millions of them
_ESCAPES = {
    code.encode(): letter.encode()
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    for code in {f"#{ord(letter):02x}", f"#{ord(letter):02X}"}
}
_PDF_LOCKED = re.compile(rb"/Encrypt(?=[\s<])")
_PDF_RUNS = re.compile(rb"/(?:JavaScript|Launch|RichMedia|Rendition)(?=[\s<(\[/>])")
_PDF_FILES = re.compile(rb"/EmbeddedFiles?(?=[\s<\[/>])")
_OBJECTS = re.compile(rb"/ObjStm\b")
_STREAM = re.compile(rb"stream\r?\n")
MOST_OBJECTS = 20_000  # compressed packs in a PDF; each holds a hundred objects or so
OBJECT_HEAD = 2000  # bytes within which a pack begins
PIECE = 8 * 1024


def _pdf(content: bytes) -> FileType:
    if b"%%EOF" not in content[-2048:] or b"startxref" not in content[-4096:]:
        raise Unacceptable(DAMAGED)
    for part in (content, *_pdf_objects(content)):
        plain = _unescaped(part)
        if _PDF_LOCKED.search(plain):
            raise Unacceptable(LOCKED)
        if _PDF_RUNS.search(plain):
            raise Unacceptable(ACTIVE)
        if _PDF_FILES.search(plain):
            raise Unacceptable(NESTED)
    return PDF


def _unescaped(part: bytes) -> bytes:
    if b"#" in part:
        for code, letter in _ESCAPES.items():
            part = part.replace(code, letter)
    return part


def _pdf_objects(content: bytes) -> Iterator[bytes]:
    """Objects that lie compressed in the file, where names would otherwise hide."""
    left = MOST_UNPACKED
    for number, found in enumerate(_OBJECTS.finditer(content)):
        if number >= MOST_OBJECTS:
            raise Unacceptable(DAMAGED)
        begin = _STREAM.search(content, found.end(), found.end() + OBJECT_HEAD)
        if begin is None:
            continue
        try:
            part = _unpacked(content, begin.end(), left)
        except zlib.error:
            continue  # packed otherwise, or a reader could not open it either
        left -= len(part)
        if left <= 0:
            raise Unacceptable(DAMAGED)
        yield part


def _unpacked(content: bytes, place: int, most: int) -> bytes:
    """One pack, read piece by piece: what lies behind it is not copied for each of thousands."""
    unpacker, parts, left = zlib.decompressobj(), [], most
    while not unpacker.eof and place < len(content) and left > 0:
        parts.append(unpacker.decompress(content[place : place + PIECE], left))
        left -= len(parts[-1])
        place += PIECE
    return b"".join(parts)


# --- documents that are a zip ------------------------------------------------------------------------------

_MAIN_PARTS = {
    b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": (DOCX, "word/document.xml"),
    b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": (XLSX, "xl/workbook.xml"),
}
_OFFICE_RUNS = re.compile(
    r"(?:^|/)(?:vbaProject[^/]*|vbaData[^/]*|macrosheets/.*|activeX/.*|embeddings/.*|customUI[^/]*/.*|"
    r"Basic/.*|Scripts/.*|Object \d+/.*\.bin)$|\.(?:exe|dll|js|vbs|bat|cmd|ps1|scr|hta|jar|com)$",
    re.IGNORECASE,
)
_RELATION = re.compile(rb"<Relationship\b", re.IGNORECASE)
_EXTERNAL = re.compile(rb"TargetMode\s{0,100}=\s{0,100}[\"']External", re.IGNORECASE)
_LOADED = re.compile(rb"/(?:attachedTemplate|oleObject|frame|subDocument)[\"']", re.IGNORECASE)
LONGEST_NAME = 250  # of a part; longer ones only cost time


def _zip(content: bytes) -> FileType:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return _document(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, struct.error, RuntimeError, ValueError) as error:
        if isinstance(error, Unacceptable):
            raise
        raise Unacceptable(DAMAGED) from error


def _document(archive: zipfile.ZipFile) -> FileType:
    entries = archive.infolist()
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Unacceptable(LOCKED)
    names = [entry.filename for entry in entries]
    # other packings than these are in no document, and may ask for gigabytes of memory to be unpacked
    if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries):
        raise Unacceptable(DAMAGED)
    too_much = len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_UNPACKED
    if too_much or len(set(names)) != len(names) or any(map(_is_odd, names)):
        raise Unacceptable(DAMAGED)
    kind = _open_document(archive, names) or _office_document(archive, names)
    if kind is None:
        raise Unacceptable(UNKNOWN)
    if any(_OFFICE_RUNS.search(name) for name in names):
        raise Unacceptable(ACTIVE)
    if archive.testzip() is not None:
        raise Unacceptable(DAMAGED)
    return kind


def _is_odd(name: str) -> bool:
    """Whether a part's name leads out of the archive, or is of no length a document has."""
    return len(name) > LONGEST_NAME or name.startswith("/") or "\\" in name or ".." in name.split("/")


def _loads_from_elsewhere(relations: bytes) -> bool:
    """Whether a document fetches a template, object or part from outside when it is opened."""
    for start in _RELATION.split(relations)[1:]:
        tag = start.partition(b">")[0]
        if _EXTERNAL.search(tag) and _LOADED.search(tag):
            return True
    return False


def _open_document(archive: zipfile.ZipFile, names: list[str]) -> FileType | None:
    if "mimetype" not in names or "META-INF/manifest.xml" not in names or "content.xml" not in names:
        return None
    media_type = archive.read("mimetype")[:200].decode("ascii", "replace").strip()
    if b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise Unacceptable(LOCKED)
    return BY_MEDIA_TYPE.get(media_type)


def _office_document(archive: zipfile.ZipFile, names: list[str]) -> FileType | None:
    if "[Content_Types].xml" not in names:
        return None
    types = archive.read("[Content_Types].xml")
    if b"macroEnabled" in types or b"vbaProject" in types:
        raise Unacceptable(ACTIVE)
    if any(_loads_from_elsewhere(archive.read(name)) for name in names if name.endswith(".rels")):
        raise Unacceptable(ACTIVE)
    for main, (kind, part) in _MAIN_PARTS.items():
        if main in types and part in names:
            return kind
    return None


def _old_office(_content: bytes) -> FileType:
    """DOC and XLS, and what Office makes of a document with a password."""
    raise Unacceptable(OLD_OFFICE)


# --- pictures ----------------------------------------------------------------------------------------------


def _png(content: bytes) -> FileType:
    place, first = 8, True
    while place + 12 <= len(content):
        length, name = struct.unpack(">I4s", content[place : place + 8])
        end = place + 12 + length
        if end > len(content) or first != (name == b"IHDR"):
            break
        body = content[place + 4 : end - 4]
        if zlib.crc32(body) != int.from_bytes(content[end - 4 : end], "big"):
            break
        if first and not (length == 13 and _is_fair(*struct.unpack(">II", body[4:12]))):
            break
        if name == b"IEND":
            if end == len(content):
                return PNG
            break
        place, first = end, False
    raise Unacceptable(DAMAGED)


def _is_fair(width: int, height: int) -> bool:
    return 0 < width <= MOST_PIXELS and 0 < height <= MOST_PIXELS


_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # segments that give the size of the picture


def _jpeg(content: bytes) -> FileType:
    """Segment by segment up to the picture itself; cameras leave notes of their own behind its end."""
    place, framed = 2, False
    while place + 4 <= len(content) and content[place] == 0xFF:
        marker, length = content[place + 1], int.from_bytes(content[place + 2 : place + 4], "big")
        if marker == 0xFF:
            place += 1
            continue
        if length < 2 or place + 2 + length > len(content):
            break
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", content[place + 5 : place + 9])
            framed = _is_fair(width, height)
        if marker == 0xDA:
            if framed and b"\xff\xd9" in content[place + 2 + length :]:
                return JPEG
            break
        place += 2 + length
    raise Unacceptable(DAMAGED)


_LOOKS = (
    (b"%PDF-", _pdf),
    (b"PK\x03\x04", _zip),
    (b"\x89PNG\r\n\x1a\n", _png),
    (b"\xff\xd8\xff", _jpeg),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _old_office),
)
