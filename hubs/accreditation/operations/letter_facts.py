"""Brings together what a letter is about: names, days and typed texts in the letter's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from babel.numbers import format_decimal
from flask_babel import force_locale, get_locale
from flask_babel import gettext as _

from hubs.accounts.actor import Actor
from hubs.accounts.models import Organisation, Person
from hubs.accreditation.letters.content import Condition, Line
from hubs.accreditation.letters.facts import LetterFacts
from hubs.accreditation.lifecycle import AccreditationState
from hubs.accreditation.models import Accreditation, Decision, Hearing, LetterSettings, Objection, Proposal
from hubs.accreditation.statutory import amsterdam_day
from hubs.accreditation.words import OUTCOME_WORDS
from hubs.accreditation.words.decisions import DEPARTURE_WORDS, OWNER_WORDS
from hubs.core import stamps
from hubs.extensions import db
from hubs.reference.labels import market_name, market_within

Extra = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class About:
    """The objects a letter is about, as far as there are any."""

    kind: str
    proposal: Proposal | None = None
    decision: Decision | None = None
    accreditation: Accreditation | None = None
    objection: Objection | None = None
    extra: Extra = field(default_factory=dict)

    @property
    def subject(self) -> Any:
        """The object the letter belongs to first of all."""
        return self.objection or self.decision or self.proposal or self.accreditation

    @property
    def hub(self) -> Organisation:
        hub: Organisation = self.subject.hub
        return hub

    @property
    def receiver(self) -> Organisation:
        """To whom it goes: the hub, or the post that is asked for advice."""
        return self.extra.get("post") or self.hub

    @property
    def hearing(self) -> Hearing | None:
        return self.extra.get("hearing")

    @property
    def decided(self) -> Decision | None:
        """The decision a letter refers back to: the one objected to, or the one that is replaced."""
        if self.objection is not None:
            return self.objection.decision
        return self.decision.replaces if self.decision is not None else None


def letter_facts(
    about: About, language: str, settings: LetterSettings, *, actor: Actor, now: datetime, draft: bool = False
) -> LetterFacts:
    """Everything `letters.words` needs, in `language`."""
    with force_locale(language):
        decision, before = about.decision, about.decided
        proposal = about.proposal or (decision.proposal if decision else None)
        markets = about.extra.get("markets") or _markets(about, proposal)
        return LetterFacts(
            reference=_reference(about),
            dated=amsterdam_day(now),
            sender=_sender(settings, language),
            addressee=_addressee(about.receiver, language),
            hub=about.hub.name(language),
            signatory=_signatory(about, settings, language, actor),
            proposal=proposal.reference if proposal else "",
            markets=_listed([market_within(code, language) for code in markets]),
            decision=before.reference if before else "",
            decision_on=_day(before.signed_at) if before else None,
            received_on=_received(about, proposal),
            missing=_missing(about, proposal),
            body=_body(about, language),
            result=_result(decision),
            departs=bool(decision and decision.departure_reason),
            departure=_departure(decision),
            conditions=_conditions(decision, language) if decision else (),
            has_objection_clause=settings.has_objection_clause,
            objection_clause=settings.objection_clause_nl if language == "nl" else settings.objection_clause_en,
            demonstration=_is_demonstration(about),
            draft=draft,
            outcome=about.objection.outcome or "" if about.objection else "",
            about_objection=about.objection is not None,
            goes_on=_goes_on(proposal),
            **_days(about, proposal, now),
            **_hearing(about),
        )


def _day(value: Any) -> date | None:
    return amsterdam_day(value) if isinstance(value, datetime) else value


def _listed(names: list[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s and %(last)s", first=", ".join(names[:-1]), last=names[-1])


def _reference(about: About) -> str:
    if about.decision is not None and about.objection is None:
        return about.decision.reference
    if about.objection is not None:
        return about.objection.decision.reference
    if about.proposal is not None:
        return about.proposal.reference
    return about.accreditation.decision.reference if about.accreditation is not None else ""


def _sender(settings: LetterSettings, language: str) -> tuple[str, ...]:
    name = settings.sender_nl if language == "nl" else settings.sender_en
    return tuple(line for line in [*name.splitlines(), *settings.address.splitlines()] if line.strip())


def _addressee(receiver: Organisation, language: str) -> tuple[str, ...]:
    office = next((row for row in receiver.offices if row.closed_on is None), None)
    place = [office.city if office else None, market_name(receiver.market, language)]
    return tuple(line for line in (receiver.name(language), *place) if line)


def _signatory(about: About, settings: LetterSettings, language: str, actor: Actor) -> tuple[str, ...]:
    signer = _signer(about, actor)
    function = settings.signatory_function_nl if language == "nl" else settings.signatory_function_en
    return tuple(line for line in (signer, function) if line)


def _signer(about: About, actor: Actor) -> str:
    """Who signed the decision; else who sends the letter. Nobody when the service does."""
    if about.objection is None and about.decision is not None and about.decision.signed_by is not None:
        return about.decision.signed_by.name
    person = db.session.get(Person, actor.person_id) if actor.person_id else None
    return person.name if person else ""


def _markets(about: About, proposal: Proposal | None) -> list[str]:
    for found in (about.decision, about.accreditation, proposal):
        if found is not None and found.markets:
            return list(found.markets)
    return []


def _received(about: About, proposal: Proposal | None) -> date | None:
    return about.objection.received_on if about.objection else (proposal.received_on if proposal else None)


def _missing(about: About, proposal: Proposal | None) -> tuple[str, ...]:
    """What was asked for, a line each."""
    given = about.extra.get("missing")
    if given is None and about.kind in ("completion_request", "not_considered"):
        row = _completion(proposal)
        given = row.note if row else ""
    lines = given.splitlines() if isinstance(given, str) else given or ()
    return tuple(str(line).strip() for line in lines if str(line).strip())


def _completion(proposal: Proposal | None) -> Any:
    """The last period in which the chamber was asked to complete its file."""
    rows = [row for row in proposal.suspensions if row.ground == "completion"] if proposal else []
    return rows[-1] if rows else None


def _body(about: About, language: str) -> tuple[str, ...]:
    """The reasons or the text that a person wrote for this letter; what exists in Dutch only says so in English."""
    extra, decision, other = about.extra, about.decision, ""
    if about.objection is not None and about.kind == "objection_decision":
        dutch: Any = about.objection.outcome_reasons
    elif decision is not None and about.objection is None:
        dutch, other = decision.reasons, decision.reasons_en or ""
    elif about.hearing is not None:
        dutch = about.hearing.subject
    else:
        dutch = next((extra[name] for name in ("body", "reason", "note", "text") if extra.get(name)), "")
        other = extra.get("body_en") or extra.get("reason_en") or ""
    text = str(other or dutch or "") if language == "en" else str(dutch or "")
    if not text.strip():
        return ()
    if language == "en" and not other:
        return (_("The text below has not been translated."), text)
    return (text,)


def _goes_on(proposal: Proposal | None) -> bool:
    """Whether a renewal or a change of scope follows on an accreditation that holds, or held until this moment."""
    renewed = db.session.get(Accreditation, proposal.renews_id) if proposal and proposal.renews_id else None
    return renewed is not None and renewed.state in (AccreditationState.ACTIVE, AccreditationState.REPLACED)


def _result(decision: Decision | None) -> tuple[Line, ...]:
    """The computed result, as it was when the decision was drafted."""
    kept = (decision.computed or {}).get("result") if decision is not None else None
    if decision is None or not kept or decision.proposal is None:
        return ()
    lines = [Line(_("Computed result"), str(OUTCOME_WORDS.get(decision.computed_outcome or "", "")))]
    if kept.get("total") is not None:
        total, mark = _number(kept["total"]), _number(kept.get("pass_mark", "0"))
        said = _("%(total)s of 100, at least %(mark)s is asked", total=total, mark=mark)
        lines.append(Line(_("Weighed total"), said))
    for label, codes in (
        (_("Knock-out criteria not met"), "knock_outs"),
        (_("Mandatory criteria not met"), "mandatory"),
    ):
        if codes in kept:
            lines.append(Line(label, ", ".join(kept[codes]) or _("none")))
    lines.append(Line(_("Guideline"), decision.proposal.guideline_version.name))
    return tuple(lines)


def _number(exact: str) -> str:
    """A kept fraction as people write it, in the language that holds."""
    hundredths = Fraction(exact) * 100
    return format_decimal(Decimal(hundredths.numerator // hundredths.denominator) / 100, locale=str(get_locale()))


def _departure(decision: Decision | None) -> str:
    if decision is None or not decision.departure_reason:
        return ""
    reason = str(DEPARTURE_WORDS.get(decision.departure_reason, ""))
    return "\n\n".join(text for text in (reason, decision.departure_note or "") if text)


def _conditions(decision: Decision, language: str) -> tuple[Condition, ...]:
    return tuple(
        Condition(
            (row.text_en if language == "en" else None) or row.text,
            str(OWNER_WORDS.get(row.owner, row.owner)),
            row.due_on,
            row.evidence_wanted,
        )
        for row in decision.conditions
    )


def _days(about: About, proposal: Proposal | None, now: datetime) -> dict[str, Any]:
    extra, decision, objection = about.extra, about.decision, about.objection
    completion = _completion(proposal)
    given = extra.get("answer_by") or extra.get("until_on") or (about.hearing.answer_by if about.hearing else None)
    if given is None and about.kind in ("completion_request", "not_considered") and completion is not None:
        given = completion.until_on
    asked = completion.starts_on if completion is not None else None
    due_on = objection.due_on if objection else proposal.due_on if proposal else None
    starts_on = extra.get("starts_on")
    if starts_on is None and decision is not None:
        starts_on = decision.starts_on or decision.signed_at or now
    return {
        "answer_by": _day(given),
        "asked_on": asked,
        "due_before": _day(extra.get("before")),
        "due_on": _day(extra.get("due_on")) or due_on,
        "starts_on": _day(starts_on),
        "ends_on": _day(extra.get("ends_on")) or (decision.ends_on if decision else None),
    }


def _hearing(about: About) -> dict[str, Any]:
    hearing, extra = about.hearing, about.extra
    return {
        "held_on": _day(extra.get("held_on")),
        "place": str(extra.get("place") or ""),
        "intended": str(extra.get("intended") or (hearing.intended_kind if hearing else "") or ""),
    }


def _is_demonstration(about: About) -> bool:
    made_up = getattr(about.subject, "is_demo", False) or about.hub.is_demo
    return bool(made_up) or stamps.current(db.session(), stamps.DEMO) > 0
