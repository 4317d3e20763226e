"""Pages of decisions: the list with the folder to sign, drafting one, and one decision with what can be done to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.actor import Actor
from hubs.accounts.models import OrganisationKind
from hubs.accounts.permissions import P
from hubs.accreditation import words as names
from hubs.accreditation.deciding_rules import KIND_OF_OUTCOME
from hubs.accreditation.forms.decisions import DecisionActionForm, DecisionForm, FolderForm, data_of
from hubs.accreditation.lifecycle import ON_PROPOSALS, DecisionKind, DecisionState, ObjectionState, ProposalState
from hubs.accreditation.models import Accreditation, Decision, Objection, Proposal
from hubs.accreditation.operations import deciding, signing
from hubs.accreditation.operations.attempts import check_signer
from hubs.accreditation.operations.terms import not_consider_until
from hubs.accreditation.pages.decisions import FolderResult, decision_page, decision_rows
from hubs.accreditation.pages.letters import on_page
from hubs.accreditation.queries.accreditations import get_visible_accreditation
from hubs.accreditation.queries.decisions import decisions_visible_to, get_visible_decision, objections_visible_to
from hubs.accreditation.queries.files import contents_of
from hubs.accreditation.queries.proposals import get_visible_proposal
from hubs.accreditation.results import check_not_blind, may_see_result, result_for
from hubs.accreditation.statutory import amsterdam_day
from hubs.accreditation.words import decisions as words
from hubs.accreditation.words.results import number_words
from hubs.core.clock import utcnow
from hubs.core.errors import DomainError, NotFound, RuleViolation, WrongState
from hubs.core.forms import put_problems
from hubs.core.pagination import keyset
from hubs.core.perform import check_permitted, check_state, check_version, transition_of
from hubs.core.templating import locale_code
from hubs.core.views import STORED, attempt, attempt_for, keep_refusal
from hubs.extensions import db, write_transaction
from hubs.reference.labels import market_name, service_name

from . import bp

PAGE_SIZE, MOST_AT_ONCE = 25, 50
SHOWN = ("to_sign", "signed", "all")
K = DecisionKind


@bp.get("/decisions")
@permitted(P.DECISION_READ)
def decision_list() -> str:
    return _folder([], FolderForm())


@bp.post("/decisions")
@permitted(P.DECISION_READ)
def decision_sign_many() -> Any:
    """The folder: each draft is judged and signed by itself, so that one refusal keeps no other back."""
    actor, now, form = current_actor(), utcnow(), FolderForm()
    references = list(dict.fromkeys(request.form.getlist("decision")))[:MOST_AT_ONCE]
    if not form.validate():
        return _folder([], form), 422
    if not references:
        put_problems(form, RuleViolation("none_chosen", _("Choose at least one draft.")))
        return _folder([], form), 422
    versions = dict(zip(request.form.getlist("seen"), request.form.getlist("seen_version"), strict=False))
    results = [_signed_from_folder(reference, versions.get(reference), actor, now) for reference in references]
    return _folder(results, form)


def _signed_from_folder(reference: str, seen: str | None, actor: Actor, now: datetime) -> FolderResult:
    write_transaction()
    title = reference
    try:
        decision = get_visible_decision(actor, reference, lock=True)
        title = words.title_of(decision, decision.hub.name(locale_code()))
        check_signer(decision, actor)
        check_version(decision, int(seen) if seen and seen.isdigit() else None)
        signing.sign_decision(decision, actor=actor, now=now)
    except DomainError as refusal:
        keep_refusal(refusal, now, "folder")
        told = [problem.message for problem in refusal.problems]
        message = refusal.message or (_("This does not exist.") if isinstance(refusal, NotFound) else None)
        return FolderResult(reference, title, False, tuple([message, *told] if message else told))
    title = words.title_of(decision, decision.hub.name(locale_code()))
    db.session.commit()
    return FolderResult(reference, title, True)


def _folder(results: list[FolderResult], form: FolderForm) -> str:
    actor, cursor = current_actor(), request.args.get("cursor")
    may_sign = actor.can(P.DECISION_SIGN)
    ministry = actor.organisation_kind == OrganisationKind.MINISTRY
    only = request.args.get("show", "to_sign" if may_sign else "all")
    only = only if only in SHOWN and ministry else "all" if not ministry else "to_sign"
    page = keyset(
        db.session,
        decision_rows(decisions_visible_to(actor), only=only),
        [(Decision.id, "desc")],
        cursor=cursor,
        size=PAGE_SIZE,
    )
    return render_template(
        "accreditation/decision_list.html",
        decisions=page.items,
        only=only,
        for_ministry=ministry,
        may_sign=may_sign,
        results=results,
        form=form,
        names=names,
        words=words,
        outcomes=KIND_OF_OUTCOME,
        next_url=url_for(".decision_list", show=only, cursor=page.next_cursor) if page.next_cursor else None,
        first_url=url_for(".decision_list", show=only) if cursor else None,
    )


# --- drafting --------------------------------------------------------------------------------------------------


@bp.route("/proposals/<vref:reference>/decision", methods=["GET", "POST"])
@permitted(P.DECISION_DRAFT)
def decision_new(reference: str) -> Any:
    """Draft a decision on a proposal; on a decided one, the decision that takes the place of the one that holds."""
    actor, now, posted = current_actor(), utcnow(), request.method == "POST"
    if posted:
        write_transaction()
    proposal = get_visible_proposal(actor, reference, lock=posted)
    if proposal.state != ProposalState.RETURNED:
        check_state(proposal, "draft_decision")
    objection = _objection_of(actor, request.args.get("objection"), proposal_id=proposal.id)
    form = DecisionForm(data=_start(proposal))
    _offer(form, proposal)

    def work() -> str:
        values = form.values(with_scope=True)
        return deciding.draft_decision(proposal, values=values, actor=actor, now=now, objection=objection).reference

    status, made = attempt_for(form, work) if posted else (200, None)
    if made is not None:
        flash(_("The draft is stored."), "success")
        return redirect(url_for(".decision_show", reference=made), code=303)
    return _drafting(form, proposal, None, now), status


@bp.route("/decisions/<bref:reference>/edit", methods=["GET", "POST"])
@permitted(P.DECISION_DRAFT)
def decision_edit(reference: str) -> Any:
    actor, now, posted = current_actor(), utcnow(), request.method == "POST"
    if posted:
        write_transaction()
    decision = get_visible_decision(actor, reference, lock=posted)
    if decision.state != DecisionState.DRAFT:
        raise WrongState(_("A signed decision does not change. Mend a mistake by a new decision."))
    form = DecisionForm(data=data_of(decision))
    proposal = decision.proposal
    if proposal is not None:
        _offer(form, proposal, decision)
    else:
        form.offer_choices([(decision.kind, names.DECISION_KIND_WORDS[decision.kind])], (), ())
    seen = request.form.get("version", type=int)

    def work() -> str:
        check_version(decision, seen)
        values = form.values(with_scope=proposal is not None)
        return deciding.edit_decision(decision, values=values, actor=actor, now=now).reference

    status, made = attempt_for(form, work) if posted else (200, None)
    if made is not None:
        flash(_("The draft is stored."), "success")
        return redirect(url_for(".decision_show", reference=made), code=303)
    return _drafting(form, proposal, decision, now), status


@bp.route("/accreditations/<id:accreditation_id>/decision", methods=["GET", "POST"])
@permitted(P.DECISION_DRAFT)
def decision_on_accreditation(accreditation_id: str) -> Any:
    """Draft to suspend, to lift a suspension, or to withdraw."""
    actor, now, posted = current_actor(), utcnow(), request.method == "POST"
    if posted:
        write_transaction()
    accreditation = get_visible_accreditation(actor, accreditation_id, lock=posted)
    kinds = [kind for kind, states in deciding.ON_ACCREDITATIONS.items() if accreditation.state in states]
    if not kinds:
        raise WrongState(_("This accreditation is over."))
    wanted = request.args.get("kind")
    objection = _objection_of(actor, request.args.get("objection"), accreditation_id=accreditation.id)
    form = DecisionForm(data={"kind": wanted if wanted in kinds else kinds[0] if len(kinds) == 1 else None})
    form.offer_choices([(kind, names.DECISION_KIND_WORDS[kind]) for kind in kinds], (), ())

    def work() -> str:
        values = form.values(with_scope=False)
        draft = deciding.draft_on_accreditation(accreditation, values=values, actor=actor, now=now, objection=objection)
        return draft.reference

    status, made = attempt_for(form, work) if posted else (200, None)
    if made is not None:
        flash(_("The draft is stored."), "success")
        return redirect(url_for(".decision_show", reference=made), code=303)
    return _drafting(form, None, None, now, accreditation), status


def _start(proposal: Proposal) -> dict[str, Any]:
    """What a new draft begins with: the computed result, and the scope that was asked for."""
    begun = {"markets": list(proposal.markets), "services": _services_wanted(proposal)}
    if proposal.state == ProposalState.RETURNED:
        return {**begun, "kind": K.NOT_CONSIDER}
    check_not_blind(current_actor(), proposal)
    return {**begun, "kind": KIND_OF_OUTCOME[str(result_for(proposal).outcome)]}


def _services_wanted(proposal: Proposal) -> list[str]:
    wanted = contents_of(proposal).get("coverage", {}).get("services_wanted") or []
    return [code for code in wanted if isinstance(code, str)]


def _offer(form: DecisionForm, proposal: Proposal, decision: Decision | None = None) -> None:
    left_out = decision.kind == K.NOT_CONSIDER if decision else proposal.state == ProposalState.RETURNED
    kinds = [kind for kind in K if kind in ON_PROPOSALS and (kind == K.NOT_CONSIDER) == left_out]
    services = sorted({*_services_wanted(proposal), *(decision.services if decision else ())})
    form.offer_choices(
        [(kind, names.DECISION_KIND_WORDS[kind]) for kind in kinds],
        [(code, market_name(code)) for code in proposal.markets],
        [(code, service_name(code)) for code in services],
    )


def _drafting(
    form: DecisionForm,
    proposal: Proposal | None,
    decision: Decision | None,
    now: datetime,
    accreditation: Accreditation | None = None,
) -> str:
    is_left_out = (decision.kind if decision else form.kind.data) == K.NOT_CONSIDER
    with_result = proposal is not None and not is_left_out and may_see_result(current_actor(), proposal)
    return render_template(
        "accreditation/decision_edit.html",
        form=form,
        proposal=proposal,
        decision=decision,
        accreditation=accreditation or (decision.accreditation if decision else None),
        result=result_for(proposal) if with_result and proposal is not None else None,
        outcomes=KIND_OF_OUTCOME,
        left_out_until=not_consider_until(proposal, amsterdam_day(now)) if proposal is not None else None,
        replaces=deciding.decision_in_force(proposal) if proposal is not None and decision is None else None,
        names=names,
        words=words,
        number_words=number_words,
    )


def _objection_of(
    actor: Actor, objection_id: str | None, *, proposal_id: str | None = None, accreditation_id: str | None = None
) -> Objection | None:
    """The objection a new decision answers, when it is about the same proposal or accreditation."""
    if not objection_id:
        return None
    statement = objections_visible_to(actor).where(Objection.id == objection_id[:26])
    objection = db.session.execute(statement).scalar_one_or_none()
    if objection is None:
        raise NotFound()
    contested = objection.decision
    if contested.proposal_id != proposal_id or (accreditation_id and contested.accreditation_id != accreditation_id):
        raise NotFound()
    return objection if objection.state == ObjectionState.DECIDED else None


# --- one decision ----------------------------------------------------------------------------------------------


@bp.get("/decisions/<bref:reference>")
@permitted(P.DECISION_READ)
def decision_show(reference: str) -> Any:
    return _page(get_visible_decision(current_actor(), reference), DecisionActionForm(), 200)


@bp.get("/decisions/<bref:reference>/preview")
@permitted(P.DECISION_DRAFT)
def decision_preview(reference: str) -> Any:
    """The letter as it would go out now, marked as a draft; nothing is stored."""
    actor, now = current_actor(), utcnow()
    decision = get_visible_decision(actor, reference)
    if decision.state != DecisionState.DRAFT:
        raise WrongState(_("This is no draft any more. Its letters are on its page."))
    language = "en" if request.args.get("language") == "en" else "nl"
    pdf = signing.preview_of(decision, language, actor=actor, now=now)
    name = f"{decision.reference}-{language}.pdf"
    return Response(pdf, mimetype="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'})


@bp.post("/decisions/<bref:reference>")
@permitted(P.DECISION_READ)
def decision_act(reference: str) -> Any:
    actor, now, action = current_actor(), utcnow(), request.form.get("action", "")
    write_transaction()
    decision = get_visible_decision(actor, reference, lock=True)
    if action == "sign":
        check_signer(decision, actor)
    form = DecisionActionForm()

    def work() -> None:
        check_version(decision, request.form.get("version", type=int))
        check_permitted(decision, action, actor)
        act = {"sign": signing.sign_decision, "drop": deciding.drop_decision}[action]
        act(decision, actor=actor, now=now)

    transition_of(decision.lifecycle, action)
    status = attempt(form, work)
    if status != STORED:
        return _page(get_visible_decision(actor, reference), form, status)
    done = {"sign": _("The decision is signed. The letters go out now."), "drop": _("The draft is dropped.")}
    flash(done[action], "success")
    return redirect(url_for(".decision_show", reference=reference), code=303)


def _page(decision: Decision, form: DecisionActionForm, status: int) -> Any:
    actor, now = current_actor(), utcnow()
    page = decision_page(decision, actor, now)
    text = None
    if decision.state == DecisionState.DRAFT and page.for_ministry:
        text = on_page(signing.preview_words(decision, locale_code(), actor=actor, now=now))
    rendered = render_template(
        "accreditation/decision_show.html",
        letter_text=text,
        page=page,
        decision=decision,
        form=form,
        hub=decision.hub.name(locale_code()),
        names=names,
        words=words,
    )
    return rendered, status
