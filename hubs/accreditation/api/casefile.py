"""The inventory of a case's indexed file, in the API."""

from __future__ import annotations

from hubs.accounts.permissions import P
from hubs.accreditation.casefile.building import inventory_of
from hubs.accreditation.casefile.gathering import Case
from hubs.accreditation.casefile.pieces import Purpose
from hubs.accreditation.queries.proposals import get_visible_proposal
from hubs.accreditation.schemas.casefile import InventoryOut, InventoryQuery
from hubs.api.call import Answer, Call
from hubs.core.templating import locale_code

from . import routes


@routes.get(
    "/proposals/<id:proposal_id>/file",
    P.FILE_EXPORT,
    answer=InventoryOut,
    query=InventoryQuery,
    summary="The inventory of the file for an objection, the court or disclosure",
    tag="proposals",
)
def proposal_file_list(call: Call, proposal_id: str) -> Answer:
    proposal = get_visible_proposal(call.sight, proposal_id)
    call.may(proposal)
    purpose = Purpose(call.query()["purpose"])
    entries = inventory_of(Case(proposal.hub, proposal), purpose, locale_code(), call.now)
    pieces = [
        {
            "number": entry.number,
            "at": entry.piece.at,
            "kind": entry.piece.kind,
            "title": entry.piece.title,
            "author": entry.piece.author,
            "treatment": entry.treated,
        }
        for entry in entries
    ]
    return Answer({"reference": proposal.reference, "purpose": purpose, "pieces": pieces})
