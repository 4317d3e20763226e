"""What a text may not tell before a hub accepts, and what it may."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubs.referrals.screening import Known, screen, screen_request, without

KNOWN = Known(
    person="Sam van Verzonnen-Bakker",
    company="Textiel Verzonnen Import B.V.",
    registration_number="12345678",
    email="sam@voorbeeld.nl",
    phone="+31 6 1234 5678",
    market="CO",
    ignore=("Bogotá",),
)


def codes(text: str, known: Known = KNOWN) -> list[tuple[str, str]]:
    return [(finding.code, finding.value) for finding in screen(text, known)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Vraag aan Sam om het contract.", [("name", "Sam")]),
        ("Verzonnen zoekt een advocaat.", [("name", "Verzonnen")]),
        ("Bel Bakkers zaak.", [("name", "Bakkers")]),
        ("Wij zijn Textiel Verzonnen Import.", [("company", "Textiel Verzonnen Import")]),
        ("Wij zijn TEXTIEL  verzónnen import b.v.", [("company", "verzónnen")]),
        ("Mail naar sam.v@voorbeeld.co.nl graag", [("email", "sam.v@voorbeeld.co.nl")]),
        ("mail iemand (at) voorbeeld.nl", [("email", "iemand (at) voorbeeld.nl")]),
        ("Ons KvK-nummer is 87654321.", [("kvk", "87654321")]),
        ("Ingeschreven onder 1234 5678 in Zwolle", [("kvk", "1234 5678")]),
        ("kvk: 12.34.56.78", [("kvk", "12.34.56.78")]),
        ("bereikbaar op 06-12345678", [("phone", "06-12345678")]),
        ("bel +31 20 123 45 67 na vijven", [("phone", "+31 20 123 45 67")]),
        ("0031201234567", [("phone", "0031201234567")]),
        ("(020) 123 45 67", [("phone", "(020) 123 45 67")]),
        ("Tel. 310 123 4567", [("phone", "310 123 4567")]),
        ("whatsapp 601 2345678", [("phone", "601 2345678")]),
        ("btw NL123456789B01", [("number", "NL123456789B01")]),
        ("rekening NL91ABNA0417164300", [("number", "NL91ABNA0417164300")]),
        ("zie www.textiel-verzonnen.nl/over", [("web", "www.textiel-verzonnen.nl/over")]),
    ],
)
def test_what_tells_who_asks_is_found(text: str, expected: list[tuple[str, str]]) -> None:
    found = codes(text)
    for code, value in expected:
        assert any(code == other and value in shown for other, shown in found), found


@pytest.mark.parametrize(
    "text",
    [
        "Wij exporteren voor 650.000 euro naar Bogotá.",
        "Omzet van € 1.250.000 in 2026, in 2025 2026 groeiend.",
        "Een order van EUR 23456789 en 87654321 euro.",
        "Levering op 22-11-2026 of 2026-12-01, uiterlijk 1/2/2027.",
        "Wij verkopen textiel en import is ons werk.",
        "GN-code 84713000, HS code 8471.30, taric 8471300100.",
        "Drie arbeidscontracten, 40 uur, 12 procent, 15 januari 2027.",
        "Order van 1 250 000 000 COP voor 25.000 kg.",
        "Zie www.rvo.nl voor de regels.",
        "Het samenwerkingsverband in Bogotá zoekt een advocaat.",
        "",
    ],
)
def test_ordinary_words_and_figures_pass(text: str) -> None:
    assert codes(text) == []


def test_a_whole_name_of_common_words_is_still_found() -> None:
    known = Known(company="Dutch Water Partners")
    assert codes("Namens Dutch  Water Partners.".replace("  ", " "), known) == [("company", "Dutch Water Partners")]
    assert codes("Wij zoeken partners voor water.", known) == []


def test_a_foreign_number_we_know_is_found_however_it_is_spaced() -> None:
    assert codes("nit 900.123-456 7", Known(registration_number="9001234567")) == [("kvk", "900.123-456 7")]


def test_a_stored_question_brings_what_its_desk_knows() -> None:
    question = SimpleNamespace(
        text="Jansen wil naar Colombia.",
        contact_person=SimpleNamespace(name="Kim Jansen", email=None, phone=None),
        company=SimpleNamespace(registration_number=None),
        company_name="Colombia Fruit",
        market="CO",
        city=None,
    )
    assert [finding.value for finding in screen_request(question, ignore=("Colombia",))] == ["Jansen"]


def test_taking_it_out_leaves_the_rest() -> None:
    text = "Sam vraagt: bel 06-12345678 of mail a@b.nl."
    cleaned, taken = without(text, screen(text, KNOWN))
    assert cleaned == "… vraagt: bel … of mail …."
    assert taken == ["Sam", "06-12345678", "a@b.nl"]


@given(st.text(max_size=300))
def test_findings_lie_in_the_text_without_overlap_and_are_gone_once_taken_out(text: str) -> None:
    found = screen(text, KNOWN)
    for finding in found:
        assert text[finding.start : finding.end] == finding.value
    assert all(a.end <= b.start for a, b in zip(found, found[1:], strict=False))
    cleaned, taken = without(text, found)
    assert len(cleaned) == len(text) - sum(len(value) - 1 for value in taken)


@given(st.integers(0, 99_999_999), st.sampled_from(["voor {} euro", "€ {}", "{} kg"]))
def test_amounts_are_never_taken_for_a_number(amount: int, pattern: str) -> None:
    assert screen(pattern.format(f"{amount:,}".replace(",", "."))) == []
    assert screen(pattern.format(amount)) == []


@given(st.text(alphabet="abcdefgh ", max_size=40), st.integers(10_000_000, 99_999_999))
def test_a_register_number_with_its_word_is_always_found(before: str, number: int) -> None:
    assert any(finding.code == "kvk" for finding in screen(f"{before} kvk {number}"))


@given(st.text(max_size=60), st.sampled_from(["Verzonnen", "VERZONNEN", "verzònnen", "Bakker"]))
def test_a_name_between_spaces_is_always_found(around: str, name: str) -> None:
    assert any(name in finding.value for finding in screen(f"{around} {name} {around}", KNOWN))
