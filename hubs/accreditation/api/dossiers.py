"""The market-need dossier in the API: the same view of it as on its page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from hubs.accounts.permissions import P
from hubs.accreditation.pages.dossier import DossierSeen, dossier_seen
from hubs.accreditation.queries.proposals import get_visible_proposal
from hubs.accreditation.schemas.dossier import DossierOut, DossierQuery
from hubs.accreditation.words import dossier as words
from hubs.api import codes
from hubs.api.call import Answer, Call

from . import routes

codes.add("dossier_claim", "list", words.CLAIM_NAMES)
codes.add("dossier_figure", "list", words.TOTAL_NAMES)
codes.add("dossier_place", "list", words.PLACE_NAMES)
codes.add("gap_cause", "list", words.CAUSE_NAMES)
codes.add("supply_given", "list", words.GIVES_WORDS)
codes.add("supply_verdict", "list", {**words.VERDICT_WORDS, words.OVERLAP: words.OVERLAP_NAME})

_KEPT = ("format", "reader", "query", "trend", "claims_year", "trade")


@routes.get(
    "/proposals/<id:proposal_id>/dossier",
    P.PROPOSAL_READ,
    answer=DossierOut,
    query=DossierQuery,
    summary="The market-need dossier: exact for the ministry, with small figures left out for others",
    tag="proposals",
)
def proposal_dossier(call: Call, proposal_id: str) -> Answer:
    proposal = get_visible_proposal(call.sight, proposal_id)
    call.may(proposal)
    query = call.query()
    number, preview = query.get("submission"), bool(query.get("preview"))
    return Answer(_shown(dossier_seen(proposal, call.actor, call.now, number=number, preview=preview)))


def _shown(seen: DossierSeen) -> dict[str, Any]:
    shown = seen.shown
    return {
        **{name: shown[name] for name in _KEPT},
        "submission": seen.submission.number if seen.submission else None,
        "is_frozen": seen.submission is not None,
        "sha256": seen.dossier.sha256 if seen.dossier else None,
        "computed_at": datetime.fromisoformat(shown["computed_at"]),
        "text": words.finding(shown),
        "period": _days(shown["period"]),
        "before": _days(shown["before"]),
        "quarters": [{**row, **_days(row)} for row in shown["quarters"]],
        **{name: _coded(shown[name]) for name in ("totals", "companies", "denominators", "causes", "reasons")},
        **{name: _coded(shown[name]) for name in ("services", "groups", "places")},
        "claims": [{"hidden_from_applicant": None, **claim} for claim in shown["claims"]],
        "supply": {**shown["supply"], "rows": [_supply_row(row) for row in shown["supply"]["rows"]]}
        | {"posts": [{**post, "status": None, "agreements": None} for post in shown["supply"]["posts"]]},
    }


def _days(row: Mapping[str, Any]) -> dict[str, date]:
    return {name: date.fromisoformat(row[name]) for name in ("starts_on", "ends_on")}


def _coded(rows: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"code": code, **row} for code, row in rows.items()]


def _supply_row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "hubs": [{"hub": hub_id, **given} for hub_id, given in row["hubs"].items()]}
