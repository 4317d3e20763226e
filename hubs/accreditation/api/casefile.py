"""The indexed file of a case in the API: its inventory, and the archive itself."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.accounts.permissions import P
from hubs.accreditation.casefile.building import Entry, inventory_of
from hubs.accreditation.casefile.gathering import Case, case_of_objection
from hubs.accreditation.casefile.pieces import Purpose
from hubs.accreditation.operations.casefile import make_case_file, record_case_file
from hubs.accreditation.queries.decisions import get_visible_objection
from hubs.accreditation.queries.proposals import get_visible_proposal
from hubs.accreditation.schemas.casefile import CaseFileNew, CaseFileOut, InventoryOut, InventoryQuery
from hubs.api.call import Answer, Call
from hubs.core.errors import RuleViolation
from hubs.core.templating import locale_code
from hubs.extensions import db, write_transaction

from . import routes

MOST_BYTES = 100 * 1024 * 1024  # as JSON; a larger file is made on the page
TOO_LARGE = _l("This file is too large for an answer of the API. Make it on the page of the case.")


@routes.get(
    "/proposals/<id:proposal_id>/file",
    P.FILE_EXPORT,
    answer=InventoryOut,
    query=InventoryQuery,
    summary="The inventory of the file for an objection, the court or disclosure",
    tag="proposals",
)
def proposal_file_list(call: Call, proposal_id: str) -> Answer:
    return _inventory(call, _of_proposal(call, proposal_id))


@routes.endpoint(
    "POST",
    "/proposals/<id:proposal_id>/file",
    P.FILE_EXPORT,
    body=CaseFileNew,
    answer=CaseFileOut,
    refuses=(422,),
    summary="Make the file with its numbered pieces; that it was made is recorded",
    tag="proposals",
)
def proposal_file_create(call: Call, proposal_id: str) -> Answer:
    return _made(call, lambda: _of_proposal(call, proposal_id))


@routes.get(
    "/objections/<id:objection_id>/file",
    P.FILE_EXPORT,
    answer=InventoryOut,
    query=InventoryQuery,
    summary="The inventory of the file of the case an objection is about",
    tag="objections",
)
def objection_file_list(call: Call, objection_id: str) -> Answer:
    return _inventory(call, _of_objection(call, objection_id))


@routes.endpoint(
    "POST",
    "/objections/<id:objection_id>/file",
    P.FILE_EXPORT,
    body=CaseFileNew,
    answer=CaseFileOut,
    refuses=(422,),
    summary="Make the file of the case an objection is about; that it was made is recorded",
    tag="objections",
)
def objection_file_create(call: Call, objection_id: str) -> Answer:
    return _made(call, lambda: _of_objection(call, objection_id))


def _of_proposal(call: Call, proposal_id: str) -> Case:
    proposal = get_visible_proposal(call.sight, proposal_id)
    call.may(proposal)
    return Case(proposal.hub, proposal)


def _of_objection(call: Call, objection_id: str) -> Case:
    objection = get_visible_objection(call.sight, objection_id)
    call.may(objection)
    return case_of_objection(objection)


def _inventory(call: Call, case: Case) -> Answer:
    purpose = Purpose(call.query()["purpose"])
    entries = inventory_of(case, purpose, locale_code(), call.now)
    pieces = [_piece(entry) for entry in entries]
    return Answer({"reference": case.reference, "purpose": purpose, "pieces": pieces})


def _made(call: Call, find: Callable[[], Case]) -> Answer:
    """Built from what is there now; only then is it written down that it was made."""
    case = find()
    purpose = Purpose(call.body()["purpose"])
    built = make_case_file(case, purpose, language=locale_code(), actor=call.actor, now=call.now)
    with built.file:
        size = built.file.seek(0, 2)
        if size > MOST_BYTES:
            raise RuleViolation("too_large", TOO_LARGE)
        built.file.seek(0)
        content = base64.b64encode(built.file.read()).decode()
    shown = {
        "reference": case.reference,
        "purpose": purpose,
        "pieces": [_piece(entry) for entry in built.entries],
        "file_name": built.name,
        "sha256": built.sha256,
        "size": size,
        "archive": content,
    }
    write_transaction()
    record_case_file(find(), purpose, built, actor=call.actor, now=call.now)
    db.session.commit()
    return Answer(shown)


def _piece(entry: Entry) -> dict[str, Any]:
    return {
        "number": entry.number,
        "at": entry.piece.at,
        "kind": entry.piece.kind,
        "title": entry.piece.title,
        "author": entry.piece.author,
        "treatment": entry.treated,
    }
