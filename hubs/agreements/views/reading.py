"""The list of own agreements, and one of them: its terms, who signed, whether it is in force, what can be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.agreements import operations, words
from hubs.agreements.forms import AgreementActionForm
from hubs.agreements.lifecycle import AgreementState
from hubs.agreements.models import Agreement
from hubs.agreements.queries import (
    agreement_history,
    agreement_rows,
    get_visible_agreement,
    hub_status_of,
    lineages_of,
    names_of_people,
)
from hubs.agreements.standing import facts_of, failing_reasons, is_in_force, local_day, posts_in_force
from hubs.agreements.terms import changed_terms, terms_of
from hubs.core.clock import utcnow
from hubs.core.lifecycle import Transition
from hubs.core.pagination import keyset
from hubs.core.perform import check_version, open_actions
from hubs.core.templating import locale_code
from hubs.core.views import STORED, attempt_for
from hubs.directory.queries.desk import liaisons_for
from hubs.extensions import db, write_transaction
from hubs.referrals.operations import lineage_ended

from . import bp

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class Side:
    """One party's side as the page shows it."""

    organisation_id: str
    name: str
    signed_at: datetime | None
    signed_by: str
    ended_at: datetime | None
    is_in_force: bool


@bp.get("/agreements")
@permitted(P.AGREEMENT_READ)
def agreement_list() -> str:
    actor, today, cursor = current_actor(), local_day(utcnow()), request.args.get("cursor")
    page = keyset(
        db.session, agreement_rows(actor, today), [(Agreement.id, "desc")], cursor=cursor, size=PAGE_SIZE, scalars=False
    )
    agreements = [row.Agreement for row in page.items]
    lineages = lineages_of(agreements)
    rows = []
    for row in page.items:
        facts = facts_of(row.Agreement, lineages[row.Agreement.lineage_id])
        reasons = failing_reasons(facts, row.hub_status or "", today)
        rows.append((row.Agreement, words.shown_state(row.Agreement, not reasons), reasons))
    return render_template(
        "agreements/agreement_list.html",
        rows=rows,
        actor=actor,
        names={one.id: one.name(locale_code()) for agreement in agreements for one in _parties(agreement)},
        may_draft=actor.can(P.AGREEMENT_DRAFT),
        next_url=url_for("agreements.agreement_list", cursor=page.next_cursor) if page.next_cursor else None,
        first_url=url_for("agreements.agreement_list") if cursor else None,
        words=words,
    )


@bp.get("/agreements/<id:agreement_id>")
@permitted(P.AGREEMENT_READ)
def agreement_show(agreement_id: str) -> Any:
    return _page(get_visible_agreement(current_actor(), agreement_id), AgreementActionForm(), 200)


@bp.post("/agreements/<id:agreement_id>")
@permitted(P.AGREEMENT_READ)
def agreement_act(agreement_id: str) -> Any:
    actor, now, action = current_actor(), utcnow(), request.form.get("action", "")
    write_transaction()
    agreement = get_visible_agreement(actor, agreement_id, lock=True)
    form = AgreementActionForm()

    def work() -> str:
        check_version(agreement, request.form.get("version", type=int))
        shown = operations.act_on_agreement(agreement, action, actor=actor, now=now, data={"note": form.note.data})
        if action in ("terminate", "sign"):
            lineage_ended(agreement, now=now)
        return shown.id

    status, target = attempt_for(form, work)
    if status != STORED:
        return _page(get_visible_agreement(actor, agreement_id), form, status)
    endpoint = "agreement_edit" if action == "amend" else "agreement_show"
    flash(words.ACTIONS_DONE[action], "success")
    return redirect(url_for(f"agreements.{endpoint}", agreement_id=target), code=303)


def _page(agreement: Agreement, form: AgreementActionForm, status: int) -> Any:
    actor, today = current_actor(), local_day(utcnow())
    lineage = lineages_of([agreement])[agreement.lineage_id]
    hub_status, facts = hub_status_of(agreement.hub_id, today), facts_of(agreement, lineage)
    reasons = failing_reasons(facts, hub_status, today)
    shown = [version for version in lineage if _is_shown(version, actor)]
    earlier = [version for version in shown if version.version_number < agreement.version_number]
    actions = _actions(agreement, actor)
    page = render_template(
        "agreements/agreement_show.html",
        agreement=agreement,
        form=form,
        state=words.shown_state(agreement, not reasons),
        reasons=reasons,
        is_in_force=is_in_force(facts, hub_status, today),
        sides=_sides(agreement, posts_in_force(facts, hub_status, today)),
        own_id=actor.organisation_id,
        names={one.id: one.name(locale_code()) for one in _parties(agreement)},
        actions={row.name: row.label for row in actions},
        may_edit=agreement.state == AgreementState.DRAFT and actor.can(P.AGREEMENT_OFFER, agreement),
        versions=shown,
        changes=changed_terms(terms_of(earlier[-1]), terms_of(agreement)) if earlier else [],
        history=agreement_history(agreement),
        liaisons=_liaisons(agreement, actor),
        words=words,
    )
    return page, status


def _liaisons(agreement: Agreement, actor: Actor) -> list[tuple[str, list[Any]]]:
    """Whom to call at each party that has signed and not ended, told to the parties only and from their signing on."""
    if agreement.state not in (AgreementState.SIGNED, AgreementState.IN_FORCE, AgreementState.PAUSED):
        return []
    ids = [agreement.hub_id, *(row.post_id for row in agreement.posts if row.ended_at is None)]
    if actor.organisation_id not in ids:
        return []
    readers = [actor.organisation_id] if actor.organisation_id != agreement.hub_id else ids
    found = liaisons_for([party for party in ids if party != actor.organisation_id], readers)
    own = liaisons_for([actor.organisation_id], ids)
    names = {one.id: one.name(locale_code()) for one in _parties(agreement)}
    return [(names[party], rows) for party, rows in {**found, **own}.items()]


def _parties(agreement: Agreement) -> list[Any]:
    return [agreement.hub, *(row.post for row in agreement.posts)]


def _is_shown(version: Agreement, actor: Actor) -> bool:
    return version.state != AgreementState.DRAFT or version.drafted_by_id == actor.organisation_id


def _actions(agreement: Agreement, actor: Actor) -> list[Transition]:
    """What this reader's side may still do: it signs once and ends once."""
    own, ended = actor.organisation_id, {row.post_id for row in agreement.posts if row.ended_at is not None}
    done = {"sign"} if own in agreement.signed_party_ids else set()
    if own in ended:
        done = {"sign", "terminate", "amend"}
    return [row for row in open_actions(agreement, actor) if row.name not in done]


def _sides(agreement: Agreement, holding: frozenset[str]) -> list[Side]:
    people = names_of_people([agreement.hub_signed_by, *(row.signed_by for row in agreement.posts)])
    locale = locale_code()
    hub = Side(
        agreement.hub_id,
        agreement.hub.name(locale),
        agreement.hub_signed_at,
        people.get(agreement.hub_signed_by or "", ""),
        agreement.hub_ended_at,
        bool(holding),
    )
    posts = [
        Side(
            row.post_id,
            row.post.name(locale),
            row.signed_at,
            people.get(row.signed_by or "", ""),
            row.ended_at,
            row.post_id in holding,
        )
        for row in agreement.posts
    ]
    return [hub, *posts]
