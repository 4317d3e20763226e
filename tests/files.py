"""Small whole files of every kind that is taken, made in memory."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def pdf(*objects: bytes, text: bytes = b"") -> bytes:
    body = b"\n".join([b"%PDF-1.7", b"1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj", *objects, b"% " + text])
    return body + b"\nxref\n0 1\ntrailer <</Size 1/Root 1 0 R>>\nstartxref\n9\n%%EOF\n"


def packed(entries: dict[str, bytes], *, stored: tuple[str, ...] = ()) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content, zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _office(kind: str, part: str, more: dict[str, bytes]) -> bytes:
    main = f"application/vnd.openxmlformats-officedocument.{kind}.main+xml"
    types = f'<Types><Override PartName="/{part}" ContentType="{main}"/></Types>'.encode()
    return packed({"[Content_Types].xml": types, "_rels/.rels": b"<Relationships/>", part: b"<x/>", **more})


def docx(**more: bytes) -> bytes:
    return _office("wordprocessingml.document", "word/document.xml", more)


def xlsx(**more: bytes) -> bytes:
    return _office("spreadsheetml.sheet", "xl/workbook.xml", more)


def odf(kind: str = "text", manifest: bytes = b"<manifest/>", **more: bytes) -> bytes:
    entries = {
        "mimetype": f"application/vnd.oasis.opendocument.{kind}".encode(),
        "content.xml": b"<office/>",
        "META-INF/manifest.xml": manifest,
        **more,
    }
    return packed(entries, stored=("mimetype",))


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int = 1, height: int = 1) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\0\0")), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def jpeg(width: int = 1, height: int = 1, behind: bytes = b"") -> bytes:
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    scan = b"\xff\xda" + struct.pack(">HB", 8, 1) + b"\x01\x00\x00\x3f\x00"
    return b"\xff\xd8\xff\xe0" + struct.pack(">H", 4) + b"JF" + frame + scan + b"\x12\x34\xff\xd9" + behind
