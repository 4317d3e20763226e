"""The page on which a post gives its advice on a proposal it was asked about."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.permissions import P
from hubs.accreditation.forms.assessing import AdviceForm
from hubs.accreditation.models import Proposal
from hubs.accreditation.operations.advising import give_advice, own_advice
from hubs.accreditation.pages.proposals import proposal_page
from hubs.accreditation.queries.assessments import OPEN_FOR_ADVICE
from hubs.accreditation.queries.proposals import get_visible_proposal
from hubs.accreditation.statutory import amsterdam_day
from hubs.accreditation.words import KIND_WORDS
from hubs.accreditation.words import assessing as words
from hubs.core.clock import utcnow
from hubs.core.views import STORED, attempt
from hubs.extensions import write_transaction

from . import bp


@bp.get("/proposals/<vref:reference>/advice")
@permitted(P.ADVICE_GIVE)
def advice_show(reference: str) -> Any:
    actor = current_actor()
    proposal = get_visible_proposal(actor, reference)
    advice = own_advice(proposal, actor)
    return _page(proposal, AdviceForm(data={"opinion": advice.opinion, "text": advice.text}), 200)


@bp.post("/proposals/<vref:reference>/advice")
@permitted(P.ADVICE_GIVE)
def advice_give(reference: str) -> Any:
    actor, now, form = current_actor(), utcnow(), AdviceForm()
    form.opinion.choices = list(words.OPINION_WORDS.items())
    write_transaction()
    proposal = get_visible_proposal(actor, reference, lock=True)
    advice = own_advice(proposal, actor)
    version = request.form.get("version", type=int)

    def work() -> None:
        give_advice(
            advice, opinion=form.opinion.data or "", text=form.text.data or "", version=version, actor=actor, now=now
        )

    status = attempt(form, work)
    if status != STORED:
        return _page(get_visible_proposal(actor, reference), form, status)
    flash(words.ACTIONS_DONE["give"], "success")
    return redirect(url_for("accreditation.advice_show", reference=reference), code=303)


def _page(proposal: Proposal, form: AdviceForm, status: int) -> Any:
    actor, now = current_actor(), utcnow()
    advice = own_advice(proposal, actor)
    form.opinion.choices = [(code, str(label)) for code, label in words.OPINION_WORDS.items()]
    rendered = render_template(
        "accreditation/advice_show.html",
        proposal=proposal,
        advice=advice,
        form=form,
        page=proposal_page(proposal, actor, now),
        today=amsterdam_day(now),
        may_give=proposal.state in OPEN_FOR_ADVICE,
        words=words,
        kind_words=KIND_WORDS,
    )
    return rendered, status
