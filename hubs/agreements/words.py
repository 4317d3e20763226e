"""The terms and standing of an agreement as plain sentences in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from babel.dates import get_month_names
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hubs.accounts.names import with_article
from hubs.core.templating import date_words
from hubs.directory.words import STATUS_WORDS
from hubs.reference.labels import label, market_name, sector_name, service_name

from .lifecycle import AgreementState
from .standing import Reason, Why

STATE_WORDS = {
    AgreementState.DRAFT: _l("Draft"),
    AgreementState.OFFERED: _l("Offered"),
    AgreementState.SIGNED: _l("Signed"),
    AgreementState.IN_FORCE: _l("In force"),
    AgreementState.PAUSED: _l("Standing still"),
    AgreementState.ENDED: _l("Ended"),
}
STATE_TONES = {
    AgreementState.DRAFT: "neutral",
    AgreementState.OFFERED: "active",
    AgreementState.SIGNED: "active",
    AgreementState.IN_FORCE: "success",
    AgreementState.PAUSED: "warning",
    AgreementState.ENDED: "neutral",
}
DIRECTION_CHOICES = {
    "post_to_hub": _l("The post sends questions to the hub"),
    "hub_to_post": _l("The hub sends questions to the post"),
    "hub_to_hub": _l("Hubs under the same post send questions to each other"),
}
EITHER_CHOICES = {
    "hub": _l("The hub takes them"),
    "post": _l("The post takes them"),
}
DATA_FIELD_NAMES = {
    "company": _l("Company"),
    "contact_person": _l("Name of the contact person"),
    "email": _l("E-mail address"),
    "phone": _l("Telephone number"),
    "text": _l("The question"),
    "private_notes": _l("Private notes"),
}
EVENT_WORDS = {
    "agreement.draft": _l("Drafted"),
    "agreement.edit": _l("Changed"),
    "agreement.offer": _l("Offered"),
    "agreement.sign": _l("Signed"),
    "agreement.withdraw_offer": _l("Offer taken back"),
    "agreement.terminate": _l("Ended"),
    "agreement.amend": _l("Change proposed"),
    "agreement.start": _l("Started"),
    "agreement.pause": _l("Standing still: the standing of the hub changed"),
    "agreement.resume": _l("Runs again"),
    "agreement.expire": _l("Ran out"),
    "agreement.supersede": _l("Replaced by a newer version"),
    "agreement.supersede_side": _l("Replaced by a newer version for some posts"),
}
ACTIONS_DONE = {
    "offer": _l("The agreement is offered. The other side has been told."),
    "sign": _l("You signed the agreement. The other side has been told."),
    "withdraw_offer": _l("The offer is taken back. You can change the draft now."),
    "terminate": _l("You ended the agreement. The other side has been told."),
    "amend": _l("This is a draft of the change. The present agreement holds until both sides sign the new one."),
}


def shown_state(agreement: Any, is_in_force: bool) -> str:
    """The state a reader sees: in force only when that is so at this moment, whatever was stored last."""
    if is_in_force:
        return AgreementState.IN_FORCE
    if agreement.state == AgreementState.IN_FORCE:
        return AgreementState.PAUSED
    return agreement.state


def reason_words(reason: Reason, names: dict[str, str]) -> str:
    """Why an agreement is not in force, as a sentence; `names` are those of the parties by id."""
    party = with_article(names.get(reason.value, ""), str(get_locale() or "en")[:2])
    day = date_words(reason.on)
    sentences = {
        Why.NOT_OFFERED: _("It has not been offered yet."),
        Why.HUB_NOT_SIGNED: _("The hub has not signed yet."),
        Why.POST_NOT_SIGNED: _("%(party)s has not signed yet.", party=party) if party else _("No post has signed yet."),
        Why.NO_TERM: _("It does not say when it starts and ends."),
        Why.NOT_STARTED: _("It starts on %(day)s.", day=day),
        Why.OVER: _("It ran until %(day)s.", day=day),
        Why.ENDED: _ended_words(reason.value),
        Why.HUB_ENDED: _("The hub has ended it."),
        Why.POST_ENDED: _("%(party)s has ended it.", party=party),
        Why.SUPERSEDED: _("A newer version has replaced it for %(party)s since %(day)s.", party=party, day=day),
        Why.WAITS_FOR_ACCREDITATION: _("It waits until the hub is accredited."),
        Why.HUB_STATUS: _("The standing of the hub does not allow it: %(status)s.", status=_status_words(reason.value)),
        Why.PAUSED: _("It stands still."),
    }
    return sentences[reason.code]


def _status_words(status: str) -> str:
    return str(STATUS_WORDS.get(status, status)).lower()  # type: ignore[call-overload]


def _ended_words(reason: str) -> str:
    return {
        "expired": _("It ran out."),
        "superseded": _("A newer version has replaced it."),
    }.get(reason, _("It was ended."))


def scope_sentences(agreement: Any) -> list[str]:
    """Who may send what to whom."""
    found = [str(DIRECTION_CHOICES[code]) for code in DIRECTION_CHOICES if code in agreement.directions]
    if agreement.services:
        found.append(_("It is about these services: %(list)s.", list=_names(agreement.services, service_name)))
    found.append(
        _("Sectors: %(list)s.", list=_names(agreement.sectors, sector_name))
        if agreement.sectors
        else _("Every sector counts.")
    )
    found.append(_territory(agreement))
    if agreement.target_groups:
        groups = ", ".join(label("target_group", code) for code in agreement.target_groups)
        found.append(_("Only for these target groups: %(list)s.", list=groups))
    found.append(
        _("Questions that hub and post can both answer go to the hub.")
        if agreement.either_to == "hub"
        else _("Questions that hub and post can both answer stay with the post.")
    )
    return found


def _territory(agreement: Any) -> str:
    markets = _names(agreement.markets, market_name)
    cities = ", ".join(agreement.cities)
    if markets and cities:
        return _("For these countries: %(markets)s; only these cities: %(cities)s.", markets=markets, cities=cities)
    if markets:
        return _("For these countries: %(markets)s.", markets=markets)
    if cities:
        return _("Only for these cities: %(cities)s.", cities=cities)
    return _("For every country where both work.")


def limit_sentences(agreement: Any) -> list[str]:
    """How fast the receiver acts: working hours of its office, never more than so many days."""
    found = [
        _limit(_l("Says it has seen a question within %(hours)s, at most %(days)s."), agreement, "acknowledge"),
        _limit(_l("Says yes or no within %(hours)s, at most %(days)s."), agreement, "decide"),
        _limit(_l("Has the first contact within %(hours)s after yes, at most %(days)s."), agreement, "contact"),
        ngettext(
            "Sends a quote within %(num)s day of the first contact.",
            "Sends a quote within %(num)s days of the first contact.",
            agreement.quote_days,
        ),
        ngettext(
            "Says what came of it within %(num)s day of the first contact.",
            "Says what came of it within %(num)s days of the first contact.",
            agreement.report_days,
        ),
    ]
    if agreement.capacity_share is not None:
        found.append(
            _("The hub keeps %(share)s percent of its weekly room for these questions.", share=agreement.capacity_share)
        )
    return found


def _limit(sentence: Any, agreement: Any, name: str) -> str:
    hours, days = getattr(agreement, f"{name}_hours"), getattr(agreement, f"{name}_outer_days")
    return str(sentence) % {
        "hours": ngettext("%(num)s working hour", "%(num)s working hours", hours),
        "days": ngettext("%(num)s day", "%(num)s days", days),
    }


def promise_sentences(agreement: Any) -> list[str]:
    """What an entrepreneur may count on, and the parties of each other."""
    found = [
        _("A first talk is free.") if agreement.first_talk_free else _("A first talk may cost money."),
        _("Nobody has to become a member to get help.")
        if agreement.no_membership
        else _("The hub may ask a company to become a member."),
        _("The post gets no commission.")
        if agreement.no_commission
        else _("The agreement does not rule out a commission to the post."),
        _("Both may make such agreements with others.")
        if agreement.non_exclusive
        else _("The agreement does not say that others are welcome too."),
    ]
    if agreement.decline_reasons:
        reasons = ", ".join(label("decline_reason", code) for code in agreement.decline_reasons)
        found.append(_("The receiver may say no only for these reasons: %(list)s.", list=reasons))
    return found


def data_sentences(agreement: Any) -> list[str]:
    """What the hub gets to know, and when."""
    named = [str(DATA_FIELD_NAMES.get(code, code)).lower() for code in agreement.data_fields]
    found = [_("The hub sees who asks only after it says yes, and only when the entrepreneur agrees.")]
    if named:
        found.append(_("It then gets: %(list)s.", list=", ".join(named)))
    if agreement.consent_text_version:
        found.append(_("Text that asks for consent: version %(version)s.", version=agreement.consent_text_version))
    return found


def term_sentences(agreement: Any) -> list[str]:
    """From when until when, how it ends and when it is looked at again."""
    found = []
    if agreement.starts_on and agreement.ends_on:
        found.append(
            _(
                "It runs from %(first)s up to and including %(last)s.",
                first=date_words(agreement.starts_on),
                last=date_words(agreement.ends_on),
            )
        )
    if agreement.conditional_on_accreditation:
        found.append(_("It may be signed before the hub is accredited, and starts only then."))
    found.append(
        ngettext(
            "Who wants to stop says so %(num)s day before.",
            "Who wants to stop says so %(num)s days before.",
            agreement.notice_days,
        )
    )
    if agreement.review_month:
        found.append(_("Both look at it together every year in %(month)s.", month=month_name(agreement.review_month)))
    return found


def month_name(month: int) -> str:
    return get_month_names("wide", locale=get_locale() or "en")[month]


def month_choices() -> list[tuple[str, str]]:
    names = [month_name(month) for month in range(1, 13)]
    return [(str(number), name[:1].upper() + name[1:]) for number, name in enumerate(names, 1)]


def _names(codes: Iterable[str], name: Any) -> str:
    return ", ".join(name(code) for code in codes)


def term_words(starts_on: date | None, ends_on: date | None) -> str:
    """The term in a list: "1 January 2026 - 31 December 2028"."""
    if starts_on is None or ends_on is None:
        return _("No term yet")
    return _("%(first)s to %(last)s", first=date_words(starts_on), last=date_words(ends_on))


def parties_words(agreement: Any, own_id: str | None, locale: str) -> str:
    """The other side, as the title of an agreement in a list."""
    if own_id == agreement.hub_id:
        others: Sequence[str] = [with_article(row.post.name(locale), locale, first=False) for row in agreement.posts]
        return ", ".join(others) or _("No post chosen yet")
    return with_article(agreement.hub.name(locale), locale, first=False)


FIELD_NAMES = {
    "directions": _l("Who sends to whom"),
    "services": _l("Services"),
    "sectors": _l("Sectors"),
    "markets": _l("Countries"),
    "cities": _l("Cities"),
    "target_groups": _l("Target groups"),
    "either_to": _l("Questions that hub and post can both answer"),
    "starts_on": _l("First day"),
    "ends_on": _l("Last day"),
    "notice_days": _l("Days of notice"),
    "conditional_on_accreditation": _l("Conditional on accreditation"),
    "review_month": _l("Month of the yearly review"),
    "acknowledge_hours": _l("Working hours to say it was seen"),
    "acknowledge_outer_days": _l("At most so many days"),
    "decide_hours": _l("Working hours to say yes or no"),
    "decide_outer_days": _l("At most so many days"),
    "contact_hours": _l("Working hours to the first contact"),
    "contact_outer_days": _l("At most so many days"),
    "quote_days": _l("Days to a quote"),
    "report_days": _l("Days to say what came of it"),
    "capacity_share": _l("Share of the hub's weekly room, in percent"),
    "first_talk_free": _l("A first talk is free"),
    "no_membership": _l("Nobody has to become a member"),
    "no_commission": _l("The post gets no commission"),
    "non_exclusive": _l("Both may make such agreements with others"),
    "consent_text_version": _l("Text that asks for consent"),
    "data_fields": _l("What the hub gets to know after yes"),
    "decline_reasons": _l("Reasons to say no"),
    "liaison_hub": _l("Contact at the hub"),
    "liaison_posts": _l("Contact at the post"),
}
