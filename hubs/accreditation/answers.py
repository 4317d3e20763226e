"""One answer in a proposal: what kinds there are, and how what somebody typed is read.

Contents are JSON: whole numbers and cents as int, decimals and dates as text. What cannot be read stays as it was
typed, with the reason, so that nothing is lost.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit


class FieldKind(StrEnum):
    """What an answer looks like."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    INT = "int"
    DECIMAL = "decimal"
    YEAR = "year"
    MONEY_CENTS = "money_cents"
    YES_NO = "yes_no"
    CODES = "codes"  # several of a code list
    LINES = "lines"  # several short texts
    URL = "url"
    DATE = "date"
    YEARS = "years"  # rows of numbers, one a year
    DOCUMENT = "document"  # evidence under this field's code


F = FieldKind


@dataclass(frozen=True, slots=True)
class Field:
    """One thing asked. `required_for`: the kinds of proposal that cannot be submitted without it."""

    code: str
    kind: FieldKind
    required_for: frozenset[str] = frozenset()
    most: int = 200  # characters, items, rows, or the largest number
    least: int = 0
    list_code: str = ""  # CODES: market, sector, service, target_group
    columns: tuple[Field, ...] = ()  # YEARS: besides the year
    criterion: str = ""  # the criterion it argues, where it is one's answer
    unit: str = ""


_GROUPED = re.compile(r"[1-9]\d{0,2}(?:[., ]\d{3})+")
_PLAIN = re.compile(r"-?\d{1,12}(?:[.,]\d{1,2})?")
_YEAR = re.compile(r"\d{4}")
YEARS = range(1500, 2200)


class Unreadable(ValueError):
    """What was typed is not an answer of this kind; `code` says why."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code, self.values = code, values


def read_field(
    item: Field, typed: Any, known: Mapping[str, Collection[str]] | None = None
) -> tuple[Any, tuple[Unreadable, ...]]:
    """The value of a field, or what was typed with the reason why it is none."""
    if typed in (None, "", [], ()):
        return None, ()
    try:
        if item.kind == F.YEARS:
            return _years(item, typed)
        value = _READERS[item.kind](item, typed)
        if item.kind == F.CODES and known is not None:
            _check_codes(value, known.get(item.list_code))
    except Unreadable as reason:
        return typed, (reason,)
    return (None if value in ("", []) else value), ()


def _check_codes(codes: Iterable[str], known: Collection[str] | None) -> None:
    foreign = [] if known is None else [code for code in codes if code not in known]
    if foreign:
        raise Unreadable("unknown_code", value=", ".join(foreign)[:100])


def _text(item: Field, typed: Any) -> str:
    if not isinstance(typed, str):
        raise Unreadable("not_text")
    text = typed.strip() if item.kind == F.LONG_TEXT else " ".join(typed.split())
    if len(text) > item.most:
        raise Unreadable("too_long", most=item.most, over=len(text) - item.most)
    return text


def _decimal(typed: Any) -> Decimal:
    """A number as people write it: 1250, 1.250, 1 250,50; a lone group of three after a point is thousands."""
    if isinstance(typed, bool) or not isinstance(typed, int | str | Decimal):
        raise Unreadable("not_number")
    text = str(typed).replace("\u00a0", " ").replace("\u202f", " ").replace("€", "").replace("EUR", "").strip()
    head, mark, tail = text, "", ""
    cut = re.fullmatch(r"(.*\d)([.,])(\d{1,2})", text)
    if cut:
        head, mark, tail = cut.groups()
    if _GROUPED.fullmatch(head.lstrip("-")):
        head = re.sub(r"[., ]", "", head)
    plain = f"{head}{'.' if mark else ''}{tail}"
    if not _PLAIN.fullmatch(plain):
        raise Unreadable("not_number")
    return Decimal(plain)


def _in_bounds(item: Field, value: Decimal) -> Decimal:
    if not item.least <= value <= item.most:
        raise Unreadable("out_of_range", least=item.least, most=item.most)
    return value


def _int(item: Field, typed: Any) -> int:
    value = _in_bounds(item, _decimal(typed))
    if value != int(value):
        raise Unreadable("not_whole")
    return int(value)


def _number(item: Field, typed: Any) -> str:
    return format(_in_bounds(item, _decimal(typed)).normalize(), "f")


def _money_cents(item: Field, typed: Any) -> int:
    """Cents: a number is cents already (the API), text is an amount in euros (a page)."""
    if isinstance(typed, int) and not isinstance(typed, bool):
        return int(_in_bounds(item, Decimal(typed)))
    return int(_in_bounds(item, _decimal(typed) * 100))


def _year(_item: Field, typed: Any) -> int:
    if isinstance(typed, bool) or not _YEAR.fullmatch(str(typed).strip()) or int(typed) not in YEARS:
        raise Unreadable("not_year")
    return int(typed)


def _yes_no(_item: Field, typed: Any) -> bool:
    answers = {True: True, False: False, "yes": True, "no": False}
    if not isinstance(typed, bool | str) or typed not in answers:
        raise Unreadable("not_yes_no")
    return answers[typed]


def _codes(item: Field, typed: Any) -> list[str]:
    if not isinstance(typed, list) or not all(isinstance(code, str) for code in typed):
        raise Unreadable("not_list")
    codes = sorted({code.strip() for code in typed if code.strip()})
    if len(codes) > item.most:
        raise Unreadable("too_many", most=item.most)
    return codes


def _lines(item: Field, typed: Any) -> list[str]:
    given = typed.splitlines() if isinstance(typed, str) else typed
    if not isinstance(given, list) or not all(isinstance(line, str) for line in given):
        raise Unreadable("not_list")
    lines = list(dict.fromkeys(" ".join(line.split()) for line in given if line.strip()))
    if len(lines) > item.most:
        raise Unreadable("too_many", most=item.most)
    if any(len(line) > 200 for line in lines):
        raise Unreadable("line_too_long", most=200)
    return lines


def _url(item: Field, typed: Any) -> str:
    text = _text(item, typed)
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname or "", parts.port
    except ValueError as error:
        raise Unreadable("not_url") from error
    if parts.scheme not in ("http", "https") or "." not in host.strip(".") or parts.username or re.search(r"\s", text):
        raise Unreadable("not_url")
    return text


def _date(_item: Field, typed: Any) -> str:
    try:
        day = date.fromisoformat(str(typed).strip())
    except ValueError as error:
        raise Unreadable("not_date") from error
    if day.year not in YEARS:
        raise Unreadable("not_date")
    return day.isoformat()


def _years(item: Field, typed: Any) -> tuple[Any, tuple[Unreadable, ...]]:
    """Rows by year; a row without anything in it is left out, a cell that cannot be read stays as typed."""
    if not isinstance(typed, list) or not all(isinstance(row, dict) for row in typed):
        return typed, (Unreadable("not_list"),)
    rows: list[dict[str, Any]] = []
    reasons: list[Unreadable] = []
    year_field = Field("year", F.YEAR)
    for number, row in enumerate(typed):
        kept: dict[str, Any] = {}
        for column in (year_field, *item.columns):
            value, found = read_field(column, row.get(column.code))
            reasons += [Unreadable(each.code, **each.values, row=number, column=column.code) for each in found]
            if value is not None:
                kept[column.code] = value
        if kept:
            rows.append(kept)
    if len(rows) > item.most:
        reasons.append(Unreadable("too_many", most=item.most))
    if not rows:
        return None, ()
    return sorted(rows, key=lambda row: str(row.get("year", "9999"))), tuple(reasons)


_READERS: Mapping[FieldKind, Callable[[Field, Any], Any]] = {
    F.TEXT: _text,
    F.LONG_TEXT: _text,
    F.INT: _int,
    F.DECIMAL: _number,
    F.YEAR: _year,
    F.MONEY_CENTS: _money_cents,
    F.YES_NO: _yes_no,
    F.CODES: _codes,
    F.LINES: _lines,
    F.URL: _url,
    F.DATE: _date,
}
