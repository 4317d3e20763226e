"""The steps of a question in the demonstration world, each by the same operation that pages and the API call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hubs.accounts.actor import Actor, actor_of_entrepreneur
from hubs.accounts.models import Organisation
from hubs.core.errors import DomainError
from hubs.demo.actors import Actors
from hubs.demo.agreements import end_agreement
from hubs.demo.organisations import suspend
from hubs.demo.questions import Question, Step
from hubs.demo.rows import rows_of
from hubs.extensions import db
from hubs.referrals import operations
from hubs.referrals.lifecycle import ReferralState
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.routing import Receipt


class StoryError(RuntimeError):
    """The demonstration data ask for something the rules do not allow."""


class NotYet(Exception):  # noqa: N818  no error: the step comes later
    """A clock is not over yet; `at` says when it is."""

    def __init__(self, at: datetime) -> None:
        super().__init__(at)
        self.at = at


@dataclass
class Case:
    """A stored question on its way along its path."""

    question: Question
    request_id: str
    turn: int
    actors: Actors

    @property
    def support_request(self) -> SupportRequest:
        return db.session.get_one(SupportRequest, self.request_id)

    @property
    def entrepreneur(self) -> Actor:
        return actor_of_entrepreneur(self.request_id, self.question.language)

    @property
    def referral(self) -> Referral:
        """The one that runs, the newest."""
        live = [referral for referral in self.support_request.referrals if referral.is_live]
        if not live:
            raise StoryError(f"{self.question.key}: nothing is referred")
        return max(live, key=lambda referral: referral.number)

    def desk(self) -> Actor:
        return _somebody(self, self.actors.at_desk(self.support_request.owner_id, self.turn))

    def receiver(self, referral: Referral) -> Actor:
        return _somebody(self, self.actors.receiver(referral.to_id, self.turn))

    def words(self, code: str) -> str:
        return words(code, self.question.language)


def _somebody(case: Case, actor: Actor | None) -> Actor:
    if actor is None:
        raise StoryError(f"{case.question.key}: nobody works there")
    return actor


def words(code: str, language: str) -> str:
    """A message of `messages.csv`: the most precise one for this code."""
    known = {row["code"]: row[language] for row in rows_of("messages")}
    return known.get(code) or known.get(code.partition(".")[0], "")


def take_step(case: Case, step: Step, now: datetime) -> None:
    """Do one step. Raises NotYet for a lapse before its time, StoryError when the data are wrong."""
    try:
        _STEPS[step.verb](case, step, now)
    except DomainError as error:
        why = "; ".join(f"{problem.code} {problem.field} {dict(problem.values)}" for problem in error.problems)
        raise StoryError(f"{case.question.key}: {step.verb} at {now}: {error.code} {why}") from error


# by the desk


def _act(case: Case, action: str, now: datetime, **data: Any) -> None:
    operations.act_on_request(case.support_request, action, actor=case.desk(), now=now, data=data)


def _take(case: Case, _step: Step, now: datetime) -> None:
    _act(case, "take", now)


def _refer(case: Case, step: Step, now: datetime) -> None:
    receipt = operations.receipt_for(case.support_request, now=now)
    chosen = [_id_of(case, step.argument)] if step.argument else _first_places(case, receipt)
    data: dict[str, Any] = {"receipt_hash": receipt.hash, "destinations": [{"organisation": one} for one in chosen]}
    if step.reason and not _is_first(receipt, chosen):
        data |= {"reason": step.reason}
    _act(case, "refer", now, **data)


def _first_places(case: Case, receipt: Receipt) -> list[str]:
    places = [
        place.organisation_id
        for place in receipt.destinations
        if place.rank == 1 and not place.at_owning_desk and not place.own_choice and place.kind != "partner"
    ]
    if not places:
        raise StoryError(f"{case.question.key}: no place to refer to ({receipt.outcome})")
    return list(dict.fromkeys(places))


def _is_first(receipt: Receipt, chosen: list[str]) -> bool:
    return all(
        any(p.organisation_id == one and p.rank == 1 and not p.own_choice for p in receipt.destinations)
        for one in chosen
    )


def _signpost(mode: str) -> Callable[[Case, Step, datetime], None]:
    def signpost(case: Case, step: Step, now: datetime) -> None:
        _act(case, "signpost", now, mode=mode, destinations=[{"organisation": _id_of(case, step.argument)}])

    return signpost


def _id_of(case: Case, code: str) -> str:
    if code not in case.actors.ids:
        found = db.session.query(Organisation.id).filter_by(code=code).order_by(Organisation.kind).first()
        if found is None:
            raise StoryError(f"{case.question.key}: unknown place {code}")
        return str(found[0])
    return case.actors.ids[code]


def _desk_step(action: str, code: str) -> Callable[[Case, Step, datetime], None]:
    def act(case: Case, step: Step, now: datetime) -> None:
        _act(case, action, now, note=case.words(f"{code}.{step.argument}" if step.argument else code))

    return act


def _serve(case: Case, _step: Step, now: datetime) -> None:
    _act(case, "serve", now, note=case.words("serve"), reason="recent_experience")


def _recall(case: Case, _step: Step, now: datetime) -> None:
    operations.act_on_referral(case.referral, "recall", actor=case.desk(), now=now, data={"note": case.words("recall")})


# by the receiver


def _receiver_step(action: str, code: str = "", key: str = "") -> Callable[[Case, Step, datetime], None]:
    def act(case: Case, step: Step, now: datetime) -> None:
        referral = case.referral
        data = {"note": case.words(f"{code}.{step.argument}")} if code else {}
        if key:
            data[key] = step.argument
        if action == "accept" and referral.kind == "signpost":
            data["partner_reference"] = f"DEMO-{referral.reference[2:5]}"
        operations.act_on_referral(referral, action, actor=case.receiver(referral), now=now, data=data)

    return act


# by the entrepreneur


def _answer(case: Case, _step: Step, now: datetime) -> None:
    data = {"note": case.words("answer")}
    operations.act_on_request(case.support_request, "answer", actor=case.entrepreneur, now=now, data=data)


def _withdraw(case: Case, _step: Step, now: datetime) -> None:
    data = {"note": case.words("withdraw")}
    operations.act_on_request(case.support_request, "withdraw", actor=case.entrepreneur, now=now, data=data)


def _unconsent(case: Case, _step: Step, now: datetime) -> None:
    operations.withdraw_consent(case.support_request, actor=case.entrepreneur, now=now)


def _choose(case: Case, _step: Step, now: datetime) -> None:
    """Another hub than the one that has the question now."""
    present = {referral.to_id for referral in case.support_request.referrals}
    receipt = operations.receipt_for(case.support_request, now=now)
    others = [p.organisation_id for p in receipt.destinations if p.kind == "hub" and p.organisation_id not in present]
    if not others:
        raise StoryError(f"{case.question.key}: no other place to choose")
    operations.choose_place(case.support_request, others[0], actor=case.entrepreneur, now=now)


def _wait(case: Case, _step: Step, now: datetime) -> None:
    operations.choose_wait(case.support_request, actor=case.entrepreneur, now=now)


def _to_post(case: Case, _step: Step, now: datetime) -> None:
    operations.return_to_post(case.support_request, actor=case.entrepreneur, now=now)


def _info(case: Case, _step: Step, now: datetime) -> None:
    operations.add_information(case.support_request, case.words("info"), actor=case.entrepreneur, now=now)


def _not_tell(case: Case, step: Step, now: datetime) -> None:
    ids = [_id_of(case, step.argument)]
    operations.do_not_tell(case.support_request, ids, actor=case.entrepreneur, now=now)


# by rule


def _lapse(case: Case, _step: Step, now: datetime) -> None:
    newest = max(case.support_request.referrals, key=lambda referral: referral.number)
    if newest.state == ReferralState.LAPSED:
        return  # the clock's own round came first
    referral = case.referral
    if referral.decide_due_at is None:
        raise StoryError(f"{case.question.key}: this referral does not lapse")
    if referral.decide_due_at > now:
        raise NotYet(referral.decide_due_at)
    operations.lapse(referral.id, now=now)


def _suspend(case: Case, _step: Step, now: datetime) -> None:
    suspend(case.actors, case.referral.to_id, now)


def _end_agreement(case: Case, _step: Step, now: datetime) -> None:
    end_agreement(case.actors, case.referral.to_id, now, case.words("other"))


_STEPS: dict[str, Callable[[Case, Step, datetime], None]] = {
    "take": _take,
    "refer": _refer,
    "warm": _signpost("warm"),
    "cold": _signpost("cold"),
    "serve": _serve,
    "ask": _desk_step("ask", "ask"),
    "unserved": _desk_step("close_unserved", "unserved"),
    "scope": _desk_step("close_out_of_scope", "scope"),
    "noreply": _desk_step("close_no_reply", "noreply"),
    "reopen": _desk_step("reopen", "reopen"),
    "recall": _recall,
    "ack": _receiver_step("acknowledge"),
    "accept": _receiver_step("accept", "accept"),
    "decline": _receiver_step("decline", "decline", "reason"),
    "rask": _receiver_step("ask", "rask"),
    "contact": _receiver_step("record_contact", "contact", "channel"),
    "return": _receiver_step("return", "return", "reason"),
    "close": _receiver_step("close", "close", "outcome"),
    "answer": _answer,
    "withdraw": _withdraw,
    "unconsent": _unconsent,
    "choose": _choose,
    "wait": _wait,
    "topost": _to_post,
    "info": _info,
    "nottell": _not_tell,
    "lapse": _lapse,
    "suspend": _suspend,
    "endagreement": _end_agreement,
}
