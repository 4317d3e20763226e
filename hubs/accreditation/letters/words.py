"""The sentences of each letter, in its language (B1; articles are of the Algemene wet bestuursrecht, Awb).

What the ministry decides stands first, then what the reader has to do, then why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date
from flask_babel import force_locale, get_locale
from flask_babel import gettext as _

from hubs.accreditation.letters.content import Condition, LetterContent, LetterKind, Line, Reason, Section

K = LetterKind
DECISIONS = frozenset(
    {
        K.DECISION_ACCREDIT,
        K.DECISION_CONDITIONS,
        K.DECISION_DEVELOPMENT,
        K.DECISION_REFUSE,
        K.NOT_CONSIDERED,
        K.SUSPENSION,
        K.LIFT_SUSPENSION,
        K.WITHDRAWAL,
    }
)  # objection is open against these


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """What a letter is about: names, days and the texts people typed. Texts are in the letter's own language."""

    reference: str
    dated: date
    sender: tuple[str, ...]
    addressee: tuple[str, ...]
    hub: str
    signatory: tuple[str, ...] = ()
    proposal: str = ""  # reference
    markets: str = ""  # their names
    decision: str = ""  # reference of the decision an objection or a correction is about
    decision_on: date | None = None
    received_on: date | None = None
    asked_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None  # last day, included
    answer_by: date | None = None  # last day, included
    due_before: date | None = None  # the last day that held before
    due_on: date | None = None  # the last day for our decision
    held_on: date | None = None
    place: str = ""
    intended: str = ""  # suspend, withdraw, refuse
    outcome: str = ""  # of an objection: upheld, partly_upheld, rejected, inadmissible
    missing: tuple[str, ...] = ()
    body: tuple[str, ...] = ()  # what a person wrote for this letter
    result: tuple[Line, ...] = ()
    about_objection: bool = False
    departs: bool = False  # from the computed result
    departure: str = ""
    reasons: tuple[Reason, ...] = ()
    conditions: tuple[Condition, ...] = ()
    has_objection_clause: bool = False
    objection_clause: str = ""  # the ministry's own words; empty: those below
    demonstration: bool = False
    draft: bool = False


@dataclass(frozen=True, slots=True)
class _Words:
    """What a kind of letter says of its own."""

    subject: str
    opening: tuple[str, ...]
    sections: tuple[Section, ...] = ()
    conditions_text: tuple[str, ...] = ()


def labels() -> dict[str, str]:
    """The fixed words of a letter, in the language that holds."""
    return {
        "date": _("Date"),
        "reference": _("Our reference"),
        "your_reference": _("Your reference"),
        "about": _("About"),
        "result": _("How the proposal was weighed"),
        "reasons": _("Why"),
        "conditions": _("The conditions"),
        "number": _("No."),
        "condition": _("Condition"),
        "owner": _("Who"),
        "due_on": _("Done by"),
        "evidence": _("What shows it"),
        "objection": _("If you do not agree"),
        "enclosures": _("Enclosed"),
        "page": _("Page {page} of {pages}"),
        "demonstration": _("Demonstration. Everything in this letter is made up."),
        "draft": _("Draft. This letter has not been sent."),
    }


def compose_letter(kind: LetterKind, language: str, facts: LetterFacts) -> LetterContent:
    """The whole letter in `language` (nl or en). Needs an application context, for the catalogue."""
    with force_locale(language):
        words = _KINDS[kind](facts)
        return LetterContent(
            language=language,
            kind=kind,
            reference=facts.reference,
            dated=facts.dated,
            sender=facts.sender,
            addressee=facts.addressee,
            subject=words.subject,
            salutation=_("Dear Sir or Madam,"),
            opening=words.opening,
            labels=labels(),
            about=_about(facts),
            result=facts.result,
            result_text=_departure(facts),
            reasons_text=facts.body,
            reasons=facts.reasons,
            conditions=facts.conditions,
            conditions_text=words.conditions_text,
            sections=words.sections,
            objection=_objection(kind, facts),
            closing=(_("Do you have a question? Contact the ministry and name our reference."),),
            farewell=_("Kind regards,"),
            signatory=facts.signatory,
            demonstration=facts.demonstration,
            draft=facts.draft,
        )


def _day(day: date | None) -> str:
    """A day in full; spaces that do not break."""
    if day is None:
        return "…"
    return format_date(day, "d MMMM y", locale=str(get_locale())).replace(" ", "\u00a0")


def _about(facts: LetterFacts) -> str:
    if facts.about_objection:
        return _("Your objection to decision %(decision)s", decision=facts.decision)
    if facts.proposal and facts.markets:
        return _("Proposal %(proposal)s, %(markets)s", proposal=facts.proposal, markets=facts.markets)
    return _("Accreditation of %(hub)s", hub=facts.hub)


def _departure(facts: LetterFacts) -> tuple[str, ...]:
    if not facts.departs:
        return ()
    said = _("The decision departs from this result. The reason is:")
    return (said, facts.departure) if facts.departure else (said,)


def _received(facts: LetterFacts) -> str:
    return _(
        "On %(received)s we received your proposal %(proposal)s to be accredited as a business hub for %(markets)s.",
        received=_day(facts.received_on),
        proposal=facts.proposal,
        markets=facts.markets,
    )


def _mends(facts: LetterFacts) -> tuple[str, ...]:
    """A decision that takes the place of an earlier one says so."""
    if not facts.decision:
        return ()
    return (
        _(
            "This decision takes the place of our decision %(decision)s of %(day)s.",
            decision=facts.decision,
            day=_day(facts.decision_on),
        ),
    )


def _term(facts: LetterFacts) -> str:
    return _(
        "This holds from %(starts)s up to and including %(ends)s.",
        starts=_day(facts.starts_on),
        ends=_day(facts.ends_on),
    )


def _next_steps() -> Section:
    return Section(
        _("What happens now"),
        (
            _(
                "You can receive questions of entrepreneurs as soon as two things are done: a post has signed a "
                "referral agreement with you, and we have seen that you register your client contacts in Hubs."
            ),
            _("Every year you hand in a plan and a report. In Hubs you see by which day."),
        ),
    )


def _accredit(facts: LetterFacts) -> _Words:
    said = _("We accredit %(hub)s as a business hub for %(markets)s.", hub=facts.hub, markets=facts.markets)
    return _Words(
        _("Decision on your proposal: accredited"),
        (_received(facts), f"{said} {_term(facts)}", *_mends(facts)),
        (_next_steps(),),
    )


def _conditional(facts: LetterFacts) -> _Words:
    said = _(
        "We accredit %(hub)s as a business hub for %(markets)s, under conditions.",
        hub=facts.hub,
        markets=facts.markets,
    )
    return _Words(
        _("Decision on your proposal: accredited under conditions"),
        (_received(facts), f"{said} {_term(facts)}", *_mends(facts)),
        (_next_steps(),),
        (
            _(
                "These conditions belong to the accreditation. If one is not met in time, we may suspend or withdraw "
                "it. You can give your view before we do."
            ),
        ),
    )


def _development(facts: LetterFacts) -> _Words:
    said = _("We recognise %(hub)s as a hub in development for %(markets)s.", hub=facts.hub, markets=facts.markets)
    return _Words(
        _("Decision on your proposal: hub in development"),
        (_received(facts), f"{said} {_term(facts)}", *_mends(facts)),
        (
            Section(
                _("What this means"),
                (
                    _(
                        "A hub in development builds up its work. A post may send you a question when it thinks you "
                        "are the right place. The service does not put you first by itself."
                    ),
                    _("Before this time is over you can make a proposal for a full accreditation."),
                ),
            ),
        ),
        (_("These conditions belong to the decision. In Hubs you show that they are met."),)
        if facts.conditions
        else (),
    )


def _refuse(facts: LetterFacts) -> _Words:
    said = _(
        "We do not accredit %(hub)s as a business hub for %(markets)s. Below we explain why.",
        hub=facts.hub,
        markets=facts.markets,
    )
    return _Words(
        _("Decision on your proposal: not accredited"),
        (_received(facts), said, *_mends(facts)),
        (
            Section(
                _("A new proposal"),
                (_("You may make a new proposal. Say in it what has changed since this decision (Awb, article 4:6)."),),
            ),
        ),
    )


def _missing(facts: LetterFacts) -> tuple[Section, ...]:
    return (Section(_("What is missing"), (), facts.missing),) if facts.missing else ()


def _not_considered(facts: LetterFacts) -> _Words:
    return _Words(
        _("Decision on your proposal: not considered"),
        (
            _received(facts),
            _(
                "The proposal was not complete. On %(asked)s we asked you to complete it by %(answer_by)s. "
                "We did not get everything in time.",
                asked=_day(facts.asked_on),
                answer_by=_day(facts.answer_by),
            ),
            _(
                "That is why we do not consider your proposal (Awb, article 4:5). We have not judged what it says. "
                "You may make a new proposal at any time."
            ),
        ),
        _missing(facts),
    )


def _completion(facts: LetterFacts) -> _Words:
    return _Words(
        _("Please complete your proposal"),
        (
            _received(facts),
            _(
                "The proposal is not complete yet. Complete it in Hubs by %(answer_by)s at the latest.",
                answer_by=_day(facts.answer_by),
            ),
        ),
        (
            *_missing(facts),
            Section(
                _("What this means for the term"),
                (
                    _(
                        "The term for our decision stands still from tomorrow until the day you complete the proposal, "
                        "or until %(answer_by)s (Awb, article 4:15).",
                        answer_by=_day(facts.answer_by),
                    ),
                    _("If we do not get everything in time, we may decide not to consider the proposal (article 4:5)."),
                ),
            ),
        ),
    )


def _objection_put_off(facts: LetterFacts) -> _Words:
    return _Words(
        _("We need more time for your objection"),
        (
            _objection_came(facts),
            _(
                "We should decide by %(before)s. We do not manage that. We now decide by %(due)s at the latest "
                "(Awb, article 7:10).",
                before=_day(facts.due_before),
                due=_day(facts.due_on),
            ),
        ),
    )


def _extension(facts: LetterFacts) -> _Words:
    if facts.about_objection:
        return _objection_put_off(facts)
    return _Words(
        _("We need more time for your proposal"),
        (
            _received(facts),
            _(
                "We should decide by %(before)s. We do not manage that. We now decide by %(due)s at the latest "
                "(Awb, article 4:14).",
                before=_day(facts.due_before),
                due=_day(facts.due_on),
            ),
        ),
    )


def _invitation(facts: LetterFacts) -> _Words:
    how = _(
        "You may answer in writing or tell us in a talk, by %(answer_by)s at the latest. You choose which.",
        answer_by=_day(facts.answer_by),
    )
    talk = _talk(facts)
    return _Words(
        _("We want to hear your view before we decide"),
        (
            _(
                "We are about to decide on %(subject)s. We use facts about you that are not the same as what you "
                "told us, or that you may not have seen. That is why we ask for your view first "
                "(Awb, articles 4:7 and 4:8).",
                subject=_subject(facts),
            ),
            f"{how} {talk}" if talk else how,
        ),
    )


def _subject(facts: LetterFacts) -> str:
    if facts.proposal:
        return _("your proposal %(proposal)s", proposal=facts.proposal)
    return _("the accreditation of %(hub)s", hub=facts.hub)


def _talk(facts: LetterFacts) -> str:
    if facts.held_on is None:
        return ""
    if facts.place:
        return _("A talk is planned on %(day)s: %(place)s.", day=_day(facts.held_on), place=facts.place)
    return _("A talk is planned on %(day)s.", day=_day(facts.held_on))


def _intention(facts: LetterFacts) -> _Words:
    suspends = facts.intended == "suspend"
    if suspends:
        subject = _("We intend to suspend your accreditation")
        said = _("We intend to suspend the accreditation of %(hub)s.", hub=facts.hub)
    elif facts.intended == "refuse":
        subject = _("We intend to refuse your proposal")
        said = _("We intend not to accredit %(hub)s for %(markets)s.", hub=facts.hub, markets=facts.markets)
    else:
        subject = _("We intend to withdraw your accreditation")
        said = _("We intend to withdraw the accreditation of %(hub)s.", hub=facts.hub)
    view = _(
        "This is not a decision yet. You may give your view first, in writing or in a talk, by %(answer_by)s at the "
        "latest (Awb, article 4:8). We take it into account.",
        answer_by=_day(facts.answer_by),
    )
    talk = _talk(facts)
    return _Words(subject, (said, f"{view} {talk}" if talk else view))


def _suspension(facts: LetterFacts) -> _Words:
    said = _("We suspend the accreditation of %(hub)s from %(starts)s.", hub=facts.hub, starts=_day(facts.starts_on))
    until = _("The suspension ends on %(ends)s at the latest.", ends=_day(facts.ends_on)) if facts.ends_on else ""
    return _Words(
        _("Decision: your accreditation is suspended"),
        (f"{said} {until}" if until else said, *_mends(facts)),
        (
            Section(
                _("What this means"),
                (),
                (
                    _("You get no new questions. Your referral agreements are paused."),
                    _("Questions you have not accepted yet go back to the place that sent them."),
                    _("For questions you have accepted, that place decides whether they stay with you."),
                    _("The public register says that you are suspended."),
                ),
            ),
        ),
    )


def _lifted(facts: LetterFacts) -> _Words:
    said = _(
        "We lift the suspension of %(hub)s from %(starts)s. From that day your accreditation holds again.",
        hub=facts.hub,
        starts=_day(facts.starts_on),
    )
    return _Words(
        _("Decision: the suspension is lifted"),
        (said, *_mends(facts)),
        (Section(_("What this means"), (_("Your referral agreements run again and you can receive questions."),)),),
    )


def _withdrawal(facts: LetterFacts) -> _Words:
    said = _("We withdraw the accreditation of %(hub)s from %(starts)s.", hub=facts.hub, starts=_day(facts.starts_on))
    return _Words(
        _("Decision: your accreditation is withdrawn"),
        (said, *_mends(facts)),
        (
            Section(
                _("What this means"),
                (),
                (
                    _("You get no new questions. Your referral agreements end."),
                    _("Questions you have not accepted yet go back to the place that sent them."),
                    _("The public register keeps saying that you were accredited, and until when."),
                ),
            ),
        ),
    )


def _objection_came(facts: LetterFacts) -> str:
    return _(
        "On %(received)s we received your objection to our decision %(decision)s of %(day)s.",
        received=_day(facts.received_on),
        decision=facts.decision,
        day=_day(facts.decision_on),
    )


def _objection_received(facts: LetterFacts) -> _Words:
    return _Words(
        _("We have received your objection"),
        (
            _objection_came(facts),
            _("We decide on it by %(due)s at the latest (Awb, article 7:10).", due=_day(facts.due_on)),
        ),
        (
            Section(
                _("What happens now"),
                (
                    _("Somebody who had no part in the decision handles your objection."),
                    _("We invite you to explain it (Awb, article 7:2). The decision holds in the meantime."),
                ),
            ),
        ),
    )


def _outcome(facts: LetterFacts) -> str:
    return {
        "upheld": _("You are right. We change our decision."),
        "partly_upheld": _("You are right in part. We change our decision on those points."),
        "rejected": _("We do not change our decision."),
        "inadmissible": _("We cannot deal with your objection. Our decision stays as it is."),
    }.get(facts.outcome, "")


def _objection_decided(facts: LetterFacts) -> _Words:
    return _Words(
        _("Decision on your objection"),
        (
            _objection_came(facts),
            _outcome(facts),
        ),
    )


def _advice(facts: LetterFacts) -> _Words:
    asked = _(
        "Give your advice in Hubs by %(answer_by)s at the latest. The ministry weighs it and decides.",
        answer_by=_day(facts.answer_by),
    )
    return _Words(
        _("We ask for your advice on a proposal"),
        (
            _(
                "%(hub)s has made proposal %(proposal)s to be accredited as a business hub for %(markets)s. "
                "You know this market. That is why we ask for your advice.",
                hub=facts.hub,
                proposal=facts.proposal,
                markets=facts.markets,
            ),
            asked,
        ),
    )


def _objection(kind: LetterKind, facts: LetterFacts) -> tuple[str, ...]:
    """The clause under a decision (Awb 3:45 and 6:23), when the ministry has switched it on."""
    if not facts.has_objection_clause:
        return ()
    if kind == K.OBJECTION_DECISION:
        return (
            _(
                "You can appeal to the district court. Do this within six weeks after the day on which we sent this "
                "letter. Enclose a copy of it."
            ),
        )
    if kind not in DECISIONS:
        return ()
    return (facts.objection_clause,) if facts.objection_clause else default_clause()


def default_clause() -> tuple[str, ...]:
    """The objection clause as long as the ministry has not written its own."""
    return (
        _(
            "You can object to this decision. Do this within six weeks after the day on which we sent this letter. You "
            "can do it in Hubs, or by letter to the address at the top."
        ),
        _("Name your organisation, the date, our reference, and why you do not agree. Sign a letter by hand."),
    )


_KINDS: dict[LetterKind, Callable[[LetterFacts], _Words]] = {
    K.DECISION_ACCREDIT: _accredit,
    K.DECISION_CONDITIONS: _conditional,
    K.DECISION_DEVELOPMENT: _development,
    K.DECISION_REFUSE: _refuse,
    K.NOT_CONSIDERED: _not_considered,
    K.COMPLETION_REQUEST: _completion,
    K.EXTENSION: _extension,
    K.HEARING_INVITATION: _invitation,
    K.INTENTION: _intention,
    K.SUSPENSION: _suspension,
    K.LIFT_SUSPENSION: _lifted,
    K.WITHDRAWAL: _withdrawal,
    K.OBJECTION_RECEIVED: _objection_received,
    K.OBJECTION_DECISION: _objection_decided,
    K.ADVICE_REQUEST: _advice,
}
