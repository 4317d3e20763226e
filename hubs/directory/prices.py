"""Which price the register shows for a hub: the lowest of its published offers, and whether others cost more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

PRICE_UNITS = ("hour", "fixed")


class Priced(Protocol):
    """What an offer says of its price; cents of `currency`, 0 is free, None is no price yet."""

    @property
    def price_cents(self) -> int | None: ...
    @property
    def currency(self) -> str: ...
    @property
    def price_unit(self) -> str | None: ...
    @property
    def price_includes_vat(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Price:
    """A price as it is told; `is_lowest` when other offers of the same hub cost more or are counted otherwise."""

    cents: int
    currency: str
    unit: str | None
    includes_vat: bool
    is_lowest: bool = False

    @property
    def is_free(self) -> bool:
        return self.cents == 0


def lowest_price(offers: Iterable[Priced]) -> Price | None:
    """The lowest price an hour, else the lowest fixed one, else free; None when no offer has a price.

    Prices are compared within one currency only: the one most offers use.
    """
    known = {
        Price(offer.price_cents, offer.currency, offer.price_unit, offer.price_includes_vat)
        if offer.price_cents
        else Price(0, "EUR", None, True)
        for offer in offers
        if offer.price_cents is not None
    }
    if not known:
        return None
    paid = [price for price in known if not price.is_free]
    if not paid:
        return known.pop()
    currency = max({price.currency for price in paid}, key=lambda code: (_count(paid, code), code))
    ranked = sorted(paid, key=lambda price: (price.currency != currency, price.unit != "hour", price.cents))
    first = ranked[0]
    return Price(first.cents, first.currency, first.unit, first.includes_vat, is_lowest=len(known) > 1)


def _count(prices: Iterable[Price], currency: str) -> int:
    return sum(1 for price in prices if price.currency == currency)
