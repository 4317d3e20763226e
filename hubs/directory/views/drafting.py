"""The draft of one's own profile: edited, looked at as everybody would see it, published or handed in.

A hub drafts; a partner and a post publish at once.
"""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.core.clock import local_day, utcnow
from hubs.core.errors import BadInput, NotFound, NotPermitted, Problem
from hubs.core.templating import locale_code
from hubs.core.views import STORED, attempt, attempt_for
from hubs.directory import operations, words
from hubs.directory.cards import CLOSURE_AHEAD_DAYS, closed_office, hub_card
from hubs.directory.change_words import changed_fields, pending_fields
from hubs.directory.forms import ContactForm, HubProfileForm, PostForm
from hubs.directory.lifecycle import ChangeState
from hubs.directory.models import HubProfile, PartnerProfile, PostProfile
from hubs.directory.operations.rules import ONE_OFFICE
from hubs.directory.profile_fields import CONFIRMED, Draft, facts_of
from hubs.directory.queries import answer_speed, get_own_profile, offices_with_closures, services_and_offers
from hubs.directory.queries.changes import get_own_revision
from hubs.directory.versions import check_seen, check_seen_draft, version_of, version_of_draft
from hubs.extensions import write_transaction
from hubs.reference.labels import label_choices

from . import bp
from .shown import data_of

ACTIONS = ("submit", "save", "preview")


@bp.route("/organisation/profile", methods=["GET", "POST"])
@permitted(P.PROFILE_EDIT)
def profile_edit() -> Any:
    actor, posted = whole_organisation(), request.method == "POST"
    if posted:
        write_transaction()
    profile = get_own_profile(actor, lock=posted)
    if profile is None:
        raise NotFound()
    return _hub_draft(profile, actor) if isinstance(profile, HubProfile) else _published_at_once(profile, actor)


def whole_organisation() -> Actor:
    """The actor, when they lead more than one office. Raises NotPermitted."""
    actor = current_actor()
    if not operations.may_edit_whole(actor):
        raise NotPermitted(message=ONE_OFFICE)
    return actor


def _published_at_once(profile: PartnerProfile | PostProfile, actor: Actor) -> Any:
    now, seen = utcnow(), request.form.get("version", type=int)
    is_post = isinstance(profile, PostProfile)
    form: Any = PostForm(data=_restored(actor, PostForm.data_of(profile))) if isinstance(profile, PostProfile) else None
    form = form or ContactForm(data=_restored(actor, data_of(ContactForm, profile)))

    def work() -> None:
        check_seen(profile, seen)
        if isinstance(profile, PostProfile):
            operations.edit_post_profile(profile, values=form.values(), actor=actor, now=now)
        else:
            operations.edit_partner_profile(profile, values=form.values(), actor=actor, now=now)

    status = attempt(form, work) if request.method == "POST" else 200
    if status == STORED:
        flash(_("Your details are stored."), "success")
        return redirect(url_for("directory.organisation_show"), code=303)
    template = "directory/post_edit.html" if is_post else "directory/partner_edit.html"
    return render_template(template, form=form, version=version_of(profile)), status


def _restored(actor: Actor, data: dict[str, Any]) -> dict[str, Any]:
    """The fields of a form as they were before a change that somebody wants undone (?revision=…)."""
    if request.method == "POST" or not request.args.get("revision"):
        return data
    revision = get_own_revision(actor, request.args["revision"][:26])
    old = {name: before for name, (before, _after) in revision.changes.items()}
    if isinstance(old.get("district_cities"), list):
        old["district_cities"] = "\n".join(old["district_cities"])
    return {**data, **old}


# --- a hub's draft -------------------------------------------------------------------------------------------------


def _hub_draft(profile: HubProfile, actor: Actor) -> Any:
    now, posted = utcnow(), request.method == "POST"
    unfinished, waiting = operations.unfinished_of(profile.id), operations.waiting_of(profile.id)
    present = version_of_draft(profile, unfinished, waiting)
    seen, action = request.form.get("version", type=int), request.form.get("action") or "submit"
    form = _hub_form(profile, unfinished, waiting)

    def work() -> str:
        check_seen_draft(seen, present)
        if action not in ACTIONS:
            raise BadInput([Problem("unknown_action", _("This action does not exist here."), "action")])
        change = operations.save_draft(profile, values=form.values(), actor=actor, now=now)
        if action != "submit":
            return action
        if change is None:
            operations.confirm_profile(profile, actor=actor, now=now)
            return "confirmed"
        operations.submit_change(change, actor=actor, now=now)
        return str(change.state)

    status, done = attempt_for(form, work) if posted else (200, None)
    if status == STORED:
        return _after_draft(done)
    page = render_template(
        "directory/profile_edit.html",
        form=form,
        version=present,
        unfinished=unfinished,
        waiting=waiting,
        reasons=unfinished.reasons if unfinished else {},
        confirmed=CONFIRMED,
        published={field.name: field.old for field in pending_fields(waiting.values, facts_of(profile))}
        if waiting
        else {},
    )
    return page, status


def _hub_form(profile: HubProfile, unfinished: Any, waiting: Any) -> HubProfileForm:
    """The form with what is drafted, else what waits, else what is published."""
    values = {**facts_of(profile), **(waiting.values if waiting else {}), **(unfinished.values if unfinished else {})}
    form = HubProfileForm(data=HubProfileForm.data_of(values))
    form.offer_choices(label_choices("market"), {*values["markets"], *profile.markets, *(form.markets.data or [])})
    return form


def _after_draft(done: str | None) -> Any:
    if done == "preview":
        return redirect(url_for("directory.profile_preview"), code=303)
    said = {
        "save": _("The draft is stored. Nobody else sees it yet."),
        "confirmed": _("Nothing was different. The register now says that your details were confirmed today."),
        ChangeState.SUBMITTED: _("Handed in. What the ministry confirms first waits there; the rest is published."),
        ChangeState.PUBLISHED: _("Your details are published."),
    }
    flash(said[done or "save"], "success")
    return redirect(url_for("directory.organisation_show"), code=303)


@bp.get("/organisation/preview")
@permitted(P.PROFILE_EDIT)
def profile_preview() -> str:
    """The page of the register as it would be: drafted and waiting fields filled in, offers not shown yet included."""
    actor, now = whole_organisation(), utcnow()
    profile = get_own_profile(actor)
    if not isinstance(profile, HubProfile):
        raise NotFound()
    unfinished, waiting = operations.unfinished_of(profile.id), operations.waiting_of(profile.id)
    values = {**(waiting.values if waiting else {}), **(unfinished.values if unfinished else {})}
    offices = offices_with_closures([profile.id], now.date()).get(profile.id, [])
    _services, offers = services_and_offers([profile.id], locale_code(), drafts=True)
    draft: Any = Draft(profile, values)
    card = hub_card(draft, answer_speed([profile.id]).get(profile.id), offices, offers.get(profile.id, ()), now)
    published = facts_of(profile)
    return render_template(
        "directory/register_hub.html",
        card=card,
        today=local_day(now),
        offices=offices,
        closures={days.office.id: closed_office(days, now, CLOSURE_AHEAD_DAYS) for days in offices},
        full_until=None,
        words=words,
        preview=unfinished or waiting,
        is_preview=True,
        changed=changed_fields({name: [published.get(name), value] for name, value in values.items()}),
    )
