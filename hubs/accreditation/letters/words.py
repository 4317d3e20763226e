"""The sentences of each letter, in its language (B1; articles are of the Algemene wet bestuursrecht, Awb).

What the ministry decides stands first, then what the reader has to do, then why.
"""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import force_locale
from flask_babel import gettext as _

from hubs.accreditation.letters import deciding, proceeding
from hubs.accreditation.letters.content import LetterContent, LetterKind
from hubs.accreditation.letters.facts import LetterFacts
from hubs.accreditation.letters.phrases import Words

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


_KINDS: dict[LetterKind, Callable[[LetterFacts], Words]] = {
    K.DECISION_ACCREDIT: deciding.accredit,
    K.DECISION_CONDITIONS: deciding.accredit_conditionally,
    K.DECISION_DEVELOPMENT: deciding.develop,
    K.DECISION_REFUSE: deciding.refuse,
    K.NOT_CONSIDERED: deciding.not_consider,
    K.COMPLETION_REQUEST: proceeding.ask_completion,
    K.EXTENSION: proceeding.extend,
    K.HEARING_INVITATION: proceeding.invite,
    K.INTENTION: proceeding.intend,
    K.SUSPENSION: deciding.suspend,
    K.LIFT_SUSPENSION: deciding.lift_suspension,
    K.WITHDRAWAL: deciding.withdraw,
    K.OBJECTION_RECEIVED: proceeding.receive_objection,
    K.OBJECTION_DECISION: proceeding.decide_objection,
    K.ADVICE_REQUEST: proceeding.ask_advice,
}
