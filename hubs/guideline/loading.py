"""The first version, made of the files in `data/` when there is none yet; after that people edit (data/README.md)."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from hubs.accounts.actor import THE_SERVICE
from hubs.accounts.permissions import P
from hubs.core.clock import local_day
from hubs.core.perform import perform
from hubs.reference.loading import TableReport

from .content import Group, Level, VersionContent, WordedCriterion
from .criteria import Answer, Better, Consequence, Criterion, Moment, Rule
from .models import GuidelineVersion
from .rows import put_content

DATA = Path(__file__).parent / "data"
FIRST_NAME, FIRST_DAY = "2026-1", date(2026, 1, 1)
# the service puts the very first version in force and never another
THE_LOADER = replace(THE_SERVICE, permissions=THE_SERVICE.permissions | {P.GUIDELINE_PUT_IN_FORCE})
Row = Mapping[str, str]


def starting_content(folder: Path = DATA) -> VersionContent:
    """What the files say. Raises OSError for a missing file, KeyError or ValueError for a field that is wrong."""
    explanations, applies = _by_code(folder / "explanations.csv"), _by_code(folder / "applies.csv")
    levels: dict[str, list[Level]] = {}
    for row in _rows(folder / "levels.csv"):
        words = (row["title_nl"], row["title_en"], row["text_nl"], row["text_en"])
        levels.setdefault(row["code"], []).append(Level(int(row["level"]), *words))
    return VersionContent(
        groups=tuple(
            Group(row["code"], row["name_nl"], row["name_en"], int(row["position"]))
            for row in _rows(folder / "groups.csv")
        ),
        criteria=tuple(
            _worded(row, number, explanations[row["code"]], applies[row["code"]], levels.get(row["code"], ()))
            for number, row in enumerate(_rows(folder / "guideline.csv"), 1)
        ),
    )


def _worded(row: Row, position: int, more: Row, applies: Row, levels: Sequence[Level]) -> WordedCriterion:
    return WordedCriterion(
        _criterion(row, position, applies),
        name_nl=row["name_nl"],
        name_en=row["name_en"],
        explanation_nl=f"{more['ask_nl']}\n{more['evidence_nl']}",
        explanation_en=f"{more['ask_en']}\n{more['evidence_en']}",
        source=row["source"],
        source_nl=more["source_nl"],
        levels=tuple(levels),
    )


def _criterion(row: Row, position: int, applies: Row) -> Criterion:
    answer = Answer(row["answer"])
    directed = answer in (Answer.SCALE, Answer.YES_NO, Answer.NUMBER)
    return Criterion(
        code=row["code"],
        group=row["group"],
        answer=answer,
        rule=Rule(row["rule"]),
        unit=row["unit"],
        weight=Decimal(row["weight"] or 0),
        threshold=Decimal(row["threshold"]) if row["threshold"] else None,
        better=Better(row["better"]) if directed and row["better"] else None,
        moment=Moment(row["moment"]),
        kinds=_codes(applies["kinds"]),
        market_lists=_codes(applies["market_lists"]),
        consequence=Consequence(applies["consequence"]),
        position=position,
    )


def load_guideline(session: Session, *, now: datetime) -> TableReport:
    """Make the first version and put it in force, when there is no version at all; else change nothing."""
    report = TableReport()
    if session.scalar(select(exists().where(GuidelineVersion.id.is_not(None)))):
        report.unchanged = 1
        return report
    first_day = min(FIRST_DAY, local_day(now))
    version = GuidelineVersion(name=FIRST_NAME, created_at=now, is_proposal=True)
    session.add(version)
    put_content(version, starting_content())
    session.flush()
    perform(session, version, "put_in_force", actor=THE_LOADER, now=now, data={"in_force_on": first_day})
    report.added = 1
    return report


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _by_code(path: Path) -> dict[str, dict[str, str]]:
    return {row["code"]: row for row in _rows(path)}


def _codes(text: str) -> frozenset[str]:
    return frozenset(filter(None, text.split(";")))
