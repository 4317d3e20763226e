"""Every write to referral agreements: drafting, signing, ending, and what follows by rule (domain.md, Lifecycles).

Effects on referrals under an agreement that ends live further right, in `hubs.referrals.operations`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from hubs.accounts.actor import THE_SERVICE, Actor
from hubs.accounts.models import Organisation, OrganisationKind
from hubs.accounts.permissions import P
from hubs.core.errors import BadInput, NotPermitted, Problem, RuleViolation, WrongState
from hubs.core.events import record
from hubs.core.perform import perform
from hubs.core.stamps import ROUTING, bump
from hubs.core.types import new_id
from hubs.directory.lifecycle import STANDING
from hubs.extensions import db

from .lifecycle import AgreementState
from .models import Agreement, AgreementPost
from .queries import BOUND, due_ids, hub_status_of, lineages_of
from .standing import facts_of, is_in_force, local_day, superseded_posts
from .terms import TERM_FIELDS, changed_terms, terms_of

A = AgreementState
NOT_YOURS = _l("Your role may not do this here.")


def draft_agreement(
    *, hub_id: str, post_ids: Collection[str], terms: Mapping[str, Any], actor: Actor, now: datetime
) -> Agreement:
    """Begin an agreement between a hub and posts; only the drafting side sees it until it is offered.

    Raises NotPermitted, RuleViolation (a party that cannot be one, own organisation no party).
    """
    if not actor.can(P.AGREEMENT_DRAFT):
        raise NotPermitted(message=NOT_YOURS)
    _check_parties(hub_id, post_ids, actor)
    identifier = new_id()
    agreement = Agreement(
        id=identifier,
        lineage_id=identifier,
        version_number=1,
        state=A.DRAFT,
        hub_id=hub_id,
        drafted_by_id=actor.organisation_id,
        created_at=now,
    )
    return _stored_draft(agreement, post_ids, terms, actor=actor, now=now)


def edit_agreement(
    agreement: Agreement, *, post_ids: Collection[str], terms: Mapping[str, Any], actor: Actor, now: datetime
) -> Agreement:
    """Change a draft. Raises NotPermitted (other side), WrongState (offered already), RuleViolation."""
    if not actor.can(P.AGREEMENT_OFFER, agreement):
        raise NotPermitted(message=NOT_YOURS)
    if agreement.state != A.DRAFT:
        raise WrongState(_l("This agreement is offered or signed. Take the offer back, or propose a change."))
    _check_parties(agreement.hub_id, post_ids, actor)
    changed = changed_terms(terms_of(agreement), {**terms_of(agreement), **terms})
    _put_terms(agreement, terms)
    _put_posts(agreement, post_ids)
    db.session.flush()
    record(db.session, "agreement.edit", agreement, actor=actor, now=now, data={"fields": changed}, outbox=False)
    bump(db.session, ROUTING)
    return agreement


def act_on_agreement(
    agreement: Agreement, action: str, *, actor: Actor, now: datetime, data: Mapping[str, Any] | None = None
) -> Agreement:
    """Offer, sign, withdraw_offer, terminate (`data["note"]` says why) or amend; the agreement to show next.

    That is the new draft after `amend`, else `agreement`. Signing starts at once what has its first day behind
    it, and what it replaces ends. Raises BadInput, NotPermitted, WrongState, RuleViolation.
    """
    if action == "amend":
        return amend_agreement(agreement, actor=actor, now=now)
    given = dict(data or {})
    note = str(given.get("note") or "").strip()
    perform(
        db.session,
        agreement,
        action,
        actor=actor,
        now=now,
        data={**given, "organisation_id": actor.organisation_id, "person_id": actor.id},
        event_data={"party": actor.organisation_id},
        personal={"note": note},
        problems=list(_problems(agreement, action, actor, now)),
    )
    bump(db.session, ROUTING)
    if action == "sign":
        for version in _lineage(agreement):
            follow_rules(version, now=now)
    return agreement


def amend_agreement(agreement: Agreement, *, actor: Actor, now: datetime) -> Agreement:
    """Propose a change: a new draft of the same lineage, which replaces this version when it starts.

    Raises NotPermitted, WrongState, RuleViolation (a change is under way already).
    """
    versions = _lineage(agreement)
    identifier = new_id()
    perform(
        db.session,
        agreement,
        "amend",
        actor=actor,
        now=now,
        event_data={"party": actor.organisation_id, "draft": identifier},
        problems=list(_change_under_way(versions, actor)),
    )
    draft = Agreement(
        id=identifier,
        lineage_id=agreement.lineage_id,
        version_number=1 + max(version.version_number for version in versions),
        state=A.DRAFT,
        hub_id=agreement.hub_id,
        drafted_by_id=actor.organisation_id,
        is_demo=agreement.is_demo,
        created_at=now,
    )
    return _stored_draft(draft, agreement.post_ids, terms_of(agreement), actor=actor, now=now)


def follow_rules(agreement: Agreement, *, now: datetime) -> list[str]:
    """Bring the stored state in line with the clock, the hub's standing and later versions.

    The names of the transitions done, in order; empty when nothing was due. Whether an agreement is in force
    never waits for this: see `standing`.
    """
    if agreement.state not in BOUND:
        return []
    done = list(_followed(agreement, now))
    if done:
        bump(db.session, ROUTING)
    return done


def agreements_due(now: datetime) -> list[str]:
    """The ids of agreements for which `follow_rules` has something to do."""
    return list(db.session.execute(due_ids(now)).scalars())


def _followed(agreement: Agreement, now: datetime) -> Iterator[str]:
    today = local_day(now)
    status = hub_status_of(agreement.hub_id, today)
    facts = facts_of(agreement, _lineage(agreement))
    replaced = superseded_posts(facts, today)
    if replaced and _supersede(agreement, replaced, now):
        yield "supersede"
    if agreement.state in BOUND and agreement.ends_on is not None and today > agreement.ends_on:
        _by_rule(agreement, "expire", now=now, data={"end_reason": "expired"})
        yield "expire"
    if agreement.state == A.SIGNED and is_in_force(facts, status, today):
        _by_rule(agreement, "start", now=now)
        yield "start"
    if agreement.state == A.IN_FORCE and status not in STANDING:
        _by_rule(agreement, "pause", now=now, data={"reason": status})
        yield "pause"
    if agreement.state == A.PAUSED and status in STANDING:
        _by_rule(agreement, "resume", now=now)
        yield "resume"


def _supersede(agreement: Agreement, replaced: Collection[str], now: datetime) -> bool:
    """End the sides that a later version replaced; the whole when none is left. Whether anything changed."""
    sides = [row for row in agreement.posts if row.post_id in replaced and row.ended_at is None]
    for row in sides:
        row.ended_at = now
    if not agreement.has_two_sides:
        _by_rule(agreement, "supersede", now=now, data={"end_reason": "superseded"})
        return True
    if sides:
        db.session.flush()
        posts = sorted(row.post_id for row in sides)
        record(
            db.session, "agreement.supersede_side", agreement, actor=THE_SERVICE, now=now, data={"posts": posts},
            outbox=False,
        )  # fmt: skip
    return bool(sides)


def _by_rule(
    agreement: Agreement,
    action: str,
    *,
    now: datetime,
    data: Mapping[str, Any] | None = None,
) -> None:
    perform(db.session, agreement, action, actor=THE_SERVICE, now=now, data=data)


def _lineage(agreement: Agreement) -> list[Agreement]:
    return lineages_of([agreement]).get(agreement.lineage_id, [agreement])


def _problems(agreement: Agreement, action: str, actor: Actor, now: datetime) -> Iterator[Problem]:
    """What stands against an action in other objects than the agreement."""
    if action == "sign":
        status = hub_status_of(agreement.hub_id, local_day(now))
        if status not in STANDING and not agreement.conditional_on_accreditation:
            yield Problem(
                "hub_not_accredited",
                _l("This hub has no accreditation that carries an agreement. Make it conditional on accreditation."),
                "action",
            )
        ended = [row.post_id for row in agreement.posts if row.ended_at is not None]
        if actor.organisation_id in ended or (agreement.hub_ended_at and actor.organisation_id == agreement.hub_id):
            yield Problem("side_ended", _l("Your organisation has ended its side of this agreement."), "action")
    if action == "terminate" and _side_is_over(agreement, actor.organisation_id):
        yield Problem("side_ended", _l("Your organisation has ended its side of this agreement."), "action")


def _side_is_over(agreement: Agreement, organisation_id: str | None) -> bool:
    return any(row.post_id == organisation_id and row.ended_at is not None for row in agreement.posts)


def _change_under_way(versions: list[Agreement], actor: Actor) -> Iterator[Problem]:
    """One change at a time: an offered one, or a draft of one's own; the other side's drafts give no hint."""
    if any(version.state == A.OFFERED for version in versions):
        yield Problem("change_offered", _l("A change of this agreement is on offer. Settle that one first."), "action")
    if any(version.state == A.DRAFT and version.drafted_by_id == actor.organisation_id for version in versions):
        yield Problem("change_drafted", _l("You are drafting a change of this agreement already."), "action")


def _check_parties(hub_id: str, post_ids: Collection[str], actor: Actor) -> None:
    found = {
        row.id: row.kind
        for row in db.session.execute(
            select(Organisation.id, Organisation.kind).where(
                Organisation.id.in_([hub_id, *post_ids]), Organisation.retired_on.is_(None)
            )
        )
    }
    problems = []
    if found.get(hub_id) != OrganisationKind.HUB:
        problems.append(Problem("unknown_hub", _l("Choose a hub from the list."), "hub"))
    if any(found.get(post_id) != OrganisationKind.POST for post_id in post_ids):
        problems.append(Problem("unknown_post", _l("Choose posts from the list."), "posts"))
    if actor.organisation_id not in {hub_id, *post_ids}:
        problems.append(Problem("own_side", _l("Your own organisation must be a party."), "posts"))
    if problems:
        raise RuleViolation(problems=problems)


def _stored_draft(
    agreement: Agreement, post_ids: Collection[str], terms: Mapping[str, Any], *, actor: Actor, now: datetime
) -> Agreement:
    _put_terms(agreement, terms)
    _put_posts(agreement, post_ids)
    db.session.add(agreement)
    db.session.flush()
    data = {"lineage": agreement.lineage_id, "number": agreement.version_number}
    record(db.session, "agreement.draft", agreement, actor=actor, now=now, data=data, outbox=False)
    bump(db.session, ROUTING)
    return agreement


def _put_terms(agreement: Agreement, terms: Mapping[str, Any]) -> None:
    unknown = set(terms) - set(TERM_FIELDS)
    if unknown:
        raise BadInput([Problem("unknown_field", _l("This field does not exist."), name) for name in sorted(unknown)])
    for name, value in terms.items():
        setattr(agreement, name, value)


def _put_posts(agreement: Agreement, post_ids: Collection[str]) -> None:
    wanted, kept = set(post_ids), {row.post_id for row in agreement.posts}
    agreement.posts = [
        *(row for row in agreement.posts if row.post_id in wanted),
        *(AgreementPost(post_id=post_id) for post_id in sorted(wanted - kept)),
    ]
