"""Letters: both standards by veraPDF for every kind and language, typed text literal, the same bytes twice."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typst
from flask import Flask
from pypdf import PdfReader

from hubs.accreditation.letters.characters import BETWEEN, breakable, is_covered, paragraphs, plainest, shown
from hubs.accreditation.letters.content import (
    Chapter,
    Condition,
    DocumentContent,
    LetterContent,
    LetterKind,
    Line,
    Reason,
    Table,
)
from hubs.accreditation.letters.facts import LetterFacts
from hubs.accreditation.letters.typeset import letter_pictures, typeset_document, typeset_letter
from hubs.accreditation.letters.words import compose_letter
from tests.accreditation.verapdf import verdicts

TYPED = [
    "#let x = 1 *vet* _schuin_ $x^2$ @ref <label> \\ ` = - + / [a](b) {c} // nee /* ook */",
    '“Wij” zeggen: it\'s "fine" — 50 % & €1.000,00 ... -- ---',
    "中文商会 日本語カナ 한국어 Ελληνικά Русский հայերեն ქართული ไทย ẞ ǅ ∑ ✓",
    "😀 🇳🇱 end",
]
RIGHT_TO_LEFT = "غرفة התאחדות"
FACTS = LetterFacts(
    reference="B-7K4-29Q",
    dated=date(2026, 11, 22),
    sender=("Ministerie Voorbeeld", "Bezoekstraat 1, Den Haag"),
    addressee=("Kamer Fictief Cali", "Carrera 1 # 2-34", "Cali"),
    hub="Kamer Fictief Cali",
    signatory=("D. Verzonnen", "Directeur"),
    proposal="V-7K4-29Q",
    markets="Colombia",
    decision="B-2A2-3B3",
    decision_on=date(2026, 3, 2),
    received_on=date(2026, 9, 1),
    asked_on=date(2026, 9, 20),
    starts_on=date(2027, 1, 1),
    ends_on=date(2029, 12, 31),
    answer_by=date(2026, 12, 6),
    due_before=date(2026, 10, 27),
    due_on=date(2026, 12, 8),
    held_on=date(2026, 12, 1),
    place="per video",
    intended="withdraw",
    outcome="partly_upheld",
    missing=("Jaarrekening 2025", "Statuten met datum"),
    body=("De begroting sluit vanaf 2028.",),
    result=(Line("Totaal", "68,25 van 100"),),
    departs=True,
    departure="Het gat in deze markt weegt zwaarder.",
    reasons=(Reason("B1 Additionaliteit", "Weinig overlap."), Reason("Getypt", "\n\n".join(TYPED))),
    conditions=(
        Condition("Spreek de taken af met Hub Andes.", "Hub", date(2027, 3, 1), "Getekende afspraak"),
        Condition("Neem iemand aan.", "Hub", None, "Contract"),
    ),
    has_objection_clause=True,
    demonstration=True,
)


def _hostile(language: str) -> LetterContent:
    facts = replace(
        FACTS,
        addressee=("A" * 300, *TYPED, RIGHT_TO_LEFT),
        reasons=(
            Reason("x" * 200, "W" * 900 + " https://voorbeeld.example/" + "a1" * 200),
            Reason(
                RIGHT_TO_LEFT,
                f"{RIGHT_TO_LEFT} 12 ABC \u202eomgekeerd\u2066 \ue000 \U00013000 a\u0000b\x07\ufeff e\u0301 \u0301",
            ),
            Reason("", "Alinea. " * 1250),
        ),
        conditions=tuple(
            Condition("Aansprakelijkheidsverzekeringsmaatschappij " * 20, "a" * 90, date(2027, 3, day), "=1+1 \n" * 9)
            for day in range(1, 9)
        ),
        objection_clause="Eigen woorden: *geen* #markup.",
    )
    return compose_letter(LetterKind.DECISION_REFUSE, language, facts)


def _document() -> DocumentContent:
    table = Table(
        ("Nr.", "Stuk", "SHA-256"), tuple((str(n), TYPED[n % 4], "0a" * 32) for n in range(60)), (1, 5, 4), "Lijst"
    )
    chapters = (
        Chapter("Stukken", 1, (Line("Aantal", "60"),), ("Tekst.",), table),
        Chapter("Leeg", 2, empty="Niets."),
    )
    words = {"page": "Pagina {page} van {pages}", "demonstration": "Demonstratie."}
    facts = (Line("Zaak", "V-7K4-29Q"),)
    return DocumentContent(
        "nl", "Inventaris", date(2026, 11, 22), facts, chapters, words, ("Inleiding.",), True, True, ("Intern advies",)
    )


def _text(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def _squeezed(text: str) -> str:
    """Without white space: lines end where the page does."""
    return "".join(text.split())


def test_every_letter_passes_verapdf_for_both_profiles(
    app: Flask, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with app.app_context():
        letters = {
            f"{kind}-{language}": typeset_letter(compose_letter(kind, language, FACTS))
            for kind in LetterKind
            for language in ("nl", "en")
        }
        letters |= {f"hostile-{language}": typeset_letter(_hostile(language)) for language in ("nl", "en")}
    letters["document"] = typeset_document(_document())
    letters["untagged"] = typst.compile(b"Geen standaard, geen titel.", format="pdf", pdf_tags=False, timestamp=0)
    said = verdicts(letters, tmp_path, request.config)
    bad = said.pop("untagged")
    assert bad["2a"] and bad["ua1"], "the referee accepts everything"
    assert {name: found for name, found in said.items() if any(found.values())} == {}


def test_what_people_typed_stands_in_the_letter_as_typed(app: Flask) -> None:
    with app.app_context():
        content = compose_letter(LetterKind.DECISION_CONDITIONS, "nl", FACTS)
        hostile = typeset_letter(_hostile("en"))
    pdf = typeset_letter(content)
    text = _squeezed(_text(pdf))
    for typed in TYPED:
        assert _squeezed(typed) in text, typed
    for said in ("Ministerie Voorbeeld", "B-7K4-29Q", "1 januari 2027", "Getekende afspraak", "D. Verzonnen"):
        assert _squeezed(said) in text, said
    found = _squeezed(_text(hostile))
    for literal in ("[U+202E]omgekeerd[U+2066]", "[U+E000]", "[U+13000]", "W" * 60, "*geen*#markup.", "é"):
        assert literal in found, literal
    assert "\x00" not in found and "Alinea." * 3 in found
    assert BETWEEN not in _text(hostile), "a place to break is no character of the text"
    assert found.count("Alinea.") == 1250


def test_a_letter_is_tagged_named_and_the_same_each_time(app: Flask) -> None:
    with app.app_context():
        both = {language: compose_letter(LetterKind.DECISION_ACCREDIT, language, FACTS) for language in ("nl", "en")}
    for language, region in (("nl", "nl-NL"), ("en", "en-GB")):
        pdf = typeset_letter(both[language])
        assert pdf == typeset_letter(both[language])
        reader = PdfReader(io.BytesIO(pdf))
        root: Any = reader.trailer["/Root"]
        assert root["/Lang"] == region and root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root
        assert reader.metadata and reader.metadata.title == f"B-7K4-29Q {both[language].subject}"
        assert str(reader.metadata.creation_date).startswith("2026-11-22")
        assert len(letter_pictures(both[language], ppi=20)) == len(reader.pages)


def test_the_objection_clause_is_there_only_when_switched_on(app: Flask) -> None:
    off, own = replace(FACTS, has_objection_clause=False), replace(FACTS, objection_clause="Our own clause.")
    with app.app_context():
        for kind in LetterKind:
            assert compose_letter(kind, "en", off).objection == ()
        assert compose_letter(LetterKind.DECISION_REFUSE, "en", own).objection == ("Our own clause.",)
        assert compose_letter(LetterKind.EXTENSION, "en", own).objection == ()
        assert "six weeks" in compose_letter(LetterKind.SUSPENSION, "en", FACTS).objection[0]
        assert "court" in compose_letter(LetterKind.OBJECTION_DECISION, "en", FACTS).objection[0]


def test_characters_a_letter_cannot_show_are_named() -> None:
    assert shown("a\u202eb") == "a[U+202E]b"
    assert shown("\ud800\ufdd0\ue000") == "[U+D800][U+FDD0][U+E000]"
    assert shown("e\u0301\r\nx\ty\x00\x85z") == "é\nx y\nz"
    assert shown("\u0301a") == "[U+0301]a"
    assert is_covered("中") and is_covered("ß") and not is_covered("\U00013000")
    assert plainest("né中\n") == "né[U+4E2D]\n"
    assert paragraphs("een\ntwee\n\n \ndrie") == [["een", "twee"], ["drie"]]
    assert breakable("a" * 39) == "a" * 39 and breakable("a" * 40).replace(BETWEEN, "") == "a" * 40
    assert BETWEEN in breakable("naam@lang-voorbeeldadres.example")
