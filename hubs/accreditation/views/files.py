"""The indexed file of a case: what it would hold, and the archive itself."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, request, send_file, url_for
from flask_babel import gettext as _

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.permissions import P
from hubs.accreditation.casefile.building import inventory_of
from hubs.accreditation.casefile.gathering import Case, case_of_objection
from hubs.accreditation.casefile.pieces import Purpose, Treatment
from hubs.accreditation.operations.casefile import make_case_file, record_case_file
from hubs.accreditation.queries.decisions import get_visible_objection
from hubs.accreditation.queries.proposals import get_visible_proposal
from hubs.accreditation.words import casefile as words
from hubs.core.clock import utcnow
from hubs.core.errors import BadInput, Problem
from hubs.core.templating import locale_code
from hubs.extensions import db, write_transaction

from . import bp


def _case_of_proposal(reference: str) -> Case:
    proposal = get_visible_proposal(current_actor(), reference)
    return Case(proposal.hub, proposal)


def _case_of_objection(objection_id: str) -> Case:
    return case_of_objection(get_visible_objection(current_actor(), objection_id))


@bp.get("/proposals/<vref:reference>/file")
@permitted(P.FILE_EXPORT)
def proposal_file(reference: str) -> str:
    url = url_for("accreditation.proposal_file", reference=reference)
    return _page(_case_of_proposal(reference), url)


@bp.post("/proposals/<vref:reference>/file")
@permitted(P.FILE_EXPORT)
def proposal_file_make(reference: str) -> Response:
    return _made(lambda: _case_of_proposal(reference))


@bp.get("/objections/<id:objection_id>/file")
@permitted(P.FILE_EXPORT)
def objection_file(objection_id: str) -> str:
    url = url_for("accreditation.objection_file", objection_id=objection_id)
    return _page(_case_of_objection(objection_id), url)


@bp.post("/objections/<id:objection_id>/file")
@permitted(P.FILE_EXPORT)
def objection_file_make(objection_id: str) -> Response:
    return _made(lambda: _case_of_objection(objection_id))


def _page(case: Case, url: str) -> str:
    purpose = Purpose(request.args["purpose"]) if request.args.get("purpose") in list(Purpose) else Purpose.OBJECTION
    return render_template(
        "accreditation/case_file.html",
        case=case,
        url=url,
        purpose=purpose,
        purposes=list(Purpose),
        entries=inventory_of(case, purpose, locale_code(), utcnow()),
        left_out=Treatment.LEFT_OUT,
        words=words,
    )


def _made(find: Any) -> Response:
    """The archive is built from what is there now; only then is it written down that it was made."""
    actor, now, asked = current_actor(), utcnow(), request.form.get("purpose", "")
    case = find()
    if asked not in list(Purpose):
        message = _("Choose what the file is for.")
        raise BadInput([Problem("unknown_purpose", message, "purpose")], message)
    purpose = Purpose(asked)
    built = make_case_file(case, purpose, language=locale_code(), actor=actor, now=now)
    write_transaction()
    record_case_file(find(), purpose, built, actor=actor, now=now)
    db.session.commit()
    answer = send_file(built.file, mimetype="application/zip", as_attachment=True, download_name=built.name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
