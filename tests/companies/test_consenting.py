"""Whom a consent covers, and whom it does not (domain.md, Consent)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from hubs.companies.consenting import ConsentStanding, consent_covers, consent_standing, transfer

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@dataclass
class Given:
    recipients_kind: str = "market"
    market: str | None = "CO"
    recipient_ids: list[str] = field(default_factory=list)
    channel: str = "telephone"
    confirmed_at: datetime | None = None
    is_valid: bool = True


@pytest.mark.parametrize(
    ("consent", "hub", "market", "standing", "covered"),
    [
        (None, "a", "CO", "accredited", False),
        (Given(), "a", "CO", "accredited", True),
        (Given(), "a", "CO", "conditional", True),
        (Given(), "a", "CO", "in_development", False),
        (Given(), "a", "CO", "registered", False),
        (Given(), "a", "CO", "suspended", False),
        (Given(), "a", "CO", None, False),
        (Given(), "a", "EC", "accredited", False),
        (Given(market=None), "a", None, "accredited", False),
        (Given(is_valid=False), "a", "CO", "accredited", False),
        (Given("organisations", None, ["a"]), "a", "CO", "in_development", True),
        (Given("organisations", None, ["a"]), "a", None, None, True),
        (Given("organisations", None, ["a"]), "b", "CO", "accredited", False),
        (Given("organisations", None, ["a"], is_valid=False), "a", "CO", "accredited", False),
    ],
)
def test_a_consent_covers_those_it_names_or_their_class(
    consent: Given | None, hub: str, market: str | None, standing: str | None, covered: bool
) -> None:
    assert consent_covers(consent, hub, market, standing) is covered


@pytest.mark.parametrize(
    ("consent", "standing"),
    [
        (None, ConsentStanding.NONE),
        (Given(), ConsentStanding.UNCONFIRMED),
        (Given(confirmed_at=AT), ConsentStanding.GIVEN),
        (Given(channel="web"), ConsentStanding.GIVEN),
        (Given(is_valid=False, confirmed_at=AT), ConsentStanding.WITHDRAWN),
    ],
)
def test_what_a_page_says_of_a_consent(consent: Given | None, standing: ConsentStanding) -> None:
    assert consent_standing(consent) == standing


@pytest.mark.parametrize(
    ("countries", "found"),
    [
        ([], (None, None)),
        (["DE", "NL", "IS", None], (None, None)),
        (["DE", "CO"], ("CO", "explicit_consent")),
        (["CH"], ("CH", "explicit_consent")),
    ],
)
def test_a_transfer_beyond_the_european_economic_area_has_a_ground(
    countries: list[str | None], found: tuple[str | None, str | None]
) -> None:
    assert transfer(countries) == found
