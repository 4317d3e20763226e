"""Two companies of one organisation that turn out to be one: what would move, moving it, and putting it back.

Only the rows of that organisation move; the shared rows of the two numbers and what others wrote down stay as they
are, so that nobody outside learns of it. What moved is kept as data, so that undoing restores every link.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, func, insert, or_, select, update

from hubs.accounts.permissions import P
from hubs.companies.linked import Link, links, unique_with
from hubs.companies.models import CompanyMerge, CompanyMergeRow, CompanyPairApart, CompanyRecord
from hubs.core.errors import NotFound, NotPermitted, Problem, RuleViolation, WrongState
from hubs.core.events import record
from hubs.core.perform import Actor
from hubs.core.types import folded, new_id
from hubs.extensions import db

FIELDS = ("name", "city", "region", "note", "vat_number", "establishment_number", "rsin")
CHOSEN = tuple(name for name in FIELDS if name != "note")  # two notes are put one under the other
NEW_NUMBER = {
    "new_registration": _l("The company was registered anew, for example as a B.V."),
    "wrong_number": _l("One of the two numbers was written down wrongly"),
}
NOTE_LENGTH = 4000


@dataclass(frozen=True, slots=True)
class MergePlan:
    """The company that is kept, the one that goes up in it, what would move, and what forbids it."""

    kept: CompanyRecord
    gone: CompanyRecord
    counts: Mapping[str, int] = field(default_factory=dict)  # rows by table
    clashes: tuple[str, ...] = ()  # tables in which both have a row of which a company has one only
    two_numbers: bool = False


def plan_merge(first: CompanyRecord, second: CompanyRecord, keep: str | None = None) -> MergePlan:
    """Which of two would be kept: the one with a number, else the one named in `keep`, else the one written down
    first; and what moves."""
    kept, gone = sorted((first, second), key=lambda each: _keeping(each, keep))
    numbers = {each.company.registration_number for each in (kept, gone)} - {None}
    listed = list(links())
    counts: dict[str, int] = {}
    for link in listed:
        counts[link.table.name] = counts.get(link.table.name, 0) + _count(link, gone)
    clashes = tuple(sorted({link.table.name for link in listed if _clash(link, kept, gone)}))
    return MergePlan(kept, gone, counts, clashes, len(numbers) > 1)


def _keeping(each: CompanyRecord, keep: str | None) -> tuple[bool, bool, datetime, str]:
    return each.company.registration_number is None, each.company_id != keep, each.created_at, each.company_id


def _count(link: Link, gone: CompanyRecord) -> int:
    mine = and_(link.owned_by(gone.organisation_id), link.column == gone.company_id)
    return db.session.execute(select(func.count()).select_from(link.table).where(mine)).scalar_one()


def _clash(link: Link, kept: CompanyRecord, gone: CompanyRecord) -> bool:
    """Whether both have a row of which one company has only one."""
    return any(_has_same(link, columns, kept, gone) for columns in unique_with(link))


def _has_same(link: Link, columns: Iterable[Any], kept: CompanyRecord, gone: CompanyRecord) -> bool:
    own, other = link.table.alias(), link.table.alias()
    same = [own.c[column.name] == other.c[column.name] for column in columns]
    wanted = [
        own.c[link.column.name] == gone.company_id,
        link.owned_by(gone.organisation_id, own),
        other.c[link.column.name] == kept.company_id,
        link.owned_by(gone.organisation_id, other),
    ]
    return db.session.execute(select(select(own).join(other, and_(*same, *wanted)).exists())).scalar_one()


def merge_problems(plan: MergePlan, reason: str | None) -> list[Problem]:
    """Everything that forbids this merge."""
    found = []
    if plan.kept.company_id == plan.gone.company_id:
        found.append(Problem("same_company", _l("Choose another company: this is the same one."), "other"))
    if plan.kept.company.country != plan.gone.company.country:
        message = _l("These companies are registered in two countries. Two registrations are two companies.")
        found.append(Problem("two_countries", message, "other"))
    elif plan.two_numbers and reason not in NEW_NUMBER:
        message = _l(
            "These companies have two numbers. Two numbers are two companies, unless you say why they are one."
        )
        found.append(Problem("two_numbers", message, "reason"))
    if plan.clashes:
        message = _l("Both companies take part in the same thing, where one company can be only once. Mend that first.")
        found.append(Problem("both_there", message, "other"))
    return found


def merge_companies(
    plan: MergePlan, *, actor: Actor, now: datetime, chosen: Mapping[str, str] | None = None, reason: str | None = None
) -> CompanyMerge:
    """Move everything of the one to the other, and keep what moved. `chosen` says of a field whose is taken
    (the company's id); an empty field of the kept one takes the other's. Both records are locked by the caller.

    Raises NotPermitted, RuleViolation, WrongState (one of them was merged meanwhile).
    """
    if not actor.can(P.COMPANY_WRITE, plan.kept) or not actor.can(P.COMPANY_WRITE, plan.gone):
        raise NotPermitted()
    if plan.kept.merged_into_id or plan.gone.merged_into_id:
        raise WrongState(_l("One of these companies was merged meanwhile. Look at it again."))
    problems = merge_problems(plan, reason)
    if problems:
        raise RuleViolation(problems=problems)
    merge = CompanyMerge(
        id=new_id(),
        organisation_id=plan.kept.organisation_id,
        kept_id=plan.kept.company_id,
        gone_id=plan.gone.company_id,
        fields=_take_over(plan, chosen or {}),
        reason=reason if plan.two_numbers else None,
        merged_at=now,
        merged_by=actor.id,
    )
    db.session.add(merge)
    db.session.flush()
    moved = sum(_move(merge, link) for link in links())
    plan.gone.merged_into_id = plan.kept.company_id
    db.session.flush()
    details = {"kept": merge.kept_id, "gone": merge.gone_id, "rows": moved, "reason": merge.reason}
    record(db.session(), "company.merged", merge, actor=actor, now=now, data=details, outbox=False)
    db.session.expire_all()
    return merge


def _take_over(plan: MergePlan, chosen: Mapping[str, str]) -> dict[str, list[str | None]]:
    """Set the fields of the kept record; what each was before and is now."""
    changed: dict[str, list[str | None]] = {}
    for name in FIELDS:
        before, other = getattr(plan.kept, name), getattr(plan.gone, name)
        after = (
            _joined(before, other)
            if name == "note"
            else (other if chosen.get(name) == plan.gone.company_id else before) or other
        )
        if after != before:
            setattr(plan.kept, name, after)
            changed[name] = [before, after]
    plan.kept.name_folded = folded(plan.kept.name)[:200]
    return changed


def _joined(note: str | None, other: str | None) -> str | None:
    return "\n\n".join(part for part in dict.fromkeys((note, other)) if part)[: 2 * NOTE_LENGTH] or None


def _move(merge: CompanyMerge, link: Link) -> int:
    keys = [column.name for column in link.table.primary_key]
    mine = and_(link.owned_by(merge.organisation_id), link.column == merge.gone_id)
    rows = db.session.execute(select(*(link.table.c[name] for name in keys)).where(mine)).mappings().all()
    if not rows:
        return 0
    what = {"merge_id": merge.id, "table_name": link.table.name, "column_name": link.column.name}
    kept = [{**what, "row_key": link.key_of(dict(row))} for row in rows]
    db.session.execute(insert(CompanyMergeRow), kept)
    db.session.execute(update(link.table).where(mine).values({link.column.name: merge.kept_id}))
    return len(rows)


def following(merge: CompanyMerge) -> CompanyMerge | None:
    """The newest merge that builds on this one and has to be undone first."""
    ends = (merge.kept_id, merge.gone_id)
    statement = (
        select(CompanyMerge)
        .where(
            CompanyMerge.organisation_id == merge.organisation_id,
            CompanyMerge.undone_at.is_(None),
            CompanyMerge.id != merge.id,
            or_(CompanyMerge.kept_id.in_(ends), CompanyMerge.gone_id.in_(ends)),
            or_(
                CompanyMerge.merged_at > merge.merged_at,
                and_(CompanyMerge.merged_at == merge.merged_at, CompanyMerge.id > merge.id),
            ),
        )
        .order_by(CompanyMerge.merged_at.desc(), CompanyMerge.id.desc())
        .limit(1)
    )
    return db.session.execute(statement).scalar_one_or_none()


def check_undo(merge: CompanyMerge, actor: Actor) -> None:
    """Raises NotPermitted, WrongState (undone already, or a later merge builds on it)."""
    if not actor.can(P.COMPANY_WRITE, merge):
        raise NotPermitted()
    if merge.undone_at is not None:
        raise WrongState(_l("This merge was undone already."))
    if following(merge) is not None:
        raise WrongState(_l("A later merge builds on this one. Undo that one first."), code="later_merge")


def undo_merge(
    merge: CompanyMerge, *, actor: Actor, now: datetime, along: Iterable[tuple[str, str, str]] = ()
) -> CompanyRecord:
    """Put every row back that is still where the merge put it; what was added since stays, but for `along`
    (table, column, key). Gives the record that is its own again.

    Raises NotPermitted, WrongState.
    """
    check_undo(merge, actor)
    by_name = {(link.table.name, link.column.name): link for link in links()}
    back = [(row.table_name, row.column_name, row.row_key) for row in merge.rows]
    moved = sum(_put_back(merge, by_name.get((table, column)), key) for table, column, key in [*back, *along])
    kept, gone = (_record(merge.organisation_id, each) for each in (merge.kept_id, merge.gone_id))
    if gone is None:
        raise NotFound()
    if kept is not None:
        _give_back(kept, merge.fields)
    gone.merged_into_id = None
    merge.undone_at, merge.undone_by = now, actor.id
    db.session.flush()
    details = {"kept": merge.kept_id, "gone": merge.gone_id, "rows": moved}
    record(db.session(), "company.merge_undone", merge, actor=actor, now=now, data=details, outbox=False)
    db.session.expire_all()
    return gone


def _put_back(merge: CompanyMerge, link: Link | None, key: str) -> int:
    """One row, if it is still there, still theirs, and still with the company it was moved to."""
    if link is None:
        return 0
    mine = [link.owned_by(merge.organisation_id), link.column == merge.kept_id, *link.matches(key)]
    done: Any = db.session.execute(update(link.table).where(*mine).values({link.column.name: merge.gone_id}))
    return int(done.rowcount)


def _give_back(kept: CompanyRecord, fields: Mapping[str, list[str | None]]) -> None:
    """The fields the merge changed, unless somebody changed them since."""
    for name, (before, after) in fields.items():
        if getattr(kept, name) == after:
            setattr(kept, name, before)
    kept.name_folded = folded(kept.name)[:200]


def _record(organisation_id: str, company_id: str) -> CompanyRecord | None:
    return db.session.get(CompanyRecord, (organisation_id, company_id), populate_existing=True)


def set_apart(first: CompanyRecord, second: CompanyRecord, *, actor: Actor, now: datetime) -> None:
    """These two are not one company: do not put them forward again. Raises NotPermitted."""
    if not actor.can(P.COMPANY_WRITE, first) or not actor.can(P.COMPANY_WRITE, second):
        raise NotPermitted()
    ids = sorted((first.company_id, second.company_id))
    if db.session.get(CompanyPairApart, (first.organisation_id, *ids)) is not None:
        return
    apart = CompanyPairApart(
        organisation_id=first.organisation_id, first_id=ids[0], second_id=ids[1], at=now, by=actor.id
    )
    db.session.add(apart)
    details = {"first": ids[0], "second": ids[1]}
    record(db.session(), "company.set_apart", first.company, actor=actor, now=now, data=details, outbox=False)
