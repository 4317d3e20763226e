"""The market-need dossier of a proposal on a page and as tables to take away; who sees what is decided in `pages`."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from flask import Response, render_template, request

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.permissions import P
from hubs.accreditation.models import Proposal
from hubs.accreditation.pages.dossier import EDITABLE, DossierSeen, bar_width, dossier_page, dossier_seen
from hubs.accreditation.queries.proposals import get_visible_proposal
from hubs.accreditation.words import dossier as words
from hubs.core.clock import utcnow
from hubs.core.errors import NotFound

from . import bp

_PAIRS = ("totals", "companies", "denominators", "causes", "reasons")
_SPLITS = ("services", "groups", "places")


@bp.get("/proposals/<vref:reference>/dossier")
@permitted(P.PROPOSAL_READ)
def dossier_show(reference: str) -> str:
    actor, proposal, seen = _seen(reference)
    is_own = actor.organisation_id == proposal.hub_id
    return render_template(
        "accreditation/dossier_show.html",
        proposal=proposal,
        page=dossier_page(seen),
        seen=seen,
        shown=seen.shown,
        others=[row for row in proposal.submissions if row.dossier is not None and row is not seen.submission],
        may_preview=is_own and proposal.state in EDITABLE and seen.submission is not None,
        bar_width=bar_width,
        words=words,
    )


@bp.get("/proposals/<vref:reference>/dossier.csv")
@permitted(P.PROPOSAL_READ)
def dossier_tables(reference: str) -> Response:
    _actor, proposal, seen = _seen(reference)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(("table", "code", "kind", "period", "figure"))
    writer.writerows(_figures(seen.shown))
    number = seen.submission.number if seen.submission else "preview"
    name = f"dossier-{proposal.reference}-{number}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(text.getvalue(), mimetype="text/csv", headers=headers)


def _seen(reference: str) -> tuple[Any, Proposal, DossierSeen]:
    actor = current_actor()
    proposal = get_visible_proposal(actor, reference)
    asked = request.args.get("submission", "")
    if asked and not (asked.isascii() and asked.isdigit() and len(asked) < 7):
        raise NotFound()
    number = int(asked) if asked else None
    preview = request.args.get("preview") == "1"
    return actor, proposal, dossier_seen(proposal, actor, utcnow(), number=number, preview=preview)


def _figures(shown: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """One line a figure; one that is not shown is empty. Codes and numbers only, so that no cell can be a formula."""
    for table in _PAIRS:
        for code, pair in shown[table].items():
            yield from ((table, code, "", period, pair[period]) for period in pair)
    for quarter in shown["quarters"]:
        for kind in ("all", "unmet"):
            yield "quarters", quarter["starts_on"], kind, quarter["ends_on"], quarter[kind]
    for table in _SPLITS:
        for code, split in shown[table].items():
            yield from ((table, code, kind, period, pair[period]) for kind, pair in split.items() for period in pair)
    for claim in shown["claims"]:
        for kind in ("claimed", "counted", "difference"):
            yield "claims", claim["code"], kind, "now", claim[kind]
