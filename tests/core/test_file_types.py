"""What a file is, told from its content alone."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubs.core import file_types as kinds
from hubs.core.file_types import Unacceptable, file_type_of
from tests import files

WHOLE = {
    "pdf": files.pdf(text=b"an ordinary page"),
    "docx": files.docx(),
    "xlsx": files.xlsx(),
    "odt": files.odf(),
    "ods": files.odf("spreadsheet"),
    "png": files.png(),
    "jpg": files.jpeg(behind=b"a note of the camera"),
}


def object_stream(content: bytes) -> bytes:
    return b"5 0 obj <</Type/ObjStm/Filter/FlateDecode>>stream\n" + zlib.compress(content) + b"\nendstream endobj"


REFUSED = [
    (b"", kinds.EMPTY),
    (b"just text", kinds.UNKNOWN),
    (b"<html><script>alert(1)</script></html>", kinds.UNKNOWN),
    (b'<svg xmlns="http://www.w3.org/2000/svg"/>', kinds.UNKNOWN),
    (b"GIF89a" + bytes(20), kinds.UNKNOWN),
    (b"MZ" + bytes(200), kinds.UNKNOWN),
    (files.EICAR, kinds.UNKNOWN),
    (b" " + WHOLE["pdf"], kinds.UNKNOWN),
    (b"%PDF-1.7\nand nothing more", kinds.DAMAGED),
    (files.pdf(b"trailer <</Encrypt 9 0 R>>"), kinds.LOCKED),
    (files.pdf(b"3 0 obj <</S/JavaScript/JS(app.alert)>> endobj"), kinds.ACTIVE),
    (files.pdf(b"3 0 obj <</S/Java#53cript>> endobj"), kinds.ACTIVE),
    (files.pdf(object_stream(b"<</S/Launch/F(cmd.exe)>>")), kinds.ACTIVE),
    (files.pdf(object_stream(bytes(kinds.MOST_UNPACKED))), kinds.DAMAGED),
    (files.pdf(b"3 0 obj <</Type/EmbeddedFile>> endobj"), kinds.NESTED),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), kinds.OLD_OFFICE),
    (files.packed({"readme.txt": b"any zip"}), kinds.UNKNOWN),
    (files.packed({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<x/>"}), kinds.UNKNOWN),
    (files.docx(**{"word/vbaProject.bin": b"macro"}), kinds.ACTIVE),
    (files.docx(**{"word/embeddings/oleObject1.bin": b"program"}), kinds.ACTIVE),
    (
        files.docx(**{
            "word/_rels/settings.xml.rels": b'<Relationship Type="http://x/attachedTemplate" TargetMode="External" Target="http://e/"/>'
        }),
        kinds.ACTIVE,
    ),
    (files.xlsx(**{"xl/macrosheets/sheet1.xml": b"=EXEC"}), kinds.ACTIVE),
    (files.odf(**{"Basic/Standard/Module1.xml": b"Sub Main"}), kinds.ACTIVE),
    (files.odf(manifest=b"<manifest:encryption-data/>"), kinds.LOCKED),
    (files.odf("presentation"), kinds.UNKNOWN),
    (files.docx(**{"../../outside.txt": b"x"}), kinds.DAMAGED),
    (files.docx(**{"word/bomb.xml": bytes(kinds.MOST_UNPACKED)}), kinds.DAMAGED),
    (files.docx()[:-10], kinds.DAMAGED),
    (files.docx().replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00"), kinds.LOCKED),
    (files.png()[:-4], kinds.DAMAGED),
    (files.png() + b"<?php ?>", kinds.DAMAGED),
    (files.png(width=30_000), kinds.DAMAGED),
    (files.jpeg(width=0), kinds.DAMAGED),
    (files.jpeg()[:-2], kinds.DAMAGED),
]  # fmt: skip


@pytest.mark.parametrize("extension", WHOLE)
def test_whole_files_are_known_by_their_content(extension: str) -> None:
    found = file_type_of(WHOLE[extension])
    assert found.extension == extension
    assert found in kinds.TAKEN


@pytest.mark.parametrize(("content", "code"), REFUSED)
def test_what_is_not_whole_plain_and_known_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(Unacceptable) as refusal:
        file_type_of(content)
    assert refusal.value.code == code


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(WHOLE)), st.integers(0, 2000), st.binary(max_size=6))
def test_no_mangled_file_breaks_the_look(extension: str, place: int, dirt: bytes) -> None:
    """Whatever is sent gives a kind or a refusal, never another error."""
    content = WHOLE[extension]
    cut = place % (len(content) + 1)
    try:
        found = file_type_of(content[:cut] + dirt + content[cut + len(dirt) :])
    except Unacceptable as refusal:
        assert refusal.code in kinds.REFUSALS
    else:
        assert found in kinds.TAKEN
