"""A sheet with participants, as CSV, XLSX or ODS, into rows of text; and rows into CSV that no programme executes.

Cells are only ever text here: a formula is what somebody typed. Headings may be Dutch or English, in any order.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from hubs.core.file_types import ODS, XLSX, Unacceptable, file_type_of
from hubs.core.types import folded

MOST_ROWS = 500
MOST_COLUMNS = 40
LONGEST_CELL = 8000
LARGEST = 5 * 1024 * 1024
COLUMNS: dict[str, tuple[str, str]] = {  # English and Dutch heading
    "company": ("Company name", "Bedrijfsnaam"),
    "kvk_number": ("KvK number", "KvK-nummer"),
    "contact": ("Contact person", "Contactpersoon"),
    "email": ("E-mail", "E-mailadres"),
    "phone": ("Phone", "Telefoon"),
    "services": ("Services", "Diensten"),
    "question": ("Question", "Vraag"),
}
_ALSO = {
    "bedrijf": "company", "naam bedrijf": "company", "company": "company", "kvk": "kvk_number",
    "kvk number": "kvk_number", "contact": "contact", "naam": "contact", "name": "contact", "e-mail address": "email",
    "email": "email", "e-mail": "email", "mail": "email", "phone number": "phone", "telefoonnummer": "phone",
    "tel": "phone", "service": "services", "dienst": "services", "hulpvraag": "question", "vragen": "question",
}  # fmt: skip
_HEADINGS = {folded(name): code for code, names in COLUMNS.items() for name in names} | _ALSO
_DANGER = ("=", "+", "-", "@", "\t", "\r", "|", "%")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|[\ud800-\udfff]")


class SheetError(ValueError):
    """No rows can be read from it; `code` says why: empty, kind, damaged, too_large, too_many, headings."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_sheet(content: bytes) -> list[dict[str, str]]:
    """The rows below the headings, as column -> text; `row` is the number in the sheet. Raises SheetError."""
    if not content.strip():
        raise SheetError("empty")
    if len(content) > LARGEST:
        raise SheetError("too_large")
    grid = _workbook(content) if content[:2] == b"PK" else _csv(content)
    head, *rows = grid or [[]]
    places = {place: _HEADINGS[folded(name)] for place, name in enumerate(head) if folded(name) in _HEADINGS}
    if "company" not in places.values() or len(set(places.values())) != len(places):
        raise SheetError("headings")
    found = []
    for number, cells in enumerate(rows, start=2):
        values = {code: cells[place] if place < len(cells) else "" for place, code in places.items()}
        if any(values.values()):
            found.append({**dict.fromkeys(COLUMNS, ""), **values, "row": str(number)})
    if not found:
        raise SheetError("empty")
    if len(found) > MOST_ROWS:
        raise SheetError("too_many")
    return found


def _workbook(content: bytes) -> list[list[str]]:
    try:
        kind = file_type_of(content)
    except Unacceptable as error:
        raise SheetError("damaged") from error
    if kind not in (XLSX, ODS):
        raise SheetError("kind")
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            sheet = book.get_sheet_by_index(0)
            if sheet.height > MOST_ROWS * 20 or sheet.width > 2000:
                raise SheetError("too_many")
            rows = sheet.to_python(skip_empty_area=False)
    except (CalamineError, ValueError, IndexError, OSError) as error:
        raise error if isinstance(error, SheetError) else SheetError("damaged") from error
    return [[cell_text(value) for value in row[:MOST_COLUMNS]] for row in rows]


def _csv(content: bytes) -> list[list[str]]:
    text = _decoded(content)
    first = text.partition("\n")[0]
    delimiter = max(";,\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise SheetError("damaged") from error
    return [[cell_text(value) for value in row[:MOST_COLUMNS]] for row in rows]


def _decoded(content: bytes) -> str:
    """Excel saves CSV as UTF-8 with a mark, as UTF-16 or in Windows-1252."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    if b"\0" in content:
        raise SheetError("kind")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def cell_text(value: Any) -> str:
    """A cell as text: whole numbers without a point, the apostrophe of an escaped formula taken off."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        value = int(value)
    if isinstance(value, date | datetime):
        value = value.isoformat()
    text = _CONTROL.sub("", "" if value is None else str(value)).replace("\r\n", "\n").strip()
    if text[:1] == "'" and text[1:2] in _DANGER:
        text = text[1:]
    return text[:LONGEST_CELL]


def harmless(value: Any) -> str:
    """A cell that no programme takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip().startswith(_DANGER) or text[:1] in _DANGER else text


def as_csv(head: Sequence[Any], rows: Iterable[Sequence[Any]]) -> bytes:
    """CSV as Excel opens it in Europe: semicolons, a mark for UTF-8; every cell harmless."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([harmless(cell) for cell in head])
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def template(locale: str) -> bytes:
    """An empty sheet with the headings and one fictional row."""
    place = 1 if locale.startswith("nl") else 0
    example = ("Voorbeeld B.V.", "12345678", "V. Voorbeeld", "v@voorbeeld.example", "020 123 4567", "")
    words = ("What do you want to know?", "Wat wil je weten?")[place]
    return as_csv([names[place] for names in COLUMNS.values()], [(*example, words)])
