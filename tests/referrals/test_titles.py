"""What a question is called, and what its country and places are called inside a sentence."""

from __future__ import annotations

import pytest

from hubs.accounts.names import begun, short_name, with_article
from hubs.referrals.titles import MOST, title_of

LONG = "Wij zoeken een laboratorium dat glutenvrije bakmixen kan testen en een keurmerk kan aanvragen in Pereira."


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (None, ""),
        ("  \n ", ""),
        ("Een advocaat.\nVoor drie contracten.", "Een advocaat."),
        (
            "Ons bedrijf wil een vestiging openen met een directeur. Welke rechtsvorm past, en wat kost dat ongeveer?",
            "Ons bedrijf wil een vestiging openen met een directeur.",
        ),
        (LONG, "Wij zoeken een laboratorium dat glutenvrije bakmixen kan testen en een keurmerk…"),
        ("Hoe zit het met dhr. Prijs " + "x" * 90, "Hoe zit het met dhr. Prijs…"),
    ],
)
def test_a_title_is_the_first_sentence_or_cut_at_a_word(text: str | None, title: str) -> None:
    assert title_of(text) == title
    assert len(title_of(text)) <= MOST + 1


def test_an_organisation_is_called_by_its_short_name_with_its_article() -> None:
    assert short_name("RVO (Rijksdienst voor Ondernemend Nederland)") == "RVO"
    assert short_name("(Kamer)") == "(Kamer)"
    assert with_article("Nederlandse ambassade in Bogotá", "nl", first=False) == "de Nederlandse ambassade in Bogotá"
    assert with_article("Casa Voorbeeld (Cámara)", "nl") == "Casa Voorbeeld"
    assert begun("de ambassade leest dit. het ministerie ook, zegt de hub.") == (
        "De ambassade leest dit. Het ministerie ook, zegt de hub."
    )
