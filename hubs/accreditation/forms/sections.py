"""A section of a proposal as a page posts it and shows it back: every kind of answer, read and written as text."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from hubs.accreditation.answers import Field, FieldKind
from hubs.accreditation.models import Evidence
from hubs.accreditation.sections import Gap, Section
from hubs.accreditation.words import proposals as words
from hubs.core.forms import clean_text
from hubs.core.templating import locale_code
from hubs.directory.hours_text import amount_text
from hubs.guideline.models import CriterionRow
from hubs.reference.labels import label_choices, sector_name

F = FieldKind
YEAR = Field("year", F.YEAR)


@dataclass(frozen=True, slots=True)
class Cell:
    """One box of a row of years."""

    name: str
    label: str
    value: str
    error: str


@dataclass(frozen=True)
class FieldShown:
    """One question with what is typed in it."""

    field: Field
    label: str
    hint: str
    explanation: str
    value: Any  # text; for codes a list
    errors: tuple[str, ...]
    is_required: bool
    choices: tuple[tuple[str, str], ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    documents: tuple[Evidence, ...] = ()

    @property
    def error(self) -> str:
        return " ".join(self.errors)


def typed_in(section: Section, form: MultiDict[str, str]) -> dict[str, Any]:
    """What was typed in every field of a section, cleaned; a box that was not ticked counts as empty."""
    typed: dict[str, Any] = {}
    for item in section.fields:
        if item.kind == F.CODES:
            typed[item.code] = [code for code in map(clean_text, form.getlist(item.code)) if code]
        elif item.kind == F.YEARS:
            typed[item.code] = _typed_rows(item, form)
        elif item.kind != F.DOCUMENT:
            typed[item.code] = clean_text(form.get(item.code, ""))
    return typed


def _typed_rows(item: Field, form: MultiDict[str, str]) -> list[dict[str, str]]:
    rows = []
    for number in range(item.most + 1):
        cells = {column.code: clean_text(form.get(_cell(item, number, column), "")) for column in (YEAR, *item.columns)}
        if any(cells.values()):
            rows.append(cells)
    return rows


def _cell(item: Field, number: int, column: Field) -> str:
    return f"{item.code}-{number}-{column.code}"


def fields_shown(
    section: Section,
    content: Mapping[str, Any],
    gaps: Collection[Gap],
    *,
    kind: str,
    rows: Mapping[str, CriterionRow],
    known: Mapping[str, Collection[str]],
    evidence: Collection[Evidence] = (),
) -> list[FieldShown]:
    """The questions of a section with their answers as text and, beside each, why it is not right yet."""
    return [
        _shown(section, item, content.get(item.code), gaps, kind=kind, rows=rows, known=known, evidence=evidence)
        for item in section.fields
    ]


def _shown(
    section: Section,
    item: Field,
    value: Any,
    gaps: Collection[Gap],
    *,
    kind: str,
    rows: Mapping[str, CriterionRow],
    known: Mapping[str, Collection[str]],
    evidence: Collection[Evidence],
) -> FieldShown:
    own = [gap for gap in gaps if gap.field == item.code]
    row = rows.get(item.criterion) if item.code == item.criterion else None
    return FieldShown(
        field=item,
        label=words.field_label(section.code, item, rows),
        hint=words.field_hint(section.code, item),
        explanation=(row.explanation(locale_code()) or "") if row else "",
        value=text_of(item, value),
        errors=tuple(words.gap_words(gap) for gap in own),
        is_required=kind in item.required_for,
        choices=_choices(item, known),
        rows=_rows(item, value, own) if item.kind == F.YEARS else (),
        documents=tuple(one for one in evidence if item.kind == F.DOCUMENT and one.criterion_code == item.code),
    )


def text_of(item: Field, value: Any) -> Any:
    """A kept value as it is typed back into its field."""
    if item.kind == F.CODES:
        return [code for code in value if isinstance(code, str)] if isinstance(value, list) else []
    if value is None:
        return ""
    if item.kind == F.YES_NO and isinstance(value, bool):
        return "yes" if value else "no"
    if item.kind == F.LINES and isinstance(value, list):
        return "\n".join(map(str, value))
    if item.kind == F.MONEY_CENTS and isinstance(value, int):
        return amount_text(value, locale_code() == "nl")
    if item.kind == F.DECIMAL and locale_code() == "nl":
        return str(value).replace(".", ",")
    return str(value)


def _rows(item: Field, value: Any, gaps: Collection[Gap]) -> tuple[tuple[Cell, ...], ...]:
    """The rows there are and empty ones to fill: enough for what is asked, and one more."""
    kept = [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
    shown = min(max(len(kept) + 1, item.least + 1), max(item.most, len(kept)))
    errors = {(gap.values.get("row"), gap.values.get("column")): words.gap_sentence(gap) for gap in gaps}
    return tuple(
        tuple(
            Cell(
                _cell(item, number, column),
                str(words.COLUMNS[column.code]),
                text_of(column, kept[number].get(column.code)) if number < len(kept) else "",
                errors.get((number, column.code), ""),
            )
            for column in (YEAR, *item.columns)
        )
        for number in range(shown)
    )


def _choices(item: Field, known: Mapping[str, Collection[str]]) -> tuple[tuple[str, str], ...]:
    if item.kind != F.CODES:
        return ()
    codes = known.get(item.list_code, ())
    if item.list_code == "sector":
        ordered = sorted(codes, key=lambda code: (code[:1].isdigit(), code))  # topsectors first, as elsewhere
        return tuple((code, sector_name(code)) for code in ordered)
    return tuple(pair for pair in label_choices(item.list_code) if pair[0] in codes)
