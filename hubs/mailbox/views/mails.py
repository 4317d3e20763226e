"""What arrived at the desk's address and was not taken by itself: the list, one mail, and what is done with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.actor import Actor
from hubs.accounts.models import Organisation, OrganisationKind
from hubs.accounts.permissions import P
from hubs.accounts.queries import timezone_of
from hubs.core.clock import utcnow
from hubs.core.errors import NotFound, RuleViolation
from hubs.core.pagination import keyset
from hubs.core.perform import check_permitted, check_version, open_actions
from hubs.core.templating import locale_code
from hubs.core.uploads import path_of
from hubs.core.views import STORED, attempt_for
from hubs.extensions import db, write_transaction
from hubs.mailbox.addresses import desk_address
from hubs.mailbox.arrivals import TryAgain, attachments_of, check_files
from hubs.mailbox.forms import MailForm
from hubs.mailbox.lifecycle import MailState
from hubs.mailbox.models import IncomingMail
from hubs.mailbox.operations.handling import attach_mail, discard, draft_of_mail, pass_on
from hubs.mailbox.operations.taking import Files
from hubs.mailbox.queries import desks, drafts_by_mail, get_visible_mail, waiting_mails
from hubs.mailbox.reading import Mail, Unreadable, read_mail
from hubs.mailbox.views import bp
from hubs.mailbox.words import DISCARD_WORDS, STATE_WORDS, reason_words, refusal_words
from hubs.referrals.queries import lock_request

Answer = str | Response | tuple[str, int]
PAGE_SIZE = 25
MOST_DRAFTS = 50
_NEEDS_CONTENT = ("make_draft", "attach")


@bp.get("/mail")
@permitted(P.MAIL_HANDLE)
def mail_list() -> str:
    actor = current_actor()
    page = keyset(
        db.session(), waiting_mails(actor), [(IncomingMail.id, "desc")], cursor=request.args.get("cursor"),
        size=PAGE_SIZE,
    )  # fmt: skip
    organisation = db.session.get(Organisation, actor.organisation_id)
    first_page = not request.args.get("cursor")
    drafts = db.session.execute(drafts_by_mail(actor).limit(MOST_DRAFTS)).scalars().all() if first_page else []
    return render_template(
        "mailbox/mail_list.html",
        mails=page.items,
        drafts=drafts,
        address=desk_address(organisation.code) if organisation is not None else None,
        timezone=timezone_of(actor),
        reason_words=reason_words,
        next_url=url_for("mailbox.mail_list", cursor=page.next_cursor) if page.next_cursor else None,
        first_url=None if first_page else url_for("mailbox.mail_list"),
    )


@bp.get("/mail/<id:mail_id>")
@permitted(P.MAIL_HANDLE)
def mail_show(mail_id: str) -> str:
    actor = current_actor()
    return _show(get_visible_mail(actor, mail_id), actor, MailForm(formdata=None))


@bp.post("/mail/<id:mail_id>")
@permitted(P.MAIL_HANDLE)
def mail_act(mail_id: str) -> Answer:
    actor, now = current_actor(), utcnow()
    row = get_visible_mail(actor, mail_id)
    form = MailForm()
    form.offer()
    action = form.action.data or ""
    check_permitted(row, action, actor)
    draft_id = row.support_request_id if row.state == MailState.DRAFTED else None

    def work() -> tuple[str, str]:
        mail, files = _content(row) if action in _NEEDS_CONTENT else (None, Files())
        write_transaction()
        if draft_id is not None:
            lock_request(draft_id)  # a question comes before its mail
        locked = get_visible_mail(actor, mail_id, lock=True)
        check_version(locked, form.seen_version())
        return _do(action, locked, mail, files, form, actor, now)

    status, done = attempt_for(form, work)
    if status != STORED:
        return _show(get_visible_mail(actor, mail_id), actor, form), status
    words, target = done
    flash(words, "success")
    return redirect(target, code=303)


def _do(
    action: str, row: IncomingMail, mail: Mail | None, files: Files, form: MailForm, actor: Actor, now: datetime
) -> tuple[str, str]:
    """What was done, in words, and where to go next."""
    if action == "make_draft" and mail is not None:
        draft = draft_of_mail(row, mail, files, actor=actor, now=now)
        return _("A draft is made of the mail."), url_for("mailbox.draft_complete", reference=draft.reference)
    if action == "attach" and mail is not None:
        typed = (form.reference.data or "").strip().upper()
        reference = attach_mail(row, mail, files, typed, as_answer=bool(form.as_answer.data), actor=actor, now=now)
        endpoint = "referrals.referral_show" if reference.startswith("D-") else "referrals.question_show"
        return _("The mail is put with %(reference)s.", reference=reference), url_for(endpoint, reference=reference)
    if action == "pass_on":
        pass_on(row, form.desk.data or None, actor=actor, now=now)
        return _("The mail is passed on."), url_for("mailbox.mail_list")
    discard(row, {"reason": form.reason.data or None}, actor=actor, now=now)
    return _("The mail is discarded."), url_for("mailbox.mail_list")


def _content(row: IncomingMail) -> tuple[Mail, Files]:
    """The mail read again from what came in, its files checked; before the transaction that writes begins."""
    if row.stored is None:
        raise NotFound()
    try:
        mail = read_mail(path_of(row.stored.sha256).read_bytes())
    except (Unreadable, FileNotFoundError) as error:
        raise RuleViolation("unreadable", _("This mail cannot be read.")) from error
    db.session.rollback()
    try:
        return mail, check_files(attachments_of(mail))
    except TryAgain as error:
        message = _("The virus check does not answer at the moment. Try again in a few minutes.")
        raise RuleViolation("scanner_unreachable", message) from error


def _show(row: IncomingMail, actor: Actor, form: MailForm) -> str:
    actions = [each.name for each in open_actions(row, actor)]
    listed: list[tuple[str, Any]] = []
    if "pass_on" in actions:
        listed = [(each.id, each.name(locale_code())) for each in db.session.execute(desks()).scalars()]
    form.offer(listed)
    words, tone = STATE_WORDS[row.state]
    return render_template(
        "mailbox/mail_show.html",
        mail=row,
        form=form,
        actions=actions,
        state_words=words,
        state_tone=tone,
        reason=reason_words(row.reason),
        discarded=DISCARD_WORDS.get(row.discard_reason or ""),
        refusal_words=refusal_words,
        timezone=timezone_of(actor),
        is_ministry=actor.organisation_kind == OrganisationKind.MINISTRY,
    )


@bp.get("/mail/<id:mail_id>/original")
@permitted(P.MAIL_HANDLE)
def mail_original(mail_id: str) -> Response:
    """The mail as it came, as a download that no browser opens."""
    row = get_visible_mail(current_actor(), mail_id)
    path = path_of(row.stored.sha256) if row.stored is not None else None
    if path is None or not path.is_file():
        raise NotFound()
    answer = send_file(
        path, mimetype="application/octet-stream", as_attachment=True, download_name="mail.eml", conditional=False
    )
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
