"""Proposals as their people see them: the list, beginning one, and the page of a file with what can be done to it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.actor import Actor
from hubs.accounts.models import OrganisationKind
from hubs.accounts.permissions import P
from hubs.accreditation import words as names
from hubs.accreditation.forms.proposals import BeginForm, ProposalActionForm
from hubs.accreditation.models import Proposal
from hubs.accreditation.operations.acting import act_on_proposal
from hubs.accreditation.operations.entering import SEEN_OLDER
from hubs.accreditation.operations.proposals import begin_proposal, fitting_kinds, live_accreditation
from hubs.accreditation.operations.signing import check_took_no_part
from hubs.accreditation.pages.proposals import proposal_page, state_seen, version_seen
from hubs.accreditation.queries.files import known_codes, with_hub
from hubs.accreditation.queries.proposals import get_visible_proposal, proposals_visible_to
from hubs.accreditation.words import proposals as words
from hubs.accreditation.words.letters import LETTER_KIND_WORDS
from hubs.core.clock import utcnow
from hubs.core.errors import DomainError, NotFound, RuleViolation, Stale, WrongState
from hubs.core.forms import put_problems
from hubs.core.pagination import keyset
from hubs.core.perform import open_actions
from hubs.core.views import STORED, attempt_for
from hubs.directory.models import HubProfile
from hubs.extensions import db, write_transaction
from hubs.reference.labels import label_choices

from . import bp
from .board import board_page

PAGE_SIZE = 25


@bp.get("/proposals")
@permitted(P.PROPOSAL_READ)
def proposal_list() -> Any:
    actor = current_actor()
    return board_page(actor) if actor.organisation_kind == OrganisationKind.MINISTRY else own_list(actor)


def own_list(actor: Actor) -> str:
    """The files of one's own chamber; for a post those it was asked to advise on."""
    cursor = request.args.get("cursor")
    statement = with_hub(proposals_visible_to(actor))
    page = keyset(db.session, statement, [(Proposal.id, "desc")], cursor=cursor, size=PAGE_SIZE)
    return render_template(
        "accreditation/proposal_list.html",
        proposals=page.items,
        may_begin=actor.can(P.PROPOSAL_WRITE) and actor.organisation_kind == OrganisationKind.HUB,
        is_own=actor.organisation_kind == OrganisationKind.HUB,
        names=names,
        words=words,
        state_seen=state_seen,
        next_url=url_for("accreditation.proposal_list", cursor=page.next_cursor) if page.next_cursor else None,
        first_url=url_for("accreditation.proposal_list") if cursor else None,
    )


@bp.route("/proposals/new", methods=["GET", "POST"])
@permitted(P.PROPOSAL_WRITE)
def proposal_new() -> Any:
    actor, now, posted = current_actor(), utcnow(), request.method == "POST"
    if posted:
        write_transaction()
    profile = db.session.get(HubProfile, actor.organisation_id)
    if profile is None:
        raise NotFound()
    kinds = fitting_kinds(profile, live_accreditation(profile.id))
    form = BeginForm(data={"markets": profile.markets, "kind": kinds[0] if len(kinds) == 1 else None})
    known = known_codes()["market"]
    markets = [pair for pair in label_choices("market") if pair[0] in known]
    form.offer_choices([(kind, str(names.KIND_WORDS[kind])) for kind in kinds], markets, profile.markets)
    status = 200
    if posted:
        status, reference = attempt_for(form, lambda: _begun(form, actor, now))
        if status == STORED:
            flash(words.BEGUN, "success")
            return redirect(url_for("accreditation.proposal_show", reference=reference), code=303)
    return render_template("accreditation/proposal_new.html", form=form, words=words), status


def _begun(form: BeginForm, actor: Actor, now: Any) -> str:
    return begin_proposal(kind=form.kind.data, markets=form.chosen_markets(), actor=actor, now=now).reference


@bp.get("/proposals/<vref:reference>")
@permitted(P.PROPOSAL_READ)
def proposal_show(reference: str) -> Any:
    return _page(get_visible_proposal(current_actor(), reference), ProposalActionForm(), 200)


@bp.post("/proposals/<vref:reference>")
@permitted(P.PROPOSAL_READ)
def proposal_act(reference: str) -> Any:
    actor, now, action = current_actor(), utcnow(), request.form.get("action", "")
    form = ProposalActionForm()
    write_transaction()
    proposal = get_visible_proposal(actor, reference, lock=True)
    check_took_no_part(proposal, action, actor)
    if not form.validate():
        return _page(proposal, form, 422)
    try:
        _check_seen(proposal, actor)
        act_on_proposal(proposal, action, actor=actor, now=now, data={"note": form.note.data or ""})
    except (RuleViolation, WrongState) as refusal:
        db.session.rollback()
        return _refused(actor, reference, form, refusal)
    db.session.commit()
    flash(words.ACTIONS_DONE[action], "success")
    return redirect(url_for("accreditation.proposal_show", reference=reference), code=303)


def _check_seen(proposal: Proposal, actor: Actor) -> None:
    """409 when the page was made before somebody else's change. Raises Stale."""
    seen = request.form.get("version", type=int)
    if seen is not None and seen != version_seen(proposal, is_own=actor.organisation_id == proposal.hub_id):
        raise Stale(SEEN_OLDER)


def _refused(actor: Actor, reference: str, form: ProposalActionForm, refusal: DomainError) -> Any:
    """The page again: what a submission lacks is listed with links to the fields, anything else beside its field."""
    proposal = get_visible_proposal(actor, reference)
    missing = request.form.get("action") == "submit" and isinstance(refusal, RuleViolation)
    if not missing:
        put_problems(form, refusal)
    return _page(proposal, form, 409 if isinstance(refusal, WrongState) else 422, tried=missing)


def _page(proposal: Proposal, form: ProposalActionForm, status: int, *, tried: bool = False) -> Any:
    actor, now = current_actor(), utcnow()
    page = proposal_page(proposal, actor, now)
    rendered = render_template(
        "accreditation/proposal_show.html",
        proposal=proposal,
        page=page,
        form=form,
        tried=tried,
        actions={row.name: row.label for row in open_actions(proposal, actor)},
        names=names,
        words=words,
        letter_words=LETTER_KIND_WORDS,
    )
    return rendered, status
