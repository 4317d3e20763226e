"""What the clock does by itself: warnings, breaches, lapses, ends of waiting, agreements and accreditations that start
or expire, reference data that retires on a planned day, and referrals that a post lets go out by themselves.

Each subject is its own transaction and is looked at again under its lock, so that a run killed half-way, or two
runs at once, leave every effect exactly once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from flask import current_app

from hubs.accounts.actor import THE_SERVICE
from hubs.accreditation import website
from hubs.accreditation.operations import objecting, terms
from hubs.accreditation.operations.due import accreditation_due, follow_accreditation
from hubs.accreditation.operations.hints import keep_verdict, websites_to_look_at
from hubs.agreements import operations as agreements
from hubs.agreements.models import Agreement
from hubs.api.idempotency import forget_answers
from hubs.core.clock import local_day, utcnow
from hubs.core.sent_forms import forget_sent
from hubs.directory import founding
from hubs.directory.operations import ask_confirmation, due_confirmations
from hubs.extensions import db, write_transaction
from hubs.mailbox.operations.forgetting import forget_mails
from hubs.reference import retiring
from hubs.referrals import operations as referrals
from hubs.referrals.complaints.lateness import due_complaints, tell_late
from hubs.referrals.feedback.follow_ups import due_follow_ups, send_follow_up
from hubs.referrals.intake import drop_unconfirmed
from hubs.referrals.intake.kept_asks import drop_old_asks

ENDING = {"expire", "supersede"}
# statutory terms of proposals and objections: what is due, and what happens to each
PROPOSALS: tuple[tuple[Callable[[datetime], list[str]], Callable[..., bool]], ...] = (
    (terms.completions_passed, terms.mark_completion_passed),
    (terms.terms_to_warn, terms.warn_term),
    (terms.terms_overdue, terms.mark_overdue),
    (objecting.objections_to_warn, objecting.warn_objection),
)


def _each(due: Iterable[Any], act: Callable[[Any], bool]) -> int:
    """Do `act` for each of `due` in a transaction of its own; how many did something."""
    listed = list(due)
    db.session.rollback()
    done = 0
    for item in listed:
        write_transaction()
        if act(item):
            db.session.commit()
            done += 1
        else:
            db.session.rollback()
    return done


def _at(act: Callable[..., bool], now: datetime) -> Callable[[str], bool]:
    return lambda identifier: act(identifier, now=now)


def _agreement(agreement_id: str, now: datetime) -> bool:
    agreement = db.session.get(Agreement, agreement_id, with_for_update=True)
    done = agreements.follow_rules(agreement, now=now) if agreement is not None else []
    if agreement is not None and ENDING & set(done):
        referrals.agreement_ended(agreement, now=now)
    return bool(done)


def _closing(office_id: str, now: datetime) -> bool:
    return founding.close_planned(office_id, today=local_day(now), actor=THE_SERVICE, now=now)


def _retirement(item: tuple[str, str], now: datetime) -> bool:
    return retiring.retire_planned(*item, actor=THE_SERVICE, now=now, today=local_day(now))


def _websites(now: datetime) -> None:
    """Look at the websites of proposals handed in: outside any transaction, each answer kept in one of its own."""
    if not current_app.config["WEBSITE_CHECKS"]:
        return
    listed = websites_to_look_at()
    db.session.rollback()
    for proposal_id, address in listed:
        verdict = website.check(address)
        write_transaction()
        keep_verdict(proposal_id, address, verdict, now=now)
        db.session.commit()


def run_once(now: datetime | None = None) -> dict[str, int]:
    """Everything that is due now; counts by kind."""
    now = now or utcnow()
    done = {
        "retirements": _each(retiring.due_retirements(local_day(now)), lambda item: _retirement(item, now)),
        "accreditations": _each(accreditation_due(now), lambda item: follow_accreditation(*item, now=now)),
        "agreements": _each(agreements.agreements_due(now), lambda item: _agreement(item, now)),
        "automatic": _each(referrals.due_automatic(now), lambda item: referrals.refer_automatically(item, now=now)),
        "lapses": _each(referrals.due_lapses(now), lambda item: referrals.lapse(item, now=now)),
        "waits": _each(referrals.due_waits(now), lambda item: referrals.end_wait(item, now=now)),
        "proposals": sum(_each(due(now), _at(act, now)) for due, act in PROPOSALS),
        "breaches": _each(referrals.due_breaches(now), lambda item: referrals.breach(*item, now=now)),
        "complaints": _each(due_complaints(now), _at(tell_late, now)),
        "closings": _each(founding.due_closings(local_day(now)), lambda item: _closing(item, now)),
        "leavers": _each(referrals.due_leavers(now), lambda item: referrals.end_planned(item, now=now)),
        "strays": _each(referrals.due_strays(now), lambda item: referrals.collect_strays(*item, now=now)),
        "follow_ups": _each(due_follow_ups(now), lambda item: send_follow_up(*item, now=now)),
        "warnings": _each(referrals.due_warnings(now), lambda item: referrals.warn(*item, now=now)),
    }
    write_transaction()
    forget_answers(now)
    forget_sent(now)
    drop_unconfirmed(now)
    forget_mails(now)
    drop_old_asks(now)
    db.session.commit()
    # figures for the register: nobody waits for them, so they are not among what was due
    _each(referrals.due_counts(now), lambda item: referrals.count_answers(item, now=now))
    _each(due_confirmations(now), lambda item: ask_confirmation(*item, now=now))
    _websites(now)
    db.session.remove()
    return done
