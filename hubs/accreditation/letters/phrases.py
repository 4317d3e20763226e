"""Sentences that several letters share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from babel.dates import format_date
from flask_babel import get_locale
from flask_babel import gettext as _

from hubs.accreditation.letters.content import Section
from hubs.accreditation.letters.facts import LetterFacts


@dataclass(frozen=True, slots=True)
class Words:
    """What a kind of letter says of its own."""

    subject: str
    opening: tuple[str, ...]
    sections: tuple[Section, ...] = ()
    conditions_text: tuple[str, ...] = ()


def day_words(day: date | None) -> str:
    """A day in full; spaces that do not break."""
    if day is None:
        return "…"
    return format_date(day, "d MMMM y", locale=str(get_locale())).replace(" ", "\u00a0")


def received(facts: LetterFacts) -> str:
    return _(
        "On %(received)s we received your proposal %(proposal)s to be accredited as a business hub for %(markets)s.",
        received=day_words(facts.received_on),
        proposal=facts.proposal,
        markets=facts.markets,
    )


def mends(facts: LetterFacts) -> tuple[str, ...]:
    """A decision that takes the place of an earlier one says so."""
    if not facts.decision:
        return ()
    return (
        _(
            "This decision takes the place of our decision %(decision)s of %(day)s.",
            decision=facts.decision,
            day=day_words(facts.decision_on),
        ),
    )


def term(facts: LetterFacts) -> str:
    return _(
        "This holds from %(starts)s up to and including %(ends)s.",
        starts=day_words(facts.starts_on),
        ends=day_words(facts.ends_on),
    )


def missing(facts: LetterFacts) -> tuple[Section, ...]:
    return (Section(_("What is missing"), (), facts.missing),) if facts.missing else ()


def subject_words(facts: LetterFacts) -> str:
    if facts.proposal:
        return _("your proposal %(proposal)s", proposal=facts.proposal)
    return _("the accreditation of %(hub)s", hub=facts.hub)


def talk_words(facts: LetterFacts) -> str:
    if facts.held_on is None:
        return ""
    if facts.place:
        return _("A talk is planned on %(day)s: %(place)s.", day=day_words(facts.held_on), place=facts.place)
    return _("A talk is planned on %(day)s.", day=day_words(facts.held_on))


def objection_came(facts: LetterFacts) -> str:
    return _(
        "On %(received)s we received your objection to our decision %(decision)s of %(day)s.",
        received=day_words(facts.received_on),
        decision=facts.decision,
        day=day_words(facts.decision_on),
    )
