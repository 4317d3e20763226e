"""Letters on a page: their words, and a sample for whoever changes what every letter says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from babel.dates import format_date
from flask_babel import force_locale
from flask_babel import gettext as _

from hubs.accreditation.letters.content import LetterKind
from hubs.accreditation.letters.facts import LetterFacts
from hubs.accreditation.letters.typeset import typeset_letter
from hubs.accreditation.letters.words import compose_letter
from hubs.accreditation.statutory import amsterdam_day


def on_page(content: Mapping[str, Any]) -> dict[str, Any]:
    """A kept or drafted letter (`kept_content`) for `accreditation/_letter_text.html`, its days in words."""
    conditions = [{**item, "due_words": _due(item["due_on"], content["language"])} for item in content["conditions"]]
    return {**content, "conditions": conditions}


def _due(iso: str | None, language: str) -> str:
    return format_date(date.fromisoformat(iso), "d MMMM y", locale=language) if iso else "-"


def sample_letter(values: Mapping[str, Any], language: str, now: datetime) -> bytes:
    """A made-up refusal with the sender, signature and clause as they are typed, as PDF."""
    today = amsterdam_day(now)
    sender = str(values.get(f"sender_{language}") or "").splitlines() + str(values.get("address") or "").splitlines()
    with force_locale(language):
        facts = LetterFacts(
            reference="B-2B2-3C3",
            dated=today,
            sender=tuple(line for line in sender if line.strip()) or ("…",),
            addressee=(_("A made-up chamber"), _("A made-up city")),
            hub=_("A made-up chamber"),
            signatory=(_("Name of who signs"), str(values.get(f"signatory_function_{language}") or "")),
            proposal="V-2B2-3C3",
            markets=_("a made-up country"),
            received_on=today - timedelta(days=50),
            body=(_("Here the letter gives the reasons of the decision."),),
            has_objection_clause=bool(values.get("has_objection_clause")),
            objection_clause=str(values.get(f"objection_clause_{language}") or ""),
            demonstration=True,
            draft=True,
        )
    return typeset_letter(compose_letter(LetterKind.DECISION_REFUSE, language, facts))
