"""The advice of posts on a proposal in their market: asked by the ministry, given by the post, kept as typed."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta

from flask_babel import lazy_gettext as _l

from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.accreditation.models import PostAdvice, Proposal
from hubs.accreditation.operations.attempts import check_no_interest, person_of
from hubs.accreditation.operations.entering import check_seen
from hubs.accreditation.operations.sending import send_letter
from hubs.accreditation.queries.assessments import OPEN_FOR_ADVICE, posts_to_ask
from hubs.accreditation.statutory import amsterdam_day
from hubs.core.errors import NotFound, NotPermitted, Problem, RuleViolation, WrongState
from hubs.core.events import record
from hubs.core.types import new_id
from hubs.extensions import db

OPINIONS = ("positive", "positive_if", "negative", "no_opinion")
USUAL_DAYS = 21
NOT_YOURS = _l("Your role may not do this here.")
OVER = _l("The assessment is concluded. Advice can no longer be asked, given or changed.")


def ask_advice(
    proposal: Proposal, *, post_ids: Collection[str], due_on: date | None, actor: Actor, now: datetime
) -> list[PostAdvice]:
    """Ask posts of the proposal's markets for their opinion, until a day (three weeks unless told).

    Raises NotPermitted, Conflicted, WrongState, RuleViolation (no post, not of the market, asked already, day over).
    """
    if not actor.can(P.PROPOSAL_COORDINATE, proposal):
        raise NotPermitted(message=NOT_YOURS)
    check_no_interest(proposal, "ask_advice", proposal.hub_id, actor)
    if proposal.state not in OPEN_FOR_ADVICE:
        raise WrongState(OVER)
    today = amsterdam_day(now)
    problems = list(_ask_problems(proposal, post_ids, due_on, today))
    if problems:
        raise RuleViolation(problems=problems)
    until = due_on or today + timedelta(days=USUAL_DAYS)
    posts = {post.id: post for post in posts_to_ask(proposal)}
    rows = [
        PostAdvice(
            id=new_id(), post_id=post_id, post=posts[post_id], asked_at=now, asked_by_id=actor.person_id, due_on=until
        )
        for post_id in sorted(set(post_ids))
    ]
    proposal.advices.extend(rows)
    db.session.flush()
    data = {"posts": [row.post_id for row in rows], "due_on": str(until)}
    record(db.session, "proposal.ask_advice", proposal, actor=actor, now=now, data=data)
    for row in rows:
        extra = {"post": row.post, "answer_by": until}
        send_letter("advice_request", proposal=proposal, actor=actor, now=now, extra=extra)
    return rows


def _ask_problems(proposal: Proposal, post_ids: Collection[str], due_on: date | None, today: date) -> Iterator[Problem]:
    if not post_ids:
        yield Problem("posts_required", _l("Choose at least one post."), "posts")
    elif set(post_ids) - {post.id for post in posts_to_ask(proposal)}:
        yield Problem("not_a_post_of_market", _l("Choose posts of this market that were not asked yet."), "posts")
    if due_on is not None and due_on <= today:
        yield Problem("due_past", _l("Choose a day after today."), "due_on")


def own_advice(proposal: Proposal, actor: Actor) -> PostAdvice:
    """The advice asked of the actor's own post. Raises NotFound."""
    found = next((row for row in proposal.advices if row.post_id == actor.organisation_id), None)
    if found is None:
        raise NotFound()
    return found


def give_advice(
    advice: PostAdvice, *, opinion: str, text: str, version: int | None, actor: Actor, now: datetime
) -> PostAdvice:
    """Give the post's opinion, or change it until the assessment is concluded; every wording stays in the history.

    `version` is that of the advice seen. Raises NotPermitted, Conflicted, WrongState, Stale, RuleViolation.
    """
    proposal = advice.proposal
    if not actor.can(P.ADVICE_GIVE, advice):
        raise NotPermitted(message=NOT_YOURS)
    person_id = person_of(actor, proposal, "advise")
    check_no_interest(proposal, "advise", proposal.hub_id, actor)
    if proposal.state not in OPEN_FOR_ADVICE:
        raise WrongState(OVER)
    check_seen(advice, version)
    problems = []
    if opinion not in OPINIONS:
        problems.append(Problem("opinion_required", _l("Choose what you advise."), "opinion"))
    if not text.strip():
        problems.append(Problem("text_required", _l("Explain your advice. The chamber reads it too."), "text"))
    if problems:
        raise RuleViolation(problems=problems)
    is_first = advice.given_at is None
    advice.opinion, advice.text, advice.given_at, advice.given_by_id = opinion, text, now, person_id
    proposal.touch_file()
    db.session.flush()
    kind = "proposal.advise" if is_first else "proposal.change_advice"
    data = {"post": advice.post_id, "opinion": opinion, "person": person_id, "file_number": proposal.file_number}
    record(db.session, kind, proposal, actor=actor, now=now, data=data, personal={"text": text})
    return advice
