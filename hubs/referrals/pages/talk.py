"""The part of a case page where people write to each other: to whom, what was said, which files."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask_babel import gettext as _

from hubs.accounts.actor import Actor
from hubs.accounts.names import short_name
from hubs.core.templating import locale_code
from hubs.referrals.conversation import Audience, waits_for_acceptance
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.operations.messages import is_masked, may_write
from hubs.referrals.pages.timeline import Timeline
from hubs.referrals.pages.words import within
from hubs.referrals.presentation import ReferralView
from hubs.referrals.reading import reader_of_view


@dataclass(frozen=True, slots=True)
class Target:
    """Somebody a message can go to; `hint` says what follows from it."""

    value: str
    label: str
    hint: str


@dataclass(frozen=True, kw_only=True)
class Talk:
    """The conversation of one case for one reader."""

    timeline: Timeline
    targets: list[Target] = field(default_factory=list)
    hidden_files: int = 0  # shown once the reader's organisation accepts

    @property
    def first_target(self) -> str:
        return self.targets[0].value if self.targets else ""


def talk_of_question(support_request: SupportRequest, actor: Actor, timeline: Timeline) -> Talk:
    """For the desk: to the entrepreneur, to whoever has the question now, or for itself."""
    targets = []
    if may_write(support_request, None, Audience.ENTREPRENEUR, actor):
        targets.append(Target(Audience.ENTREPRENEUR, _("The entrepreneur"), _mail_hint(support_request)))
    for referral in support_request.referrals:
        if referral.is_live and may_write(support_request, referral, Audience.DESKS, actor):
            name = short_name(referral.receiver.name(locale_code()))
            targets.append(Target(referral.reference, name, _desk_hint(referral)))
    if may_write(support_request, None, Audience.OWN, actor):
        targets.append(_own())
    return Talk(timeline=timeline, targets=targets)


def talk_of_referral(view: ReferralView, actor: Actor, timeline: Timeline, *, is_receiver: bool) -> Talk:
    """For either side of a referral."""
    referral, support_request = view.referral, view.referral.support_request
    if not view.sees_question:
        return Talk(timeline=timeline)
    targets = []
    if not view.is_over and may_write(support_request, referral, Audience.DESKS, actor):
        other = referral.sender if is_receiver else referral.receiver
        hint = _("They get a mail with a link, and read it here.") if is_receiver else _desk_hint(referral)
        targets.append(Target(Audience.DESKS, short_name(other.name(locale_code())), hint))
    if is_receiver and view.sees_identity and may_write(support_request, referral, Audience.ENTREPRENEUR, actor):
        targets.append(
            Target(
                Audience.ENTREPRENEUR,
                _("The entrepreneur"),
                _("%(hint)s %(name)s does not read it.", hint=_mail_hint(support_request), name=_sender(referral)),
            )
        )
    if may_write(support_request, referral, Audience.OWN, actor):
        targets.append(_own())
    reader = reader_of_view(view, actor)
    hidden = sum(waits_for_acceptance(file, reader) for file in support_request.files)
    return Talk(timeline=timeline, targets=targets, hidden_files=hidden)


def _sender(referral: Referral) -> str:
    name = within(referral.sender.name(locale_code()))
    return name[:1].upper() + name[1:]


def _own() -> Target:
    hint = _("Only our organisation reads this. It goes out with no mail and stands on nobody else's page.")
    return Target(Audience.OWN, _("A note for ourselves"), hint)


def _mail_hint(support_request: SupportRequest) -> str:
    contact = support_request.contact_person
    if contact is None or not contact.email:
        return _("We have no e-mail address: they read it on their own page only. Call them too.")
    return _("They get your text by mail, and can answer that mail.")


def _desk_hint(referral: Referral) -> str:
    if is_masked(referral):
        return _(
            "They have not accepted yet: leave out names, numbers and addresses. They see files after they accept."
        )
    return _("They get a mail with a link, and read it here.")
