"""Agreements of one's own organisation: read, drafted, edited, signed and ended."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.accounts.permissions import P
from hubs.api import codes
from hubs.api.call import Answer, Call
from hubs.api.endpoints import Routes
from hubs.api.listing import Listing, both_ways, listing
from hubs.companies.models import ConsentText
from hubs.core.errors import RuleViolation
from hubs.extensions import db
from hubs.referrals.operations import lineage_ended

from . import operations
from .lifecycle import AGREEMENT
from .models import Agreement, AgreementPost
from .queries import agreement_rows, get_visible_agreement, hub_status_of
from .schemas import AgreementNew, AgreementOut, AgreementPatch, AgreementQuery, AgreementTransition
from .shaping import agreements_shown
from .standing import local_day
from .terms import model_terms
from .words import DATA_FIELD_NAMES, DIRECTION_CHOICES, EITHER_CHOICES, STATE_WORDS

routes = Routes()
codes.add_lifecycle(AGREEMENT, STATE_WORDS)
codes.add("agreement_direction", "list", DIRECTION_CHOICES)
codes.add("agreement_either_to", "list", EITHER_CHOICES)
codes.add("agreement_data_field", "list", DATA_FIELD_NAMES)


@routes.get(
    "/agreements",
    P.AGREEMENT_READ,
    answer=AgreementOut,
    query=AgreementQuery,
    summary="Agreements to which one is a party",
    tag="agreements",
)
def agreement_list(call: Call) -> Listing:
    query = call.query()
    statement = agreement_rows(call.actor, local_day(call.now))
    for name, column in (("state", Agreement.state), ("hub", Agreement.hub_id)):
        if query.get(name):
            statement = statement.where(column == query[name])
    if query.get("post"):
        side = db.select(AgreementPost.agreement_id).where(AgreementPost.post_id == query["post"])
        statement = statement.where(Agreement.id.in_(side))
    page = listing(statement, query, both_ways(id=[(Agreement.id, "asc")]), scalars=False)
    rows = [(row[0], row.hub_status) for row in page.items]
    return page.showing(agreements_shown(rows, actor=call.actor, now=call.now))


def _answer(call: Call, agreement: Agreement, location: str | None = None) -> Answer:
    status = hub_status_of(agreement.hub_id, local_day(call.now))
    shown = agreements_shown([(agreement, status)], actor=call.actor, now=call.now)[0]
    return Answer(shown, agreement.version_id, location)


@routes.get(
    "/agreements/<id:agreement_id>", P.AGREEMENT_READ, answer=AgreementOut, summary="An agreement", tag="agreements"
)
def agreement_show(call: Call, agreement_id: str) -> Answer:
    agreement = get_visible_agreement(call.sight, agreement_id)
    call.may(agreement)
    return _answer(call, agreement)


@routes.create(
    "/agreements",
    P.AGREEMENT_DRAFT,
    body=AgreementNew,
    answer=AgreementOut,
    summary="Draft an agreement; what is not sent is as in the model",
    tag="agreements",
)
def agreement_create(call: Call) -> Answer:
    values = call.body()
    terms = {**model_terms(local_day(call.now)), **_terms(values)}
    agreement = operations.draft_agreement(
        hub_id=values["hub"], post_ids=values["posts"], terms=terms, actor=call.actor, now=call.now
    )
    return _answer(call, agreement, f"/api/v1/agreements/{agreement.id}")


@routes.patch(
    "/agreements/<id:agreement_id>",
    P.AGREEMENT_OFFER,
    body=AgreementPatch,
    answer=AgreementOut,
    summary="Change a draft of one's own",
    tag="agreements",
)
def agreement_edit(call: Call, agreement_id: str) -> Answer:
    agreement = get_visible_agreement(call.sight, agreement_id, lock=True)
    call.may(agreement)
    values = call.body()
    call.match(agreement.version_id)
    posts = values.get("posts", agreement.post_ids)
    operations.edit_agreement(agreement, post_ids=posts, terms=_terms(values), actor=call.actor, now=call.now)
    return _answer(call, agreement)


@routes.transitions(
    "/agreements/<id:agreement_id>/transitions",
    P.AGREEMENT_READ,
    body=AgreementTransition,
    answer=AgreementOut,
    summary="Offer, sign, take back, end, or propose a change (answers the new draft)",
    tag="agreements",
)
def agreement_act(call: Call, agreement_id: str) -> Answer:
    agreement = get_visible_agreement(call.sight, agreement_id, lock=True)
    call.may_act(agreement)
    values = call.body()
    call.match(agreement.version_id)
    next_one = operations.act_on_agreement(
        agreement, values["action"], actor=call.actor, now=call.now, data={"note": values.get("note")}
    )
    if values["action"] in ("terminate", "sign"):
        lineage_ended(agreement, now=call.now)
    return _answer(call, next_one)


def _terms(values: dict[str, Any]) -> dict[str, Any]:
    """The terms among what was sent. Raises RuleViolation for a consent text that does not exist."""
    version = values.get("consent_text_version")
    if version is not None and db.session.get(ConsentText, version) is None:
        raise RuleViolation("text_version", _l("This consent text does not exist."), "consent_text_version")
    return {name: value for name, value in values.items() if name not in ("hub", "posts")}
