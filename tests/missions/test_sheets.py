"""Sheets: every way Excel saves one is read, nothing in them is a formula, and what is no sheet is refused in words."""

from __future__ import annotations

import contextlib
import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubs.missions.sheets import SheetError, as_csv, cell_text, harmless, read_sheet, template
from tests.files import docx, packed

NL = "Bedrijfsnaam;KvK-nummer;Contactpersoon;E-mailadres;Telefoon;Diensten;Vraag\n"
ROW = "Voorbeeld B.V.;12345678;Vera Voorbeeld;vera@voorbeeld.example.nl;'+31 10 123 4567;;Één vraag\n"
_CELL = '<c t="inlineStr"><is><t>{}</t></is></c>'


def xlsx(rows: list[list[str]]) -> bytes:
    """The smallest workbook there is, with text cells; a cell that begins with # is a number."""
    body = "".join(
        "<row>" + "".join(f"<c><v>{c[1:]}</v></c>" if c[:1] == "#" else _CELL.format(c) for c in row) + "</row>"
        for row in rows
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    pkg = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return packed(
        {
            "[Content_Types].xml": f'<?xml version="1.0"?><Types xmlns="{pkg}/content-types">'
            f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>'.encode(),
            "_rels/.rels": f'<Relationships xmlns="{pkg}/relationships"><Relationship Id="r1" '
            f'Type="{rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>'.encode(),
            "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{rel}"><sheets>'
            f'<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>'.encode(),
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{pkg}/relationships"><Relationship Id="r1" '
            f'Type="{rel}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'.encode(),
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>'.encode(),
        }
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_csv_in_every_coat(encoding: str, delimiter: str) -> None:
    rows = read_sheet((NL + ROW).replace(";", delimiter).encode(encoding))
    assert [row["row"] for row in rows] == ["2"]
    assert rows[0]["company"] == "Voorbeeld B.V."
    assert rows[0]["phone"] == "+31 10 123 4567"
    assert rows[0]["question"] == "Één vraag"


def test_a_workbook_with_numbers_in_its_cells() -> None:
    rows = read_sheet(
        xlsx([["Company name", "KvK number", "Question", "Other"], ["Voorbeeld", "#1234567", "=1+1", "x"]])
    )
    assert rows == [
        {
            "company": "Voorbeeld", "kvk_number": "1234567", "contact": "", "email": "", "phone": "", "services": "",
            "question": "=1+1", "row": "2",
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (NL.encode(), "empty"),
        (b"a;b;c\n1;2;3\n", "headings"),
        (b"Company;Bedrijf\nx;y\n", "headings"),
        (b"x" * (5 * 1024 * 1024 + 1), "too_large"),
        (NL.encode() + ROW.encode() * 501, "too_many"),
        (b"PK\x03\x04 not a zip", "damaged"),
        (docx(), "kind"),
        (b"\x89PNG\x00\x00", "kind"),
        (b"%PDF-1.7\n\x00", "kind"),
    ],
)
def test_what_is_no_sheet_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(SheetError) as refusal:
        read_sheet(content)
    assert refusal.value.code == code


def test_the_template_reads_back_in_both_languages() -> None:
    for locale in ("nl", "en"):
        assert read_sheet(template(locale))[0]["kvk_number"] == "12345678"


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0\r"), max_size=30), max_size=6)
)
def test_nothing_that_goes_out_is_a_formula(cells: list[str]) -> None:
    written = as_csv(["head"], [cells]).decode("utf-8-sig")
    for row in csv.reader(io.StringIO(written, newline=""), delimiter=";"):
        for cell in row:
            assert not cell.lstrip().startswith(("=", "+", "-", "@"))
    for cell in cells:
        assert cell_text(harmless(cell)) == cell_text(cell) or cell != cell.strip() or cell[:1] == "'"


@settings(max_examples=100, deadline=None)
@given(
    st.one_of(st.binary(max_size=300), st.text(max_size=200).map(lambda text: (NL + text).encode("utf-8", "replace")))
)
def test_no_sheet_raises_anything_else(content: bytes) -> None:
    with contextlib.suppress(SheetError):
        assert read_sheet(content)
