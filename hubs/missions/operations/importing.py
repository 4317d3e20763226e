"""Participants from a sheet: every row checked and shown first, then taken over all together or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from hubs.accounts.actor import Actor
from hubs.companies.identifying import NotUsable, checked_number
from hubs.companies.models import Company, CompanyRecord
from hubs.core.errors import NotFound, Problem, RuleViolation
from hubs.core.events import record
from hubs.core.types import folded, new_id
from hubs.extensions import db
from hubs.missions.models import Mission, MissionImport, Participant
from hubs.missions.operations.participants import (
    ParticipantData,
    check_open,
    known_services,
    participant_problems,
    store_participant,
)
from hubs.missions.sheets import SheetError, read_sheet
from hubs.reference.models import Service

KEPT_FOR = timedelta(days=1)
_WORDS = {
    "empty": _l("There are no rows in this file."),
    "kind": _l("This is no sheet. Use CSV, XLSX or ODS."),
    "damaged": _l("This file is damaged, locked or not complete. Save it again and send the new file."),
    "too_large": _l("This file is too large."),
    "too_many": _l("There are too many rows: at most %(number)s.", number=500),
    "headings": _l("The headings are not those of the template. Download it and copy your rows into it."),
}


@dataclass(frozen=True, slots=True)
class Checked:
    """A row of a sheet: what it says, what is wrong with it, and whether they take part already."""

    number: int
    values: dict[str, Any]
    problems: list[Problem] = field(default_factory=list)
    is_known: bool = False


def rows_of(content: bytes) -> list[dict[str, str]]:
    """The rows of a file that somebody sent. Raises RuleViolation on `file`."""
    try:
        return read_sheet(content)
    except SheetError as error:
        raise RuleViolation(f"sheet_{error.code}", _WORDS[error.code], "file") from error


def check_rows(mission: Mission, rows: Sequence[Mapping[str, str]], *, consent: str, language: str) -> list[Checked]:
    """Look at every row; nothing is stored."""
    names, services, known = _service_names(), known_services(), _known(mission)
    seen: dict[str, int] = {}
    return [_checked(row, names, services, known, seen, consent=consent, language=language) for row in rows]


def _checked(
    row: Mapping[str, str],
    names: Mapping[str, str],
    services: set[str],
    known: set[str],
    seen: dict[str, int],
    *,
    consent: str,
    language: str,
) -> Checked:
    number, kvk = int(row["row"]), row["kvk_number"]
    if kvk.isascii() and kvk.isdigit() and len(kvk) == 7:
        kvk = kvk.zfill(8)  # a sheet drops the zero in front
    wanted = [part.strip() for part in row["services"].replace("\n", ";").replace(",", ";").split(";") if part.strip()]
    codes = [names.get(folded(each)) for each in wanted]
    values = {
        "company": row["company"], "kvk_number": kvk or None, "contact": row["contact"], "email": row["email"] or None,
        "phone": row["phone"] or None, "services": [code for code in codes if code],
        "question": row["question"] or None, "language": language, "consent": consent,
    }  # fmt: skip
    problems = participant_problems(data_of(values), services)
    problems += [
        Problem("unknown_service", _l("We do not know this service: %(name)s", name=each[:80]), "services")
        for each, code in zip(wanted, codes, strict=True)
        if code is None
    ]
    mark = _mark(kvk, row["company"])
    if mark in seen:
        problems.append(
            Problem("double", _l("The same company stands in row %(number)s.", number=seen[mark]), "company")
        )
    seen.setdefault(mark, number)
    return Checked(number, values, problems, is_known=mark in known)


def data_of(values: Mapping[str, Any]) -> ParticipantData:
    """The values of a row as a participant."""
    return ParticipantData(**{**values, "services": tuple(values["services"])})


def _mark(number: str | None, name: str) -> str:
    try:
        return f"kvk {checked_number(number, 'NL')}" if number else f"name {folded(name)}"
    except NotUsable:
        return f"name {folded(name)}"


def _service_names() -> dict[str, str]:
    found: dict[str, str] = {}
    for service in db.session.execute(select(Service).where(Service.retired_on.is_(None))).scalars():
        for name in (service.code, service.name_nl, service.name_en):
            found.setdefault(folded(name), service.code)
    return found


def _known(mission: Mission) -> set[str]:
    """The companies that take part, by number and by name."""
    statement = (
        select(Company.registration_number, CompanyRecord.name_folded)
        .join(Participant, Participant.company_id == Company.id)
        .join(CompanyRecord, CompanyRecord.company_id == Company.id)
        .where(Participant.mission_id == mission.id, CompanyRecord.organisation_id == mission.organisation_id)
    )
    rows = db.session.execute(statement).all()
    return {f"kvk {number}" for number, _name in rows if number} | {f"name {name}" for _number, name in rows}


def keep_rows(mission: Mission, checked: Sequence[Checked], *, actor: Actor, now: datetime) -> MissionImport:
    """Keep rows without a fault for a day, to be shown and then taken over. Raises NotPermitted, WrongState."""
    check_open(mission, actor)
    db.session.execute(delete(MissionImport).where(MissionImport.created_at < now - KEPT_FOR))
    kept = MissionImport(
        id=new_id(), mission_id=mission.id, created_at=now, created_by=actor.id,
        rows=[{"row": each.number, **each.values} for each in checked],
    )  # fmt: skip
    db.session.add(kept)
    db.session.flush()
    return kept


def get_import(mission: Mission, import_id: str, *, now: datetime, lock: bool = False) -> MissionImport:
    """Rows that were kept for this mission. Raises NotFound."""
    statement = select(MissionImport).where(
        MissionImport.id == import_id, MissionImport.mission_id == mission.id,
        MissionImport.created_at >= now - KEPT_FOR,
    )  # fmt: skip
    found = db.session.execute(statement.with_for_update() if lock else statement).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def take_over(mission: Mission, kept: MissionImport, *, actor: Actor, now: datetime) -> int:
    """Write all of them down, in one transaction; how many are new. Raises NotPermitted, WrongState, RuleViolation."""
    check_open(mission, actor)
    new = 0
    # two desks, or two missions, write the same companies in the same order
    for row in sorted(kept.rows, key=lambda row: (row["kvk_number"] or "", folded(row["company"]))):
        values = {name: value for name, value in row.items() if name != "row"}
        _participant, is_new = store_participant(mission, data_of(values), actor=actor, now=now)
        new += is_new
    db.session.delete(kept)
    record(
        db.session, "mission.imported", mission, actor=actor, now=now, data={"rows": len(kept.rows), "new": new},
        outbox=False,
    )  # fmt: skip
    return new
