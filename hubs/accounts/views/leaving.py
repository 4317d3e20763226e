"""Handing over what lies open with somebody: before they leave, before a role that may not do it, or just so.

One address, three steps without script: choose who takes what, look at the summary, do it. What opened or went in
the meantime shows the page again.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.actor import Actor
from hubs.accounts.forms import MembershipForm
from hubs.accounts.models import Membership
from hubs.accounts.open_work import KINDS, OpenItem, open_work_of
from hubs.accounts.permissions import P
from hubs.accounts.queries import get_visible_membership, offices_of
from hubs.accounts.views.blueprint import bp
from hubs.accounts.words import role_name
from hubs.core.choices import SelectField
from hubs.core.clock import local_day, utcnow
from hubs.core.errors import BadInput, DomainError, NotFound, Problem, RuleViolation, WrongState
from hubs.core.forms import Form, put_problems
from hubs.extensions import db, write_transaction
from hubs.referrals.operations import handing_over
from hubs.referrals.operations.handing_over import DESK, Afterwards, Summary, field_of

LEAVE, CHANGE, STAY = "leave", "change", "stay"


@dataclass(frozen=True)
class Aim:
    """Why work is handed over: the account closes, the role changes, or nothing else happens."""

    then: str
    role: str | None = None
    office_id: str | None = None

    @property
    def arguments(self) -> dict[str, Any]:
        if self.then != CHANGE:
            return {"then": self.then}
        return {"then": self.then, "role": self.role, "office_id": self.office_id or ""}


def _aim(membership: Membership) -> Aim:
    """What the address asks for. Raises NotFound for a role or office that is not one here."""
    then = request.args.get("then", LEAVE)
    if then in (LEAVE, STAY):
        return Aim(then)
    form = MembershipForm(formdata=request.args, meta={"csrf": False})
    form.offer(membership.organisation, offices_of(membership.organisation_id))
    if then != CHANGE or not form.validate():
        raise NotFound()
    return Aim(CHANGE, form.role.data, form.chosen_office)


def _items(membership: Membership, aim: Aim) -> list[OpenItem]:
    if aim.then == STAY:
        return open_work_of(membership.person_id, membership.organisation_id)
    after = Afterwards(aim.role, aim.office_id) if aim.then == CHANGE else Afterwards()
    return handing_over.left_behind(membership, after)


@bp.route("/people/<id:membership_id>/hand-over", methods=["GET", "POST"])
@permitted(P.PEOPLE_MANAGE)
def hand_over(membership_id: str) -> Response:
    actor = current_actor()
    if request.method == "POST":
        write_transaction()
    membership = get_visible_membership(actor, membership_id, lock=request.method == "POST")
    if membership.invited_as:
        raise WrongState(_("This person has not accepted the invitation yet."))
    aim = _aim(membership)
    page = _Page(membership, aim, actor)
    if request.method == "GET":
        return page.answer(200)
    action = request.form.get("action")
    if action not in ("preview", "confirm", "back"):
        message = _("This action does not exist here.")
        raise BadInput([Problem("unknown_action", message, "action")], message)
    if action == "back":
        return page.answer(200)
    if not page.form.validate() or not page.is_complete():
        return page.answer(422)
    if page.is_stale():
        return page.answer(409)
    if action == "preview":
        return page.answer(200, preview=True)
    return _do(page)


def _do(page: _Page) -> Response:
    membership, aim, actor, now = page.membership, page.aim, page.actor, utcnow()
    name, organisation_id, plan = membership.shown_name, membership.organisation_id, page.plan()
    try:
        if aim.then == LEAVE:
            done = handing_over.close_membership(membership, plan, actor=actor, now=now)
        elif aim.then == CHANGE:
            role, office_id = str(aim.role), aim.office_id
            done = handing_over.change_role(membership, plan, role=role, office_id=office_id, actor=actor, now=now)
        else:
            done = handing_over.hand_over_some(membership, plan, actor=actor, now=now)
    except (RuleViolation, WrongState) as refusal:
        return _refused(page, refusal)
    told = _told(aim, name, done, page.names)
    db.session.commit()
    flash(told, "success")
    other = organisation_id if organisation_id != actor.organisation_id else None
    return redirect(url_for("accounts.people_list", organisation=other), 303)


def _refused(page: _Page, refusal: DomainError) -> Response:
    """The page again as it stands in the database, with what was chosen and why it cannot be."""
    db.session.rollback()
    membership = get_visible_membership(page.actor, page.membership_id)
    again = _Page(membership, page.aim, page.actor)
    again.form.validate()
    put_problems(again.form, refusal)
    return again.answer(409 if isinstance(refusal, WrongState) else 422)


def _told(aim: Aim, name: str, done: Summary, names: dict[str, str]) -> str:
    """The summary afterwards, in sentences."""
    heads = {
        LEAVE: _("%(name)s no longer acts for this organisation.", name=name),
        CHANGE: _("The role is changed."),
        STAY: _("The work is handed over."),
    }
    parts = [heads[aim.then]]
    for person_id, count in sorted(done.to_people.items(), key=lambda pair: names.get(pair[0], "")):
        parts.append(
            ngettext(
                "%(name)s got %(num)s piece of work.",
                "%(name)s got %(num)s pieces of work.",
                count,
                name=names.get(person_id, ""),
            )
        )
    if done.to_desk:
        parts.append(
            ngettext(
                "%(num)s piece of work is with the desk.", "%(num)s pieces of work are with the desk.", done.to_desk
            )
        )
    return " ".join(str(part) for part in parts)


class _Page:
    """The form of one handing over: a choice for each piece of work, and one for all of it."""

    def __init__(self, membership: Membership, aim: Aim, actor: Actor) -> None:
        self.membership, self.membership_id, self.aim, self.actor = membership, membership.id, aim, actor
        self.items = _items(membership, aim)
        today = local_day(utcnow())
        self.choices = (
            handing_over.choices_for(self.items, membership.organisation, membership.person_id, today)
            if self.items
            else {}
        )
        self.names = {person_id: name for held in self.choices.values() for person_id, name in held.items()}
        self.form = _form(self)
        own = membership.organisation_id == actor.organisation_id
        self.titles = {item.key: item.title if own and actor.can(item.read) else "" for item in self.items}
        self.paths = {item.key: item.path if own and actor.can(item.read) else None for item in self.items}

    @property
    def seen(self) -> str:
        """What was open when the page was made."""
        return hashlib.sha256(" ".join(sorted(item.key for item in self.items)).encode()).hexdigest()[:16]

    def is_stale(self) -> bool:
        """Something opened or went since the page was made; says so in the form."""
        if request.form.get("seen") == self.seen:
            return False
        self.form.form_errors = [_("The list of open work has changed since you looked. Check it and go on.")]
        return True

    def plan(self) -> dict[str, str]:
        """Item key -> who takes it: the choice beside it, else the choice for everything where that may be."""
        everything = self.form.everything.data or ""
        plan = {}
        for item in self.items:
            for chosen in (self.form[field_of(item.key)].data, everything):
                if chosen and (chosen == DESK or chosen in self.choices[item.key]):
                    plan[item.key] = chosen
                    break
        return plan

    def is_complete(self) -> bool:
        """Whether everything has a receiver; when not, says so beside what has none."""
        plan = self.plan()
        if self.aim.then == STAY:
            if not plan and self.items:
                self.form.everything.errors = [_("Choose at least one piece of work and who takes it.")]
            return bool(plan)
        missing = [item for item in self.items if item.key not in plan]
        for item in missing:
            self.form[field_of(item.key)].errors = [_("Choose who takes %(reference)s.", reference=item.reference)]
        return not missing

    def answer(self, status: int, *, preview: bool = False) -> Response:
        plan = self.plan()
        counted = Counter(plan.values())
        page = render_template(
            "accounts/hand_over.html",
            page=self,
            form=self.form,
            membership=self.membership,
            then=self.aim.then,
            new_role=role_name(self.aim.role) if self.aim.role else "",
            groups=[(kind.label, [i for i in self.items if i.kind == kind.code]) for kind in KINDS.values()],
            preview=preview,
            plan=plan,
            to_people=sorted((self.names[p], count) for p, count in counted.items() if p != DESK),
            to_desk=counted.get(DESK, 0),
            stays=len(self.items) - len(plan),
            back=url_for("accounts.membership_show", membership_id=self.membership_id),
            here=url_for("accounts.hand_over", membership_id=self.membership_id, **self.aim.arguments),
            field_of=field_of,
            DESK=DESK,
        )
        return make_response(page, status)


def _form(page: _Page) -> Any:
    """A form with a choice for each item; its fields are named after the items, so that a changed list shows."""
    desk = SelectChoice(DESK, _("The desk (nobody by name)"))
    people = sorted(page.names.items(), key=lambda pair: pair[1])
    none = SelectChoice("", _("Choose for each"))
    fields: dict[str, Any] = {
        "everything": SelectField(
            _("Everything to"),
            [Optional()],
            choices=[none, desk, *(SelectChoice(key, name) for key, name in people)],
        )
    }
    name = page.membership.shown_name
    empty = _("Stays with %(name)s", name=name) if page.aim.then == STAY else _("As chosen for everything")
    for item in page.items:
        listed = [SelectChoice(key, name) for key, name in page.choices[item.key].items()]
        fields[field_of(item.key)] = SelectField(
            _("%(reference)s goes to", reference=item.reference),
            [Optional()],
            choices=[SelectChoice("", empty), desk, *listed],
        )
    return type("HandOverForm", (Form,), fields)()
