"""Whether an instrument's terms fit a question: conditions on facts, kept as data (instrument_terms.csv).

A fact nobody knows leaves a condition open, unless its row says that unknown counts as a failure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

UNKNOWN_WORDS = frozenset({"", "unknown", "none", "onbekend"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One condition: `fact operator value`, waived when `unless_fact` has `unless_value`."""

    fact: str
    operator: str
    value: str
    unless_fact: str = ""
    unless_value: str = ""
    unknown_fails: bool = False
    preference: bool = False  # not met: the instrument comes later, it does not drop out

    def __post_init__(self) -> None:
        if self.operator not in OPERATORS:
            raise ValueError(f"unknown operator {self.operator!r} for {self.fact!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """An instrument's conditions and its place among the others of the same service."""

    conditions: tuple[Term, ...] = ()
    order: int = 50  # lower comes first among those that fit
    general: bool = False  # the partner's general help: when no other instrument of it fits
    without_market: bool = False  # help in the Netherlands: takes a question that names no market
    otherwise: str = ""  # what to say when the terms do not fit
    lapses_on: date | None = None


@dataclass(frozen=True, slots=True)
class Fit:
    """How terms and facts meet: conditions that fail, facts nobody knows, preferences not met."""

    failed: tuple[Term, ...]
    unknown: tuple[str, ...]
    unpreferred: int

    @property
    def fits(self) -> bool:
        return not self.failed


def terms_from_rows(rows: Iterable[Mapping[str, str]]) -> Terms:
    """From the rows of one instrument; `effect` is must, prefer, or a property with its value."""
    conditions, properties = [], {}
    for row in rows:
        effect, value = row.get("effect", "must"), row.get("value", "")
        if effect in ("must", "prefer"):
            conditions.append(_term(row, effect == "prefer"))
        else:
            properties[effect] = value
    ends_on = properties.get("ends_on")
    return Terms(
        conditions=tuple(conditions),
        order=int(properties.get("order") or 50),
        general=properties.get("general") == "yes",
        without_market=properties.get("without_market") == "yes",
        otherwise=properties.get("otherwise", ""),
        lapses_on=date.fromisoformat(ends_on) + timedelta(days=1) if ends_on else None,
    )


def _term(row: Mapping[str, str], preference: bool) -> Term:
    return Term(
        fact=row["fact"],
        operator=row["operator"],
        value=row.get("value", ""),
        unless_fact=row.get("unless_fact", ""),
        unless_value=row.get("unless_value", ""),
        unknown_fails=row.get("unknown") == "fails",
        preference=preference,
    )


def fit(terms: Terms, facts: Mapping[str, Any]) -> Fit:
    """Tests every condition; all that fail are returned, not just the first."""
    failed: list[Term] = []
    unknown: list[str] = []
    unpreferred = 0
    for term in terms.conditions:
        met = is_met(term, facts)
        if term.preference:
            unpreferred += met is False
        elif met is None and not term.unknown_fails:
            unknown.append(term.fact)
        elif not met:
            failed.append(term)
    return Fit(tuple(failed), tuple(dict.fromkeys(unknown)), unpreferred)


def is_met(term: Term, facts: Mapping[str, Any]) -> bool | None:
    """True, False, or None when the fact is not known."""
    if term.unless_fact and known(facts.get(term.unless_fact)) == term.unless_value:
        return True
    value = facts.get(term.fact)
    if isinstance(value, frozenset):
        return OPERATORS[term.operator](value, term.value) if value else None
    plain = known(value)
    return None if plain is None else OPERATORS[term.operator](plain, term.value)


def known(value: Any) -> str | None:
    """A fact as text, or None when it says nothing; true and false read as yes and no."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value).strip()
    return None if text.casefold() in UNKNOWN_WORDS else text


def _compare(found: str, required: str) -> int | None:
    try:
        left, right = Decimal(found), Decimal(required)
        return (left > right) - (left < right)
    except InvalidOperation:  # text where a number belongs, or not-a-number: nobody can tell
        return None


def _words(text: str) -> frozenset[str]:
    return frozenset(word.strip() for word in text.split(";"))


def _at_least(found: str, required: str) -> bool | None:
    order = _compare(found, required)
    return None if order is None else order >= 0


def _at_most(found: str, required: str) -> bool | None:
    order = _compare(found, required)
    return None if order is None else order <= 0


OPERATORS: Mapping[str, Any] = {
    "eq": lambda found, required: found == required,
    "ne": lambda found, required: found != required,
    "in": lambda found, required: found in _words(required),
    "not_in": lambda found, required: found not in _words(required),
    "gte": _at_least,
    "lte": _at_most,
    "any_of": lambda found, required: bool(found & _words(required)),
}
