"""What letters with a decision say (B1): the decision first, then what it means."""

from __future__ import annotations

from flask_babel import gettext as _

from hubs.accreditation.letters.content import Section
from hubs.accreditation.letters.facts import LetterFacts
from hubs.accreditation.letters.phrases import Words, day_words, mends, missing, received, term


def _next_steps(facts: LetterFacts) -> Section:
    if facts.goes_on:
        first = _("This follows on your present accreditation. Your referral agreements go on, each until its own end.")
    else:
        first = _(
            "You can receive questions of entrepreneurs as soon as two things are done: a post has signed a "
            "referral agreement with you, and we have seen that you register your client contacts in Hubs."
        )
    return Section(
        _("What happens now"),
        (
            first,
            _("Every year you hand in a plan and a report. In Hubs you see by which day."),
        ),
    )


def accredit(facts: LetterFacts) -> Words:
    said = _("We accredit %(hub)s as a business hub for %(markets)s.", hub=facts.hub, markets=facts.markets)
    return Words(
        _("Decision on your proposal: accredited"),
        (received(facts), f"{said} {term(facts)}", *mends(facts)),
        (_next_steps(facts),),
    )


def accredit_conditionally(facts: LetterFacts) -> Words:
    said = _(
        "We accredit %(hub)s as a business hub for %(markets)s, under conditions.",
        hub=facts.hub,
        markets=facts.markets,
    )
    return Words(
        _("Decision on your proposal: accredited under conditions"),
        (received(facts), f"{said} {term(facts)}", *mends(facts)),
        (_next_steps(facts),),
        (
            _(
                "These conditions belong to the accreditation. If one is not met in time, we may suspend or withdraw "
                "it. You can give your view before we do."
            ),
        ),
    )


def develop(facts: LetterFacts) -> Words:
    said = _("We recognise %(hub)s as a hub in development for %(markets)s.", hub=facts.hub, markets=facts.markets)
    return Words(
        _("Decision on your proposal: hub in development"),
        (received(facts), f"{said} {term(facts)}", *mends(facts)),
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
            _next_steps(facts),
        ),
        (_("These conditions belong to the decision. In Hubs you show that they are met."),)
        if facts.conditions
        else (),
    )


def refuse(facts: LetterFacts) -> Words:
    said = _(
        "We do not accredit %(hub)s as a business hub for %(markets)s. Below we explain why.",
        hub=facts.hub,
        markets=facts.markets,
    )
    stays = _("Your present accreditation stays as it is, until its own end.")
    return Words(
        _("Decision on your proposal: not accredited"),
        (received(facts), said, *((stays,) if facts.goes_on and not facts.decision else ()), *mends(facts)),
        (
            Section(
                _("A new proposal"),
                (_("You may make a new proposal. Say in it what has changed since this decision (Awb, article 4:6)."),),
            ),
        ),
    )


def not_consider(facts: LetterFacts) -> Words:
    return Words(
        _("Decision on your proposal: not considered"),
        (
            received(facts),
            _(
                "The proposal was not complete. On %(asked)s we asked you to complete it by %(answer_by)s. "
                "We did not get everything in time.",
                asked=day_words(facts.asked_on),
                answer_by=day_words(facts.answer_by),
            ),
            _(
                "That is why we do not consider your proposal (Awb, article 4:5). We have not judged what it says. "
                "You may make a new proposal at any time."
            ),
        ),
        missing(facts),
    )


def suspend(facts: LetterFacts) -> Words:
    said = _(
        "We suspend the accreditation of %(hub)s from %(starts)s.", hub=facts.hub, starts=day_words(facts.starts_on)
    )
    until = _("The suspension ends on %(ends)s at the latest.", ends=day_words(facts.ends_on)) if facts.ends_on else ""
    return Words(
        _("Decision: your accreditation is suspended"),
        (f"{said} {until}" if until else said, *mends(facts)),
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


def lift_suspension(facts: LetterFacts) -> Words:
    said = _(
        "We lift the suspension of %(hub)s from %(starts)s. From that day your accreditation holds again.",
        hub=facts.hub,
        starts=day_words(facts.starts_on),
    )
    return Words(
        _("Decision: the suspension is lifted"),
        (said, *mends(facts)),
        (Section(_("What this means"), (_("Your referral agreements run again and you can receive questions."),)),),
    )


def withdraw(facts: LetterFacts) -> Words:
    said = _(
        "We withdraw the accreditation of %(hub)s from %(starts)s.", hub=facts.hub, starts=day_words(facts.starts_on)
    )
    return Words(
        _("Decision: your accreditation is withdrawn"),
        (said, *mends(facts)),
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
