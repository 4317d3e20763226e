"""Everything the page of one referral shows, to its receiver and to its sender (sketch 07)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from hubs.accounts.absences import away_words_for
from hubs.accounts.actor import Actor
from hubs.accounts.models import Office, OrganisationKind, Person
from hubs.core.clock import local_day
from hubs.core.durations import when_words
from hubs.core.perform import open_actions
from hubs.core.templating import language_name, locale_code
from hubs.extensions import db
from hubs.reference.labels import label, market_name, sector_name, service_name
from hubs.referrals import terms
from hubs.referrals.forms.acting import SPOKEN
from hubs.referrals.lifecycle import ReferralState, asks_to_keep
from hubs.referrals.models import Referral
from hubs.referrals.pages.case import choices_of, closure_of
from hubs.referrals.pages.declining import Declining, declining_of, follows_words
from hubs.referrals.pages.lists import status_for
from hubs.referrals.pages.next_step import NextStep, unless
from hubs.referrals.pages.talk import Talk, talk_of_referral
from hubs.referrals.pages.timeline import Show, referral_timeline
from hubs.referrals.pages.timeline.reading import SIZE, Place
from hubs.referrals.pages.words import Badge, DueShown, due_shown, ended_words, first, referral_badge, within
from hubs.referrals.places_left import capacity_now, taken_places
from hubs.referrals.presentation import RECEIVER, ReferralView, referral_view
from hubs.referrals.queries import colleagues_of
from hubs.referrals.reading import seen_at
from hubs.referrals.receipt_words import missing_text

F = ReferralState


@dataclass(frozen=True, kw_only=True)
class ReferralPage:
    """The page of a referral for one side; `yes` is what a receiver agrees to by accepting."""

    view: ReferralView
    badge: Badge
    step: NextStep
    clock: DueShown | None
    timezone: str
    actions: frozenset[str]
    facts: list[tuple[str, str]]
    yes: list[str]
    declining: Declining | None
    return_reasons: list[tuple[str, str]]
    outcomes: list[tuple[str, str]]
    channels: list[tuple[str, str]]
    people: list[Person]
    sender_name: str
    receiver_name: str
    sender: str  # as it stands in a sentence, and at the beginning of one
    sender_first: str
    receiver: str
    receiver_first: str
    closure: str
    is_hub: bool
    talk: Talk
    handler_away: str = ""  # until when, and who stands in: for the receiver's own people

    @property
    def referral(self) -> Referral:
        return self.view.referral

    @property
    def is_receiver(self) -> bool:
        return self.view.side == RECEIVER


def referral_page(
    referral: Referral,
    actor: Actor,
    now: datetime,
    *,
    show: Show = Show.ALL,
    before: Place | None = None,
    size: int = SIZE,
) -> ReferralPage:
    """Read everything once; what may not be seen is not in it."""
    view = referral_view(referral, actor, now)
    is_receiver = view.side == RECEIVER
    office = referral.receiver_office if is_receiver else referral.sender_office
    zone = office.timezone
    actions = frozenset() if view.is_over else frozenset(row.name for row in open_actions(referral, actor))
    calendar = terms.calendar_of(db.session(), terms.acting_office(referral), now)
    status = None if view.is_over else status_for(referral, view.side, calendar, now)
    sender = within(referral.sender.name(locale_code()))
    history = referral_timeline(
        view, actor, zone, now, show=show, before=before, seen_at=seen_at(referral, actor), size=size
    )
    return ReferralPage(
        talk=talk_of_referral(view, actor, history, is_receiver=is_receiver),
        view=view,
        badge=referral_badge(referral, view.state),
        handler_away=away_words_for(referral.handler_id, referral.to_id, local_day(now)) if is_receiver else "",
        step=_step(view, sender, zone, now) if is_receiver else _senders_step(view, zone, now),
        clock=due_shown(status, zone, now, short=False),
        timezone=zone,
        actions=actions,
        facts=_facts(view) if view.sees_question else [],
        yes=_what_yes_means(referral, zone, now) if "accept" in actions else [],
        declining=declining_of(referral, now) if "decline" in actions else None,
        return_reasons=choices_of("return_reason") if "return" in actions else [],
        outcomes=choices_of("referral_outcome") if "close" in actions else [],
        channels=[c for c in choices_of("channel") if c[0] in SPOKEN] if actions else [],
        people=list(db.session.execute(colleagues_of(actor)).scalars()) if is_receiver and actions else [],
        sender_name=referral.sender.name(locale_code()),
        receiver_name=referral.receiver.name(locale_code()),
        sender=sender,
        sender_first=first(referral.sender.name(locale_code())),
        receiver=within(referral.receiver.name(locale_code())),
        receiver_first=first(referral.receiver.name(locale_code())),
        closure="" if is_receiver or not referral.is_live else closure_of(referral, now),
        is_hub=referral.receiver.kind == OrganisationKind.HUB,
    )


def _facts(view: ReferralView) -> list[tuple[str, str]]:
    """The question beside its text; nothing that says who asks."""
    place = ", ".join(part for part in (market_name(view.market), view.city) if part)
    groups = [label("target_group", code) for code in view.target_groups]
    parts = [part for part in (label("company_size", view.company_size), *groups) if part]
    company = ", ".join([*parts[:1], *(_inside(part) for part in parts[1:])])
    known = [
        (_("Country and city") if view.city else _("Country"), place),
        (_("Sector"), sector_name(view.sector)),
        (_("Service"), ", ".join(service_name(code) for code in view.services)),
        (_("Company"), company),
        (_("Language"), ", ".join(language_name(code) for code in view.languages)),
        (_("How urgent"), label("urgency", view.urgency)),
    ]
    extra = [(missing_text(key), str(value)) for key, value in view.facts.items() if value]
    return known + [(name[:1].upper() + name[1:], value) for name, value in extra]


def _inside(words: str) -> str:
    """As it stands inside a sentence; an abbreviation keeps its capitals."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


# --- the receiver -----------------------------------------------------------------------------------------------


def _step(view: ReferralView, sender: str, zone: str, now: datetime) -> NextStep:
    """What the receiver must do by when, and what happens by itself if it does not."""
    if view.state == F.PAUSED:
        return _waits(view, sender, zone, now)
    if view.state in (F.SENT, F.ACKNOWLEDGED):
        return _yes_or_no(view, sender, zone, now)
    if view.state in (F.ACCEPTED, F.CONTACT_MADE):
        return _helps(view, sender, zone, now)
    return _over(view, sender, now)


def _waits(view: ReferralView, sender: str, zone: str, now: datetime) -> NextStep:
    due_at = view.referral.due_at
    more = after = ""
    if due_at:
        more = _("Your term stands still. They answer by %(moment)s.", moment=when_words(due_at, zone, now))
        after = _("No answer by then? Then they get a mail. Your term stands still until they answer.")
    return NextStep(_("Wait for the answer of %(name)s.", name=sender), more, after)


def _yes_or_no(view: ReferralView, sender: str, zone: str, now: datetime) -> NextStep:
    due_at = view.referral.decide_due_at
    if due_at is None:
        return NextStep(_("Say yes or no."), "", _("Say nothing? Then it goes back to %(name)s.", name=sender))
    by = when_words(due_at, zone, now)
    after = _("Say nothing by %(moment)s? Then it goes back to %(name)s by itself.", moment=by, name=sender)
    return NextStep(_("Say yes or no."), "", after)


def _helps(view: ReferralView, sender: str, zone: str, now: datetime) -> NextStep:
    """It said yes: what is still to do, and what the sender hears when it does not happen."""
    referral, capital = view.referral, sender[:1].upper() + sender[1:]
    is_late = referral.due_at is not None and referral.due_at <= now
    if view.state == F.ACCEPTED:
        todo, more = _("Call or mail the entrepreneur."), _("Then press “I have spoken to the entrepreneur”.")
        after = _("Not done by then? Then %(name)s gets a mail and may take it back.", name=sender)
        after = after if referral.due_at else ""
        late = _("You are late. %(name)s got a mail and may take it back.", name=capital)
    else:
        todo = _("Help the entrepreneur, and tell what came of it.")
        more, after = _("With that the question is done for you."), ""
        late = _("%(name)s has asked you for it by mail.", name=capital)
    if asks_to_keep(referral):
        more = _("You lost your accreditation: %(name)s chooses whether you finish this one.", name=sender)
    return NextStep(todo, more, late if is_late else after)


def _over(view: ReferralView, sender: str, now: datetime) -> NextStep:
    referral, back = view.referral, _("The question went back to its desk.")
    if view.state == F.CLOSED:
        outcome = label("referral_outcome", referral.outcome).lower()
        return NextStep(_("Nothing: this is done."), _("What came of it: %(outcome)s.", outcome=outcome))
    if view.state == F.LAPSED:
        return NextStep(_("Nothing: the time to answer is over."), back)
    if view.state == F.DECLINED:
        return NextStep(_("Nothing: you said no."), back, follows_words(referral, now))
    if view.state == F.RETURNED:
        return NextStep(_("Nothing: you gave it back."), back, follows_words(referral, now))
    if view.state == F.RECALLED:
        return NextStep(_("Nothing: %(name)s took it back.", name=sender))
    return NextStep(_("Nothing: this ended."), ended_words(referral, ""))


def _what_yes_means(referral: Referral, zone: str, now: datetime) -> list[str]:
    """What the receiver agrees to: by when, for free, and what it takes of the week's places."""
    by = terms.contact_due(db.session(), referral, now)
    found = [_("You call or mail before %(moment)s.", moment=when_words(by, zone, now))]
    agreement = referral.agreement
    if agreement is not None and agreement.first_talk_free:
        found.append(
            _("The first talk is free.")
            + (" " + _("Nobody has to become a member.") if agreement.no_membership else "")
        )
    elif agreement is not None and agreement.no_membership:
        found.append(_("Nobody has to become a member."))
    left = _places_left(referral.receiver_office, referral, now)
    if left is not None:
        found.append(
            ngettext(
                "It takes the last place you have this week.",
                "It takes 1 of the %(num)s places you have left this week.",
                left,
            )
        )
    return found


def _places_left(office: Office, referral: Referral, now: datetime) -> int | None:
    """The places of its week, this one's own included; None without a limit."""
    limit = capacity_now(db.session(), office, now)
    if limit is None:
        return None
    return max(1, limit - taken_places(db.session(), office, referral.capacity_week or "") + 1)


# --- the sender -------------------------------------------------------------------------------------------------


def _senders_step(view: ReferralView, zone: str, now: datetime) -> NextStep:
    referral, name = view.referral, view.referral.receiver.name(locale_code())
    if referral.mode == "cold":
        return NextStep(_("Nothing: the entrepreneur has the address."), _("No data left your desk."))
    if view.state == F.PAUSED:
        return NextStep(_("Answer %(name)s.", name=within(name)), _("Their term stands still until then."))
    if view.is_over:
        return NextStep(_("Nothing now."), _("%(name)s did not answer in time.", name=first(name)))
    if asks_to_keep(referral):
        return NextStep(
            _("Choose: leave it there or take it back."),
            _("%(name)s has no accreditation now, and had accepted this.", name=first(name)),
        )
    late = referral.due_at is not None and referral.due_at <= now
    waiting = _("Call %(name)s.", name=within(name)) if late else _("Nothing now.")
    after = unless(referral, zone, now) if referral.is_live else ""
    sentences = {
        F.SENT: NextStep(waiting, _("%(name)s has not confirmed receipt yet.", name=first(name)), after),
        F.ACKNOWLEDGED: NextStep(
            waiting, _("%(name)s has received it, and has not accepted it yet.", name=first(name)), after
        ),
        F.ACCEPTED: NextStep(
            waiting, _("%(name)s has accepted it and calls or mails the entrepreneur.", name=first(name)), after
        ),
        F.CONTACT_MADE: NextStep(waiting, _("%(name)s has spoken to the entrepreneur.", name=first(name)), after),
        F.CLOSED: NextStep(
            _("Nothing: this is done."),
            _("What came of it: %(outcome)s.", outcome=label("referral_outcome", referral.outcome).lower()),
        ),
    }
    found = sentences.get(F(view.state))
    return found or NextStep(_("Nothing: it is back at your desk."), ended_words(referral, name))
