"""Two companies side by side, made one, or kept apart; and a merge undone."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.companies.merging import CHOSEN, NEW_NUMBER, following, merge_problems, set_apart
from hubs.companies.models import CompanyMerge, CompanyRecord
from hubs.companies.queries import companies_found, get_visible_company, get_visible_merge
from hubs.companies.words import MERGED_TABLES
from hubs.core.clock import utcnow
from hubs.core.errors import BadInput, DomainError, NotFound, Problem, RuleViolation, WrongState
from hubs.core.forms import clean_text
from hubs.extensions import db, write_transaction
from hubs.referrals.operations.merging import MergePreview, added_since, merge_two, preview_merge, undo_two
from hubs.referrals.views import bp

OFFERED = 10


@bp.get("/companies/<id:company_id>/merge")
@permitted(P.COMPANY_WRITE)
def company_merge(company_id: str) -> str:
    actor, other = current_actor(), request.args.get("other", "")
    kept = get_visible_company(actor, company_id)
    if not other:
        return _choose(actor, kept)
    return _side_by_side(actor, kept.company_id, _visible(actor, other))


@bp.post("/companies/<id:company_id>/merge")
@permitted(P.COMPANY_WRITE)
def company_merge_act(company_id: str) -> Any:
    actor, now = current_actor(), utcnow()
    write_transaction()
    first = get_visible_company(actor, company_id).company_id
    other = _visible(actor, request.form.get("other", ""))
    chosen = {name: request.form.get(name, "") for name in CHOSEN}
    action, reason = request.form.get("action", "merge"), request.form.get("reason") or None
    try:
        if action == "apart":
            pair = [get_visible_company(actor, each) for each in (first, other)]
            set_apart(pair[0], pair[1], actor=actor, now=now)
            kept_id = first
        elif action == "merge":
            keep = request.form.get("keep")
            merge = merge_two(actor, first, other, now=now, chosen=chosen, reason=reason, keep=keep)
            kept_id = merge.kept_id
        else:
            raise BadInput([Problem("unknown_action", _("This action does not exist here."), "action")])
    except (RuleViolation, WrongState, BadInput) as refusal:
        db.session.rollback()
        return _side_by_side(actor, first, other, refusal), 409 if isinstance(refusal, WrongState) else 422
    db.session.commit()
    flash(
        _("Kept apart. They are not put forward again.") if action == "apart" else _("The two are one now."), "success"
    )
    return redirect(url_for("referrals.company_show", company_id=kept_id), code=303)


def _visible(actor: Actor, company_id: str) -> str:
    """The id as typed in a form or address. Raises NotFound."""
    if not 0 < len(company_id) <= 26 or "\x00" in company_id:
        raise NotFound()
    return get_visible_company(actor, company_id).company_id


def _choose(actor: Actor, kept: CompanyRecord) -> str:
    words = clean_text(request.args.get("q", ""))[:200]
    found: list[CompanyRecord] = []
    if words:
        statement = companies_found(actor, words).where(CompanyRecord.company_id != kept.company_id)
        found = list(db.session.execute(statement.order_by(CompanyRecord.name_folded).limit(OFFERED)).scalars())
    return render_template("referrals/company_merge_choose.html", record=kept, words=words, found=found)


def _side_by_side(actor: Actor, first: str, other: str, refusal: DomainError | None = None) -> str:
    preview = preview_merge(actor, first, other, keep=request.form.get("keep"))
    plan = preview.plan
    problems = refusal.problems if refusal else [p for p in merge_problems(plan, None) if p.code != "two_numbers"]
    said = list(problems) or ([Problem(refusal.code, refusal.message)] if refusal and refusal.message else [])
    return render_template(
        "referrals/company_merge.html",
        preview=preview,
        kept=plan.kept,
        gone=plan.gone,
        first=first,
        other=other,
        counts=_counts(preview),
        reasons=NEW_NUMBER,
        sent=request.form,
        forbidden=any(p.code in ("same_company", "two_countries", "both_there") for p in said),
        problems=[{"field": p.field, "message": p.message} for p in said],
    )


def _counts(preview: MergePreview) -> list[tuple[str, int]]:
    """What moves, in words; tables that a page has no word for are counted together."""
    known = [(str(words), preview.plan.counts.get(table, 0)) for table, words in MERGED_TABLES.items()]
    rest = sum(number for table, number in preview.plan.counts.items() if table not in MERGED_TABLES)
    return [(words, number) for words, number in [*known, (_("Other"), rest)] if number]


@bp.get("/companies/merges/<id:merge_id>")
@permitted(P.COMPANY_READ)
def merge_undo(merge_id: str) -> str:
    actor = current_actor()
    return _merge_page(actor, get_visible_merge(actor, merge_id))


@bp.post("/companies/merges/<id:merge_id>")
@permitted(P.COMPANY_WRITE)
def merge_undo_act(merge_id: str) -> Any:
    actor, now = current_actor(), utcnow()
    write_transaction()
    merge = get_visible_merge(actor, merge_id, lock=True)
    gone_id = merge.gone_id
    try:
        undo_two(merge, actor=actor, now=now, along=request.form.getlist("along"))
    except WrongState as refusal:
        db.session.rollback()
        return _merge_page(actor, get_visible_merge(actor, merge_id), refusal), 409
    db.session.commit()
    flash(_("Undone. The two companies are apart again."), "success")
    return redirect(url_for("referrals.company_show", company_id=gone_id), code=303)


def _merge_page(actor: Actor, merge: CompanyMerge, refusal: WrongState | None = None) -> str:
    statement = select(CompanyRecord).where(
        CompanyRecord.organisation_id == actor.organisation_id,
        CompanyRecord.company_id.in_((merge.kept_id, merge.gone_id)),
    )
    records = {each.company_id: each for each in db.session.execute(statement).scalars()}
    is_open = merge.undone_at is None
    return render_template(
        "referrals/company_merge_undo.html",
        merge=merge,
        kept=records.get(merge.kept_id),
        gone=records.get(merge.gone_id),
        added=added_since(merge) if is_open else [],
        later=following(merge) if is_open else None,
        reason=NEW_NUMBER.get(merge.reason or ""),
        problems=[{"message": refusal.message}] if refusal else [],
    )
