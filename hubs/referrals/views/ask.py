"""The entrepreneur's question, in steps without an account: each step is kept, the last one sends the mailed link.

Everything works by plain forms and addresses of its own for each step, so that going back is harmless and the link
of a step can be opened elsewhere. One post with every field and `action=submit` does the same at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from hubs.accounts.access import public
from hubs.accounts.actor import ANONYMOUS
from hubs.core.clock import utcnow
from hubs.core.embedding import begin_frame, framed_url, is_embedded, protect_form
from hubs.core.errors import BadInput, RuleViolation
from hubs.core.forms import put_problems
from hubs.core.templating import locale_code
from hubs.core.tokens import new_token
from hubs.core.uploads import Received, accepts_upload, file_limit
from hubs.extensions import csrf, db, limiter, write_transaction
from hubs.referrals.forms.ask import CONTACT, QUESTION, REVIEW, SUBJECT, AskForm, step_named, values_sent
from hubs.referrals.intake import ask_requests
from hubs.referrals.intake.kept_asks import (
    begin_ask,
    close_kept,
    drop_file,
    hand_on_files,
    keep_files,
    keep_values,
    kept_ask,
    kept_token,
)
from hubs.referrals.intake.models import KeptAsk
from hubs.referrals.pages.asking import ask_form, ask_page, begun_from, guessed
from hubs.referrals.views import bp
from hubs.referrals.views.receiving import received_files

MEGABYTE = 1024 * 1024
Answer = str | Response | tuple[str, int]


@dataclass(slots=True)
class Sent:
    """What one post brought: the step it comes from, everything known now, and files that passed the checks."""

    action: str
    step: str
    values: dict[str, Any]
    form: AskForm
    received: list[Received] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)  # with files


@bp.route("/ask", methods=["GET", "POST"])
@accepts_upload
@csrf.exempt
@public
@limiter.limit("180 per hour", methods=["POST"])
def ask() -> Answer:
    now = utcnow()
    begin_frame(locale_code())
    token = request.args.get("kept")
    kept = kept_ask(token, now)
    if kept is not None and kept.sent_at is not None:
        return redirect(framed_url("referrals.ask_sent"), code=303)
    if request.method == "POST":
        return _post(kept, now)
    if token and kept is None:
        return render_template("referrals/ask_gone.html", embedded=is_embedded()), 404
    return _get(kept, now)


def _get(kept: KeptAsk | None, now: datetime) -> Answer:
    form = ask_form(kept.values if kept else begun_from(request.args), now)
    if kept is None:
        return _show(form, QUESTION, None, now)
    steps = form.steps()
    wanted = step_named(request.args.get("step")) or kept.step
    wanted = wanted if wanted in steps else CONTACT
    wrong = form.first_wrong_step()
    form.without_errors()
    if wrong is not None and steps.index(wrong) < steps.index(wanted):
        wanted = wrong
    return _show(form, wanted, kept, now)


def _post(kept: KeptAsk | None, now: datetime) -> Answer:
    try:
        posted = request.form
    except RequestEntityTooLarge:
        return _too_large(kept, now)
    protect_form(posted)
    step = step_named(posted.get("step"))
    values = values_sent(posted, kept.values if kept else {}, step)
    sent = Sent(posted.get("action", "next"), step or QUESTION, values, ask_form(values, now))
    sent.form.submission_key.data = posted.get("submission_key", "")[:64]
    if sent.action == "submit" and posted.get("website"):  # a machine: told the same, nothing is kept
        return redirect(framed_url("referrals.ask_sent"), code=303)
    _take_files(sent)
    if sent.action == "submit":
        return _send(sent, kept, now)
    target = _target(sent)
    right = target is not None and not sent.problems
    kept = _keep(sent, kept, target if right and target else sent.step, now)
    if not right or sent.problems or kept is None:
        return _show(sent.form, sent.step, kept, now), 422
    if sent.action == "save":
        return redirect(framed_url("referrals.ask_saved", kept=kept_token(kept)), code=303)
    return redirect(framed_url("referrals.ask", kept=kept_token(kept), step=target), code=303)


def _take_files(sent: Sent) -> None:
    """Check what was sent along; a file that is refused takes nothing else with it."""
    sent.received, problems = received_files()
    sent.problems = [str(problem.message) for problem in problems]
    if sent.action == "add_file" and not sent.received and not sent.problems:
        sent.problems.append(_("Choose a file first."))
    sent.form.files.errors = [*sent.form.files.errors, *sent.problems]


def _target(sent: Sent) -> str | None:
    """The step to go on with; None when this one is not right yet."""
    form, steps = sent.form, sent.form.steps()
    if sent.action in ("add_file", "save") or sent.action.startswith("drop-"):
        return sent.step
    here = steps.index(sent.step) if sent.step in steps else steps.index(CONTACT) - 1
    if sent.action == "back":
        return steps[max(here - 1, 0)]
    earlier = step_named(sent.action)
    if earlier in steps and steps.index(earlier) < here:
        return earlier
    if not form.is_step_right(sent.step):
        form.files.errors = [*form.files.errors, *sent.problems]
        return None
    if sent.step == QUESTION:
        sent.values.update(guessed(form))
    return steps[min(here + 1, len(steps) - 1)]


def _keep(sent: Sent, kept: KeptAsk | None, step: str, now: datetime) -> KeptAsk | None:
    """Keep all of it, right or wrong; None when there is nothing worth keeping, or far too much."""
    if kept is None:
        if not any(any(typed) for typed in sent.values.values()):
            return None
        kept = _begin(now)
    else:
        write_transaction(once=False)
        kept = kept_ask(kept_token(kept), now, lock=True)
    if kept is None or not keep_values(kept, sent.values, step, language=locale_code()):
        db.session.rollback()
        return None
    try:
        keep_files(kept, sent.received, now=now)
        if sent.action.startswith("drop-"):
            drop_file(kept, sent.action.removeprefix("drop-"))
    except RuleViolation as refusal:  # too many: the rest is kept
        sent.problems += [str(problem.message) for problem in refusal.problems]
        sent.form.files.errors = sent.problems
    db.session.commit()
    return kept


@limiter.limit("60 per hour", scope="begun-asks")
def _begin(now: datetime) -> KeptAsk:
    write_transaction(once=False)
    return begin_ask(language=locale_code(), source=begun_from(request.form).get("source", [None])[0], now=now)


def _too_large(kept: KeptAsk | None, now: datetime) -> Answer:
    """More was sent than is read: what was kept before is still there."""
    form = ask_form(kept.values if kept else {}, now)
    megabytes = file_limit() // MEGABYTE
    form.files.errors = [
        _("Together these files are too large. One file may be %(megabytes)s MB.", megabytes=megabytes)
    ]
    return _show(form, REVIEW if kept else QUESTION, kept, now), 413


@limiter.limit("20 per hour", scope="asked")
def _send(sent: Sent, kept: KeptAsk | None, now: datetime) -> Answer:
    form = sent.form
    wrong = form.first_wrong_step()
    if wrong is not None or sent.problems:
        form.files.errors = sent.problems
        return _show(form, wrong or sent.step, _keep(sent, kept, wrong or sent.step, now), now), 422
    key = kept.id if kept is not None else form.submission_key.data or new_token()[0]
    if kept is None and sent.received:
        kept = _begin(now)
    else:
        write_transaction(once=False)
        kept = kept_ask(kept_token(kept), now, lock=True) if kept is not None else None
    if kept is not None and kept.sent_at is not None:
        db.session.rollback()
        return redirect(framed_url("referrals.ask_sent"), code=303)
    try:
        _store(sent, kept, key, now)
        db.session.commit()
    except (BadInput, RuleViolation) as error:
        db.session.rollback()
        put_problems(form, error)
        step = form.wrong_field_step() or REVIEW
        return _show(form, step, _keep(sent, kept_ask(request.args.get("kept"), now), step, now), now), 422
    return redirect(framed_url("referrals.ask_sent"), code=303)


def _store(sent: Sent, kept: KeptAsk | None, key: str, now: datetime) -> None:
    source = kept.source if kept is not None else begun_from(request.form).get("source", [None])[0]
    data = sent.form.intake_data(locale_code(), source)
    created = ask_requests(actor=ANONYMOUS, now=now, data=data, submission_key=key)
    if kept is not None:
        keep_files(kept, sent.received, now=now)
        hand_on_files(kept, created, now=now)
        close_kept(kept, now=now)


def _show(form: AskForm, step: str, kept: KeptAsk | None, now: datetime) -> str:
    page: Mapping[str, Any] = ask_page(form, step, kept, now)
    token = kept_token(kept) if kept is not None else None
    steps: Sequence[str] = page["steps"]
    return render_template(
        "referrals/ask.html",
        **page,
        form=form,
        step=step,
        kept=kept,
        here=framed_url("referrals.ask", **({"kept": token} if token else {})),
        step_urls={name: framed_url("referrals.ask", kept=token, step=name) for name in steps} if token else {},
        source=begun_from(request.args).get("source", [""])[0] if kept is None else "",
        start=url_for("public.start"),
        subject_step=SUBJECT,
    )
