"""Before a suspension or withdrawal: the intention, and what the hub said about it (Awb 4:8). Also extending a term."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.permissions import P
from hubs.accreditation import words as names
from hubs.accreditation.deciding_rules import HEARD_BEFORE
from hubs.accreditation.forms.decisions import ExtensionForm, HearingForm, IntentionForm
from hubs.accreditation.models import Accreditation, Hearing
from hubs.accreditation.operations import intending, terms
from hubs.accreditation.operations.deciding import ON_ACCREDITATIONS
from hubs.accreditation.pages.terms import proposal_term
from hubs.accreditation.queries.accreditations import get_visible_accreditation
from hubs.accreditation.queries.hearings import hearings_on_accreditation
from hubs.accreditation.queries.proposals import get_visible_proposal
from hubs.accreditation.statutory import amsterdam_day
from hubs.accreditation.words import decisions as words
from hubs.core.clock import utcnow
from hubs.core.errors import BadInput, NotFound, Problem
from hubs.core.forms import Form
from hubs.core.perform import check_version
from hubs.core.templating import locale_code
from hubs.core.views import STORED, attempt
from hubs.extensions import write_transaction

from . import bp


@bp.get("/accreditations/<id:accreditation_id>/intention")
@permitted(P.DECISION_DRAFT)
def intention_show(accreditation_id: str) -> Any:
    return _page(get_visible_accreditation(current_actor(), accreditation_id), {}, 200)


@bp.post("/accreditations/<id:accreditation_id>/intention")
@permitted(P.DECISION_DRAFT)
def intention_act(accreditation_id: str) -> Any:
    actor, action = current_actor(), request.form.get("action", "")
    write_transaction()
    accreditation = get_visible_accreditation(actor, accreditation_id, lock=True)
    if action not in ("announce", "record", "waive"):
        raise BadInput([Problem("unknown_action", _("This action does not exist here."), "action")])
    form: Form = _announcing(accreditation) if action == "announce" else HearingForm()
    status = attempt(form, lambda: _act(accreditation, action, form))
    if status != STORED:
        return _page(get_visible_accreditation(actor, accreditation_id), {action: form}, status)
    flash(_("The hub gets a letter.") if action == "announce" else _("The hearing is recorded."), "success")
    return redirect(url_for(".intention_show", accreditation_id=accreditation_id), code=303)


def _act(accreditation: Accreditation, action: str, form: Any) -> None:
    actor, now = current_actor(), utcnow()
    if action == "announce":
        intending.announce_intention(
            accreditation,
            intended_kind=form.intended_kind.data,
            subject=form.subject.data or "",
            answer_by=form.answer_by.data,
            actor=actor,
            now=now,
        )
    elif action == "record":
        hearing = _hearing_of(accreditation)
        check_version(hearing, request.form.get("version", type=int))
        intending.record_view(hearing, accreditation, values=form.values(), actor=actor, now=now)
    else:
        kind = request.form.get("intended_kind", "")
        intending.waive_view(accreditation, intended_kind=kind, values=form.values(), actor=actor, now=now)


def _hearing_of(accreditation: Accreditation) -> Hearing:
    wanted = request.form.get("hearing", "")
    for hearing in hearings_on_accreditation(accreditation.id):
        if hearing.id == wanted:
            return hearing
    raise NotFound()


def _announcing(accreditation: Accreditation, **options: Any) -> IntentionForm:
    form = IntentionForm(**options)
    form.intended_kind.choices = [(kind, names.DECISION_KIND_WORDS[kind]) for kind in _open_kinds(accreditation)]
    return form


def _open_kinds(accreditation: Accreditation) -> list[str]:
    return [kind for kind in sorted(HEARD_BEFORE) if accreditation.state in ON_ACCREDITATIONS[kind]]


def _page(accreditation: Accreditation, tried: dict[str, Form], status: int) -> Any:
    rendered = render_template(
        "accreditation/intention_show.html",
        accreditation=accreditation,
        hub=accreditation.hub.name(locale_code()),
        hearings=hearings_on_accreditation(accreditation.id),
        kinds=[(kind, names.DECISION_KIND_WORDS[kind]) for kind in _open_kinds(accreditation)],
        announcing=tried.get("announce") or _announcing(accreditation, formdata=None),
        recording=tried.get("record") or HearingForm(formdata=None),
        waiving=tried.get("waive") or HearingForm(formdata=None),
        failed=next(iter(tried.values()), None),
        failed_action=next(iter(tried), ""),
        failed_hearing=request.form.get("hearing", ""),
        names=names,
        words=words,
    )
    return rendered, status


@bp.route("/proposals/<vref:reference>/term", methods=["GET", "POST"])
@permitted(P.PROPOSAL_COORDINATE)
def proposal_term_edit(reference: str) -> Any:
    """Extend the term of a proposal, with the letter that tells the chamber (Awb 4:14)."""
    actor, now, posted = current_actor(), utcnow(), request.method == "POST"
    if posted:
        write_transaction()
    proposal = get_visible_proposal(actor, reference, lock=posted)
    form, status = ExtensionForm(), 200

    def work() -> None:
        check_version(proposal, request.form.get("version", type=int))
        terms.extend_term(proposal, days=form.days.data, reason=form.reason.data or "", actor=actor, now=now)

    if posted:
        status = attempt(form, work)
        if status == STORED:
            flash(_("The term is extended. The chamber gets a letter."), "success")
            return redirect(url_for(".proposal_show", reference=reference), code=303)
        proposal = get_visible_proposal(actor, reference)
    term = proposal_term(proposal, amsterdam_day(now))
    page = render_template("accreditation/proposal_term_edit.html", form=form, proposal=proposal, term=term)
    return page, status
