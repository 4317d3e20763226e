"""The life of a referral agreement (domain.md, Lifecycles). In force only while every condition holds when read."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.accounts.permissions import P
from hubs.core.errors import Problem
from hubs.core.lifecycle import Change, Lifecycle, t


class AgreementState(StrEnum):
    DRAFT = "draft"
    OFFERED = "offered"
    SIGNED = "signed"
    IN_FORCE = "in_force"
    PAUSED = "paused"
    ENDED = "ended"


A = AgreementState


def is_complete(agreement: Any, _change: Change) -> Iterable[Problem]:
    """Everything an agreement must say before it is offered; every gap at once."""
    if not agreement.services:
        yield Problem("services_required", _l("Choose at least one service."), "services")
    if not agreement.directions:
        yield Problem("directions_required", _l("Choose at least one direction."), "directions")
    if not agreement.post_ids:
        yield Problem("posts_required", _l("Choose at least one post."), "posts")
    if agreement.starts_on is None or agreement.ends_on is None:
        yield Problem("term_required", _l("Fill in when the agreement starts and ends."), "starts_on")
    elif agreement.ends_on <= agreement.starts_on:
        yield Problem("term_order", _l("The last day must come after the first."), "ends_on")


def _offered(agreement: Any, change: Change) -> None:
    agreement.offered_at = change.now


def _take_back(agreement: Any, _change: Change) -> None:
    """What is taken back may be edited, so nobody stays bound to what it said."""
    agreement.offered_at = None
    agreement.drop_signatures()


def _signature_is_due(agreement: Any, change: Change) -> Iterable[Problem]:
    if change.data.get("organisation_id") in agreement.signed_party_ids:
        yield Problem("already_signed", _l("Your organisation has already signed."), "action")


def _sign(agreement: Any, change: Change) -> None:
    agreement.put_signature(change.data["organisation_id"], change.data["person_id"], change.now)


def _after_signing(agreement: Any) -> str:
    """A further post may sign later, for itself; that does not start or stop what runs already."""
    if agreement.state != A.OFFERED:
        return agreement.state
    return A.SIGNED if agreement.is_signed_by_both else A.OFFERED


def _end(agreement: Any, change: Change) -> None:
    agreement.ended_at = change.now
    agreement.end_reason = change.data.get("end_reason", "terminated")


def _end_own_side(agreement: Any, change: Change) -> None:
    """A post ends for itself; the hub, or the last post, ends the whole."""
    agreement.end_side(change.data["organisation_id"], change.now)
    if not agreement.has_two_sides:
        _end(agreement, change)


def _after_ending(agreement: Any) -> str:
    return agreement.state if agreement.has_two_sides else A.ENDED


def _unchanged(agreement: Any) -> str:
    return agreement.state


def _pause(agreement: Any, change: Change) -> None:
    agreement.paused_at = change.now
    agreement.pause_reason = change.data.get("reason")


def _resume(agreement: Any, _change: Change) -> None:
    agreement.paused_at = agreement.pause_reason = None


def _has_note(_agreement: Any, change: Change) -> Iterable[Problem]:
    if not (change.data.get("note") or "").strip():
        yield Problem("note_required", _l("Say why. The other side reads this."), "note")


AGREEMENT = Lifecycle(
    "agreement",
    AgreementState,
    A.DRAFT,
    (
        t("offer", _l("Offer"), {A.DRAFT}, A.OFFERED, P.AGREEMENT_OFFER, guard=is_complete, effect=_offered),
        t(
            "sign",
            _l("Sign"),
            {A.OFFERED, A.SIGNED, A.IN_FORCE},
            _after_signing,
            P.AGREEMENT_SIGN,
            guard=_signature_is_due,
            effect=_sign,
        ),
        t("withdraw_offer", _l("Withdraw the offer"), {A.OFFERED}, A.DRAFT, P.AGREEMENT_OFFER, effect=_take_back),
        t(
            "terminate",
            _l("End the agreement"),
            {A.SIGNED, A.IN_FORCE, A.PAUSED},
            _after_ending,
            P.AGREEMENT_TERMINATE,
            guard=_has_note,
            effect=_end_own_side,
        ),
        t("amend", _l("Propose a change"), {A.SIGNED, A.IN_FORCE, A.PAUSED}, _unchanged, P.AGREEMENT_DRAFT),
        t("start", _l("Start"), {A.SIGNED}, A.IN_FORCE, P.AGREEMENT_RULE, by_rule=True),
        t("pause", _l("Pause"), {A.IN_FORCE}, A.PAUSED, P.AGREEMENT_RULE, effect=_pause, by_rule=True),
        t("resume", _l("Resume"), {A.PAUSED}, A.IN_FORCE, P.AGREEMENT_RULE, effect=_resume, by_rule=True),
        t(
            "expire",
            _l("Expire"),
            {A.SIGNED, A.IN_FORCE, A.PAUSED},
            A.ENDED,
            P.AGREEMENT_RULE,
            effect=_end,
            by_rule=True,
        ),
        t(
            "supersede",
            _l("Replace"),
            {A.SIGNED, A.IN_FORCE, A.PAUSED},
            A.ENDED,
            P.AGREEMENT_RULE,
            effect=_end,
            by_rule=True,
        ),
    ),
)
