"""The people of an organisation: who is there, inviting, roles, letting go; administrators for every organisation."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from hubs.accounts.absences import away_from
from hubs.accounts.access import current_actor, permitted
from hubs.accounts.actor import Actor
from hubs.accounts.forms import InviteForm, LastDayForm, MembershipForm
from hubs.accounts.links import WORDS
from hubs.accounts.models import Membership, Organisation, Person
from hubs.accounts.open_work import open_work_of
from hubs.accounts.operations import people
from hubs.accounts.permissions import P
from hubs.accounts.queries import (
    get_visible_membership,
    get_visible_organisation,
    offices_of,
    organisations_named,
    people_of,
)
from hubs.accounts.views.blueprint import bp
from hubs.accounts.words import kind_name, membership_state, role_name
from hubs.core.clock import local_day, utcnow
from hubs.core.errors import BadInput, DomainError, Problem, RuleViolation, WrongState
from hubs.core.forms import clean_text, put_problems
from hubs.core.pagination import keyset
from hubs.extensions import db, limiter, write_transaction
from hubs.referrals.operations.handing_over import Afterwards, close_person, left_behind


def _organisation_asked(actor: Actor, *, lock: bool = False) -> Organisation:
    """The organisation in the address, one's own without. Raises NotFound outside one's scope."""
    asked = request.args.get("organisation") or str(actor.organisation_id)
    return get_visible_organisation(actor, asked, lock=lock)


def _people_address(organisation_id: str, actor: Actor) -> str:
    other = organisation_id if organisation_id != actor.organisation_id else None
    return url_for("accounts.people_list", organisation=other)


@bp.get("/people")
@permitted(P.PEOPLE_MANAGE)
def people_list() -> str:
    actor = current_actor()
    organisation, today = _organisation_asked(actor), local_day(utcnow())
    page = keyset(
        db.session,
        people_of(actor, organisation.id),
        [(Person.email_folded, "asc"), (Membership.id, "asc")],
        cursor=request.args.get("cursor"),
    )
    return render_template(
        "accounts/people_list.html",
        organisation=organisation,
        page=page,
        other=organisation.id if organisation.id != actor.organisation_id else None,
        role_name=role_name,
        states={m.id: membership_state(m, today) for m in page.items},
        away=away_from(organisation.id, today),
    )


@bp.get("/people/organisations")
@permitted(P.ORGANISATION_MANAGE)
def people_organisations() -> str:
    actor = current_actor()
    words = str(clean_text(request.args.get("q", "")))[:100]
    page = keyset(
        db.session,
        organisations_named(actor, words),
        [(Organisation.name_folded, "asc"), (Organisation.id, "asc")],
        cursor=request.args.get("cursor"),
        size=50,
    )
    return render_template("accounts/people_organisations.html", page=page, q=words, kind_name=kind_name)


@bp.route("/people/invite", methods=["GET", "POST"])
@permitted(P.PEOPLE_MANAGE)
@limiter.limit("60 per hour", methods=["POST"])
def person_invite() -> str | Response:
    actor, now = current_actor(), utcnow()
    if request.method == "POST":
        write_transaction()
    organisation = _organisation_asked(actor, lock=request.method == "POST")
    form = InviteForm(language=actor.language)
    form.offer(organisation, offices_of(organisation.id))
    if request.method == "GET":
        return _invite_page(form, organisation, 200)
    if not form.validate():
        return _invite_page(form, organisation, 422)
    try:
        people.invite_person(
            organisation,
            name=form.name.data or "",
            email=form.email.data or "",
            role=form.role.data,
            office_id=form.chosen_office,
            language=form.language.data,
            actor=actor,
            now=now,
        )
    except RuleViolation as violation:
        put_problems(form, violation)
        return _invite_page(form, organisation, 422)
    address = _people_address(organisation.id, actor)
    db.session.commit()
    flash(_("We mail the invitation to %(email)s.", email=form.email.data), "success")
    return redirect(address, 303)


def _invite_page(form: InviteForm, organisation: Organisation, status: int) -> Response:
    actor = current_actor()
    other = organisation.id if organisation.id != actor.organisation_id else None
    page = render_template("accounts/person_invite.html", form=form, organisation=organisation, other=other, **WORDS)
    return make_response(page, status)


@bp.route("/people/<id:membership_id>", methods=["GET", "POST"])
@permitted(P.PEOPLE_MANAGE)
def membership_show(membership_id: str) -> str | Response:
    actor = current_actor()
    if request.method == "POST":
        write_transaction()
    membership = get_visible_membership(actor, membership_id, lock=request.method == "POST")
    form = MembershipForm(obj=membership) if request.method == "GET" else MembershipForm()
    form.offer(membership.organisation, offices_of(membership.organisation_id))
    if request.method == "GET":
        return _membership_page(form, membership, 200)
    address = _people_address(membership.organisation_id, actor)
    try:
        if request.form.get("action") == "change" and not form.validate():
            return _membership_page(form, membership, 422)
        first = _to_hand_over(membership, form)
        if first is not None:
            return redirect(first, 303)
        done = _act(membership, form, actor)
    except (RuleViolation, WrongState) as refusal:
        return _refused_page(form, membership_id, refusal)
    db.session.commit()
    flash(done, "success")
    return redirect(address, 303)


def _to_hand_over(membership: Membership, form: MembershipForm) -> str | None:
    """Where to hand over first what this person could no longer do; None when nothing would be left behind."""
    action = request.form.get("action")
    if action == "end" and left_behind(membership, Afterwards()):
        return url_for("accounts.hand_over", membership_id=membership.id, then="leave")
    if action == "change" and left_behind(membership, Afterwards(form.role.data, form.chosen_office)):
        chosen = {"role": form.role.data, "office_id": form.chosen_office or ""}
        return url_for("accounts.hand_over", membership_id=membership.id, then="change", **chosen)
    return None


def _plan(membership: Membership, actor: Actor) -> str:
    """Plan a last day, or take the plan away. Raises RuleViolation."""
    form = LastDayForm()
    if not form.validate():
        raise RuleViolation("bad_day", _("Fill in a day, such as 2027-01-31."), "ends_on")
    people.plan_last_day(membership, form.ends_on.data, actor=actor, now=utcnow())
    if form.ends_on.data is None:
        return _("No last day is planned any more.")
    return _("The last day is noted. After that day this person cannot act here any more.")


def _act(membership: Membership, form: MembershipForm, actor: Actor) -> str:
    """Do what the button says; what to tell. Raises BadInput for an unknown action."""
    action, now = request.form.get("action"), utcnow()
    if action == "change":
        people.change_membership(membership, role=form.role.data, office_id=form.chosen_office, actor=actor, now=now)
        return _("The role is changed.")
    if action == "end":
        people.end_membership(membership, actor=actor, now=now)
        return _("This person no longer acts for this organisation.")
    if action == "resend":
        people.resend_invitation(membership, actor=actor, now=now)
        return _("We mail a new invitation. The earlier link no longer works.")
    if action == "block":
        count = close_person(membership.person, actor=actor, now=now)
        return ngettext(
            "This person can no longer sign in. %(num)s piece of open work is back at its desk.",
            "This person can no longer sign in. %(num)s pieces of open work are back at their desks.",
            count,
        )
    if action == "plan":
        return _plan(membership, actor)
    if action == "unblock":
        people.unblock_person(membership.person, actor=actor, now=now)
        return _("This person can sign in again.")
    message = _("This action does not exist here.")
    raise BadInput([Problem("unknown_action", message, "action")], message)


def _refused_page(form: MembershipForm, membership_id: str, refusal: DomainError) -> Response:
    """The page again as it stands in the database, with what was chosen and why it cannot be."""
    db.session.rollback()
    put_problems(form, refusal)
    membership = get_visible_membership(current_actor(), membership_id)
    return _membership_page(form, membership, 409 if isinstance(refusal, WrongState) else 422)


def _membership_page(form: MembershipForm, membership: Membership, status: int) -> Response:
    actor = current_actor()
    today = local_day(utcnow())
    open_items = open_work_of(membership.person_id, membership.organisation_id)
    day_form = LastDayForm(obj=membership) if request.form.get("action") != "plan" else LastDayForm()
    if request.form.get("action") == "plan":  # the refusal stands beside the day that was typed
        day_form.validate()
        day_form.ends_on.errors = [*day_form.ends_on.errors, *form.form_errors] or [_("Choose another day.")]
    page = render_template(
        "accounts/membership_show.html",
        form=form,
        day_form=day_form,
        membership=membership,
        state=membership_state(membership, today),
        away=away_from(membership.organisation_id, today).get(membership.person_id),
        open_count=len(open_items),
        back=_people_address(membership.organisation_id, actor),
        may_block=actor.can(P.ORGANISATION_MANAGE) and membership.person_id != actor.id,
        role_name=role_name,
    )
    return make_response(page, status)
