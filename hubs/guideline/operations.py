"""Every write to the guideline: a draft is made, edited, put in force or dropped; one in force never changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.core.clock import local_day
from hubs.core.errors import BadInput, NotFound, NotPermitted, Problem, RuleViolation, WrongState
from hubs.core.events import record
from hubs.core.perform import perform
from hubs.extensions import db
from hubs.reference.market_lists import MARKET_LISTS

from .content import Group, Numbers, WordedCriterion
from .criteria import ProposalKind
from .lifecycle import VersionState
from .models import CriterionGroup, CriterionRow, GuidelineVersion
from .queries import put_in_force_before, terms_of
from .rows import NUMBER_FIELDS, content_of, put_content, put_criterion
from .versions import criterion_problems, number_problems, version_problems

NOT_YOURS = _l("Your role may not do this here.")
HEAD_FIELDS = ("name", "note", "is_proposal", *NUMBER_FIELDS)


def create_draft(
    based_on: GuidelineVersion, *, name: str, actor: Actor, now: datetime, note: str | None = None
) -> GuidelineVersion:
    """A new draft that says what `based_on` says. Raises NotPermitted, RuleViolation (name taken)."""
    if not actor.can(P.GUIDELINE_EDIT):
        raise NotPermitted(message=NOT_YOURS)
    _check_name(name, None)
    draft = GuidelineVersion(
        name=name,
        note=note,
        based_on_id=based_on.id,
        is_proposal=based_on.is_proposal,
        created_at=now,
        created_by=actor.person_id,
    )
    put_content(draft, content_of(based_on))
    db.session.add(draft)
    db.session.flush()
    record(
        db.session, "guideline_version.draft", draft, actor=actor, now=now, data={"based_on": based_on.id}, outbox=False
    )
    return draft


def edit_version(
    version: GuidelineVersion, *, values: Mapping[str, Any], actor: Actor, now: datetime
) -> GuidelineVersion:
    """Change name, note and the numbers of a draft; what is not given stays.

    Raises NotPermitted, WrongState (no draft), BadInput (unknown field), RuleViolation (name taken, out of range).
    """
    _check_editable(version, actor)
    unknown = sorted(set(values) - set(HEAD_FIELDS))
    if unknown:
        raise BadInput([Problem("unknown_field", _l("This field does not exist."), name) for name in unknown])
    numbers = Numbers(**{name: values.get(name, getattr(version, name)) for name in NUMBER_FIELDS})
    problems = list(number_problems(numbers))
    problems += _name_problems(values["name"], version.id) if "name" in values else []
    if problems:
        raise RuleViolation(problems=problems)
    changed = [name for name, value in values.items() if getattr(version, name) != value]
    for name in changed:
        setattr(version, name, values[name])
    return _touched(version, "edit", {"fields": changed}, actor=actor, now=now)


def edit_groups(version: GuidelineVersion, groups: Sequence[Group], *, actor: Actor, now: datetime) -> GuidelineVersion:
    """Make these the groups of a draft, in this order.

    Raises NotPermitted, WrongState, RuleViolation (name missing, code twice, a group that criteria still stand in).
    """
    _check_editable(version, actor)
    problems = list(_group_problems(version, groups))
    if problems:
        raise RuleViolation(problems=problems)
    stored = {row.code: row for row in version.groups}
    version.groups = [stored.get(group.code) or CriterionGroup(code=group.code) for group in groups]
    for position, (row, group) in enumerate(zip(version.groups, groups, strict=True), 1):
        row.name_nl, row.name_en, row.position = group.name_nl, group.name_en, position
    _put_in_order(version)
    return _touched(version, "edit_groups", {"count": len(groups)}, actor=actor, now=now)


def save_criterion(
    version: GuidelineVersion, item: WordedCriterion, *, replaces: str | None, actor: Actor, now: datetime
) -> GuidelineVersion:
    """Add a criterion to a draft, or put it in the place of the one with the code `replaces`.

    Raises NotPermitted, WrongState, NotFound (nothing has that code), RuleViolation with everything that is wrong.
    """
    _check_editable(version, actor)
    row = _row(version, replaces) if replaces else CriterionRow()
    problems = list(criterion_problems(item, market_lists=MARKET_LISTS))
    if item.code != replaces and any(other.code == item.code for other in version.criteria):
        problems.append(Problem("code_taken", _l("Another criterion has this code."), "code"))
    if item.criterion.group not in {group.code for group in version.groups}:
        problems.append(Problem("unknown_group", _l("Choose a group from the list."), "group"))
    if problems:
        raise RuleViolation(problems=problems)
    put_criterion(row, item)
    if not replaces:
        version.criteria.append(row)
    _put_in_order(version)
    return _touched(version, "put_criterion", {"code": item.code}, actor=actor, now=now)


def remove_criterion(version: GuidelineVersion, code: str, *, actor: Actor, now: datetime) -> GuidelineVersion:
    """Take a criterion out of a draft. Raises NotPermitted, WrongState, NotFound."""
    _check_editable(version, actor)
    version.criteria.remove(_row(version, code))
    _put_in_order(version)
    return _touched(version, "remove_criterion", {"code": code}, actor=actor, now=now)


def drop_draft(version: GuidelineVersion, *, actor: Actor, now: datetime) -> None:
    """Throw a draft away; what was recorded of it stays in the trail.

    Raises NotPermitted, WrongState (no draft), RuleViolation (another version was made from it).
    """
    _check_editable(version, actor)
    based = select(GuidelineVersion.id).where(GuidelineVersion.based_on_id == version.id).limit(1)
    if db.session.execute(based).first():
        raise RuleViolation("has_successor", _l("Another version was made from this draft. It has to stay."), "action")
    record(
        db.session, "guideline_version.drop", version, actor=actor, now=now, data={"name": version.name}, outbox=False
    )
    db.session.delete(version)
    db.session.flush()


def act_on_version(
    version: GuidelineVersion, action: str, *, actor: Actor, now: datetime, data: Mapping[str, Any] | None = None
) -> GuidelineVersion:
    """Put a draft in force from `data["in_force_on"]`, or retire a version from `data["retired_on"]`.

    Putting in force checks everything at once, and ends the version before it on that day. Raises BadInput,
    NotPermitted, WrongState, RuleViolation.
    """
    given = dict(data or {})
    others = put_in_force_before(version, lock=True) if action == "put_in_force" else []
    day: date | None = given.get("in_force_on" if action == "put_in_force" else "retired_on")
    perform(
        db.session,
        version,
        action,
        actor=actor,
        now=now,
        data=given,
        event_data={"on": day.isoformat() if day else None},
        problems=action_problems(version, action, others, day, today=local_day(now)),
    )
    for earlier in others:
        if earlier.state == VersionState.IN_FORCE:
            after = {"on": day.isoformat() if day else None, "replaced_by": version.id}
            perform(db.session, earlier, "retire", actor=actor, now=now, data={"retired_on": day}, event_data=after)
    return version


def action_problems(
    version: GuidelineVersion, action: str, others: Iterable[GuidelineVersion], day: date | None, *, today: date
) -> list[Problem]:
    """Everything that stands in the way of an action beyond its state and who may do it."""
    if action == "put_in_force" and version.state == VersionState.DRAFT:
        found = version_problems(
            content_of(version), in_force_on=day, today=today, terms=terms_of(others), market_lists=MARKET_LISTS
        )
        return [problem for problem in found if problem.code != "date_required"]  # the lifecycle's own guard says that
    if action == "retire" and version.in_force_on is not None:
        return list(_retire_problems(version.in_force_on, day, today))
    return []


def _retire_problems(first_day: date, day: date | None, today: date) -> Iterable[Problem]:
    if day is None:
        yield Problem("date_required", _l("Fill in from which day it no longer holds."), "retired_on")
    elif day < today or day < first_day:
        message = _l("Choose today or a later day, and not before its first day.")
        yield Problem("date_past", message, "retired_on")


def _check_editable(version: GuidelineVersion, actor: Actor) -> None:
    if not actor.can(P.GUIDELINE_EDIT, version):
        raise NotPermitted(message=NOT_YOURS)
    if version.state != VersionState.DRAFT:
        raise WrongState(_l("A version in force never changes. Make a new draft from it."))


def _touched(
    version: GuidelineVersion, verb: str, data: Mapping[str, Any], *, actor: Actor, now: datetime
) -> GuidelineVersion:
    """Count the version on, so that a stale page is found out, and record what was done."""
    version.edited_at = now
    db.session.flush()
    record(db.session, f"guideline_version.{verb}", version, actor=actor, now=now, data=data, outbox=False)
    return version


def _check_name(name: str, own_id: str | None) -> None:
    problems = _name_problems(name, own_id)
    if problems:
        raise RuleViolation(problems=problems)


def _name_problems(name: str, own_id: str | None) -> list[Problem]:
    if not name:
        return [Problem("name_required", _l("Fill this in."), "name")]
    statement = select(GuidelineVersion.id).where(GuidelineVersion.name == name)
    other = db.session.execute(statement).scalar_one_or_none()
    if other is None or other == own_id:
        return []
    return [Problem("name_taken", _l("Another version has this name."), "name")]


def _group_problems(version: GuidelineVersion, groups: Sequence[Group]) -> Iterable[Problem]:
    codes = [group.code for group in groups]
    for number, group in enumerate(groups):
        if codes.count(group.code) > 1:
            yield Problem("code_taken", _l("Another group has this code."), f"groups.{number}.code")
        for name in ("name_nl", "name_en"):
            if not getattr(group, name):
                yield Problem("name_required", _l("Give the name in both languages."), f"groups.{number}.{name}")
    used = {row.group_code for row in version.criteria}
    gone = sorted(used - set(codes))
    if gone:
        message = _l("These groups still have criteria: %(groups)s.", groups=", ".join(gone))
        yield Problem("group_in_use", message, "groups")


def _row(version: GuidelineVersion, code: str) -> CriterionRow:
    for row in version.criteria:
        if row.code == code:
            return row
    raise NotFound()


def _put_in_order(version: GuidelineVersion) -> None:
    """Criteria by group, then by letter and number: A2 before A10."""
    places = {group.code: number for number, group in enumerate(version.groups)}

    def place(row: CriterionRow) -> tuple[int, str, int]:
        letters = row.code.rstrip("0123456789")
        return places.get(row.group_code, len(places)), letters, int(row.code[len(letters) :] or 0)

    for position, row in enumerate(sorted(version.criteria, key=place), 1):
        row.position = position
    version.criteria.sort(key=lambda row: row.position)


def without_kind(problems: Iterable[Problem]) -> list[Problem]:
    """The problems with those said once for every kind of proposal brought together."""
    found: dict[tuple[str, str | None], Problem] = {}
    for problem in problems:
        key = (problem.code, problem.field)
        kinds = [*found[key].values.get("kinds", ())] if key in found and "kind" in problem.values else []
        if "kind" in problem.values:
            kinds.append(ProposalKind(problem.values["kind"]))
            problem = replace(problem, values={"kinds": kinds})
        found[key] = problem
    return list(found.values())
