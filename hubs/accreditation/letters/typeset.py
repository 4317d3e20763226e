"""Typesets letters and papers of the file: PDF/A-2a and PDF/UA-1 in one, the same bytes for the same content.

No text is ever part of the Typst source: it travels as data, so that `#`, `*` or `$` stay what they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any

import typst
from babel.dates import format_date

from config import ROOT
from hubs.accreditation.letters.characters import FONTS, paragraphs, plainest, shown
from hubs.accreditation.letters.content import DocumentContent, LetterContent

TEMPLATES = ROOT / "templates" / "letters"
LETTER, DOCUMENT = "letters/letter.typ", "letters/document.typ"
STANDARDS: list[Any] = ["a-2a", "ua-1"]
REGIONS = {"nl": "NL", "en": "GB"}


class NotTypeset(Exception):
    """The paper could not be made. Its message is Typst's, for the log."""


def typeset_letter(content: LetterContent) -> bytes:
    """The letter as PDF, in both standards. Raises NotTypeset."""
    return _pdf(LETTER, content)


def typeset_document(content: DocumentContent) -> bytes:
    """A paper of the file as PDF, in both standards. Raises NotTypeset."""
    return _pdf(DOCUMENT, content)


def letter_pictures(content: LetterContent, ppi: int = 144) -> list[bytes]:
    """The pages of the letter as PNG."""
    data = _data(content, paragraphs)
    made = _compile(LETTER, {"data": data}, format="png", ppi=ppi)
    return made if isinstance(made, list) else [made]


def pages_in(pdf: bytes) -> int:
    """How many pages a PDF made here has."""
    counts = re.findall(rb"/Type\s*/Pages\s*/Count\s+(\d+)", pdf)
    return max((int(count) for count in counts), default=0)


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """Only the fonts that come with the service: a letter looks the same on every machine."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


def _pdf(template: str, content: LetterContent | DocumentContent) -> bytes:
    """Once as typed; should characters not go together, once more with the rare ones by their number."""
    stamp = datetime.combine(content.dated, time(), UTC)
    try:
        made = _compile(template, {"data": _data(content, paragraphs)}, pdf_standards=STANDARDS, timestamp=stamp)
    except NotTypeset:
        data = _data(content, lambda text: paragraphs(plainest(text)))
        made = _compile(template, {"data": data}, pdf_standards=STANDARDS, timestamp=stamp)
    assert isinstance(made, bytes)  # noqa: S101 - one PDF, never a list of pages
    return made


def _compile(template: str, inputs: dict[str, str], **options: Any) -> Any:
    compiler = typst.Compiler(root=TEMPLATES.parent, font_paths=_fonts(), ignore_system_fonts=True)
    source = TEMPLATES.parent / template
    try:
        return compiler.compile(source, format=options.pop("format", "pdf"), sys_inputs=inputs, **options)
    except typst.TypstError as error:
        raise NotTypeset(f"{error.message} {' '.join(error.hints)}") from error


def _data(content: Any, cut: Callable[[str], list[list[str]]]) -> str:
    values = _plain(content, content.language, cut)
    values.update(language=content.language, region=REGIONS[content.language])
    values["document_title"] = " ".join(shown(_title(content)).split())
    return json.dumps(values, ensure_ascii=False)


def _title(content: Any) -> str:
    if isinstance(content, LetterContent):
        return f"{content.reference} {content.subject}"
    return str(content.title)


def _plain(value: Any, language: str, cut: Callable[[str], list[list[str]]]) -> Any:
    """Dataclasses as dictionaries, dates in words, every text as its paragraphs of lines."""
    if isinstance(value, str):
        return cut(value)
    if isinstance(value, bool | int):
        return value
    if isinstance(value, date):
        return cut(format_date(value, "d MMMM y", locale=language).replace(" ", "\u00a0"))
    if is_dataclass(value):
        return {item.name: _plain(getattr(value, item.name), language, cut) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item, language, cut) for key, item in value.items()}
    if value is None:
        return []
    return [_plain(item, language, cut) for item in value]
