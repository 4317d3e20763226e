"""What letters on the way to a decision say (B1): what is asked of the reader, and by when."""

from __future__ import annotations

from flask_babel import gettext as _

from hubs.accreditation.letters.content import Section
from hubs.accreditation.letters.facts import LetterFacts
from hubs.accreditation.letters.phrases import (
    Words,
    day_words,
    missing,
    objection_came,
    received,
    subject_words,
    talk_words,
)


def ask_completion(facts: LetterFacts) -> Words:
    return Words(
        _("Please complete your proposal"),
        (
            received(facts),
            _(
                "The proposal is not complete yet. Complete it in Hubs by %(answer_by)s at the latest.",
                answer_by=day_words(facts.answer_by),
            ),
        ),
        (
            *missing(facts),
            Section(
                _("What this means for the term"),
                (
                    _(
                        "The term for our decision stands still from tomorrow until the day you complete the proposal, "
                        "or until %(answer_by)s (Awb, article 4:15).",
                        answer_by=day_words(facts.answer_by),
                    ),
                    _("If we do not get everything in time, we may decide not to consider the proposal (article 4:5)."),
                ),
            ),
        ),
    )


def extend(facts: LetterFacts) -> Words:
    if facts.about_objection:
        return _objection_put_off(facts)
    return Words(
        _("We need more time for your proposal"),
        (
            received(facts),
            _(
                "We should decide by %(before)s. We do not manage that. We now decide by %(due)s at the latest "
                "(Awb, article 4:14).",
                before=day_words(facts.due_before),
                due=day_words(facts.due_on),
            ),
        ),
    )


def _objection_put_off(facts: LetterFacts) -> Words:
    return Words(
        _("We need more time for your objection"),
        (
            objection_came(facts),
            _(
                "We should decide by %(before)s. We do not manage that. We now decide by %(due)s at the latest "
                "(Awb, article 7:10).",
                before=day_words(facts.due_before),
                due=day_words(facts.due_on),
            ),
        ),
    )


def invite(facts: LetterFacts) -> Words:
    how = _(
        "You may answer in writing or tell us in a talk, by %(answer_by)s at the latest. You choose which.",
        answer_by=day_words(facts.answer_by),
    )
    talk = talk_words(facts)
    return Words(
        _("We want to hear your view before we decide"),
        (
            _(
                "We are about to decide on %(subject)s. We use facts about you that are not the same as what you "
                "told us, or that you may not have seen. That is why we ask for your view first "
                "(Awb, articles 4:7 and 4:8).",
                subject=subject_words(facts),
            ),
            f"{how} {talk}" if talk else how,
        ),
    )


def intend(facts: LetterFacts) -> Words:
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
        answer_by=day_words(facts.answer_by),
    )
    talk = talk_words(facts)
    return Words(subject, (said, f"{view} {talk}" if talk else view))


def receive_objection(facts: LetterFacts) -> Words:
    return Words(
        _("We have received your objection"),
        (
            objection_came(facts),
            _("We decide on it by %(due)s at the latest (Awb, article 7:10).", due=day_words(facts.due_on)),
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


def decide_objection(facts: LetterFacts) -> Words:
    return Words(
        _("Decision on your objection"),
        (
            objection_came(facts),
            _outcome(facts),
        ),
    )


def ask_advice(facts: LetterFacts) -> Words:
    asked = _(
        "Give your advice in Hubs by %(answer_by)s at the latest. The ministry weighs it and decides.",
        answer_by=day_words(facts.answer_by),
    )
    return Words(
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
