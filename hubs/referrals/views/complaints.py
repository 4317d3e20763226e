"""What entrepreneurs are not satisfied about: a desk's open complaints, and answering one."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response
from wtforms import TextAreaField
from wtforms.validators import Length

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.permissions import P
from hubs.core.clock import utcnow
from hubs.core.errors import NotFound
from hubs.core.forms import Form
from hubs.core.pagination import keyset
from hubs.core.views import STORED, attempt
from hubs.extensions import db, write_transaction
from hubs.referrals.complaints import answer_complaint, complained_about, complaints_of
from hubs.referrals.complaints.operations import TEXT_LENGTH
from hubs.referrals.models import SupportRequest
from hubs.referrals.queries import get_visible_request
from hubs.referrals.views import bp

PAGE_SIZE = 25
Answer = str | Response | tuple[str, int]


class ComplaintForm(Form):
    """The desk's answer."""

    text = TextAreaField(validators=[Length(max=TEXT_LENGTH)])


@bp.get("/complaints")
@permitted(P.SUPPORT_REQUEST_READ)
def complaint_list() -> str:
    actor = current_actor()
    order = [(SupportRequest.complaint_due_at, "asc"), (SupportRequest.id, "asc")]
    page = keyset(db.session(), complained_about(actor), order, cursor=request.args.get("cursor"), size=PAGE_SIZE)
    onward = url_for("referrals.complaint_list", cursor=page.next_cursor) if page.next_cursor else None
    return render_template("referrals/complaint_list.html", questions=page.items, next_url=onward)


@bp.route("/questions/<ref:reference>/complaint", methods=["GET", "POST"])
@permitted(P.SUPPORT_REQUEST_HANDLE)
def complaint_show(reference: str) -> Answer:
    actor, now, form = current_actor(), utcnow(), ComplaintForm()
    if request.method == "GET":
        return _show(get_visible_request(actor, reference), form)
    write_transaction()
    support_request = get_visible_request(actor, reference, lock=True)
    status = attempt(form, lambda: answer_complaint(support_request, form.text.data, actor=actor, now=now))
    if status != STORED:
        return _show(get_visible_request(actor, reference), form), status
    flash(_("The answer is sent. The entrepreneur gets a mail."), "success")
    return redirect(url_for("referrals.question_show", reference=reference), code=303)


def _show(support_request: SupportRequest, form: ComplaintForm) -> str:
    complaint = next(reversed(complaints_of(support_request)), None)
    if complaint is None:
        raise NotFound()
    answer = next((each for each in support_request.messages if each.id == complaint.answer_id), None)
    return render_template(
        "referrals/complaint_show.html", asked=support_request, complaint=complaint, answer=answer, form=form
    )
