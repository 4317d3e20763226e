"""Whom a consent lets see who asks (domain.md, Consent, and rule 1): named recipients, or a class in one market."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol

# European Economic Area; a transfer beyond it needs a ground of its own (GDPR art. 49(1)(a))
EEA = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK".split()  # noqa: SIM905
)
EXPLICIT_CONSENT = "explicit_consent"
IN_THE_CLASS = frozenset({"accredited", "conditional"})  # what "accredited hubs in market M" means
ASKED_BY_MAIL = "asked_by_mail"  # nobody said yes yet: it counts from the confirmation on
CONFIRMED_BY_MAIL = frozenset({"telephone", ASKED_BY_MAIL})


class RecipientsKind(StrEnum):
    MARKET = "market"
    ORGANISATIONS = "organisations"


class ConsentStanding(StrEnum):
    NONE = "none"
    GIVEN = "given"
    UNCONFIRMED = "unconfirmed"
    ASKED = "asked"  # by mail; nobody said yes yet
    WITHDRAWN = "withdrawn"


class Given(Protocol):
    """What is read of a consent here."""

    @property
    def recipients_kind(self) -> str: ...
    @property
    def market(self) -> str | None: ...
    @property
    def recipient_ids(self) -> list[str]: ...
    @property
    def channel(self) -> str: ...


class Dated(Given, Protocol):
    """A consent with what became of it."""

    @property
    def is_valid(self) -> bool: ...
    @property
    def confirmed_at(self) -> object | None: ...


def consent_covers(consent: Dated | None, hub_id: str, market: str | None, standing: str | None) -> bool:
    """Whether who asks may be shown to `hub_id`, with that standing, for a question about `market`.

    A named organisation is covered whatever its standing. The class covers accredited and conditional hubs in
    its own market only; a hub in development is asked for by name. Given by telephone it counts before the
    mailed confirmation; asked for by mail it does not; withdrawn it counts no more.
    """
    if consent is None or not consent.is_valid or (consent.channel == ASKED_BY_MAIL and consent.confirmed_at is None):
        return False
    if consent.recipients_kind == RecipientsKind.ORGANISATIONS:
        return hub_id in consent.recipient_ids
    return market is not None and consent.market == market and standing in IN_THE_CLASS


def needs_confirmation(consent: Given) -> bool:
    """Whether a mailed link must confirm what was said."""
    return consent.channel in CONFIRMED_BY_MAIL


def consent_standing(consent: Dated | None) -> ConsentStanding:
    """What a page says of a consent."""
    if consent is None:
        return ConsentStanding.NONE
    if not consent.is_valid:
        return ConsentStanding.WITHDRAWN
    if needs_confirmation(consent) and consent.confirmed_at is None:
        return ConsentStanding.ASKED if consent.channel == ASKED_BY_MAIL else ConsentStanding.UNCONFIRMED
    return ConsentStanding.GIVEN


def transfer(countries: Iterable[str | None]) -> tuple[str | None, str | None]:
    """The first country outside the EEA among the recipients' and the ground on which data may go there."""
    outside = next((country for country in countries if country and country not in EEA), None)
    return (outside, EXPLICIT_CONSENT) if outside else (None, None)
