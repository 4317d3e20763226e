"""Puts the default terms, idle limits and first weights of routing into the database; what a person edited stays."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from hubs.core.stamps import ROUTING, bump
from hubs.reference.loading import LoadReport, TableReport
from hubs.referrals.lists.models import IdleLimit
from hubs.referrals.models import RoutingRules, Term

TERMS_FILE = Path(__file__).parent / "data" / "terms.csv"
IDLE_FILE = Path(__file__).parent / "data" / "idle_limits.csv"
FIRST_RULES = "2026.1"
FIRST_DAY = date(2026, 1, 1)
FIRST_WEIGHTS = {
    "specificity": "0.38",
    "answer": "0.25",
    "load": "0.15",
    "language": "0.12",
    "city": "0.10",
    "shrinkage": 10,
    "prior": "0.80",
}


def load_terms(session: Session, now: datetime) -> LoadReport:
    """Load the terms of terms.csv, the first version of the weights and the limits of idle_limits.csv.

    Running it again changes nothing.
    """
    terms, rules = TableReport(), TableReport()
    known = {term.code: term for term in session.execute(select(Term)).scalars()}
    with TERMS_FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            _put(session, known.get(row["code"]), row, terms)
    if session.get(RoutingRules, FIRST_RULES) is None:
        session.add(RoutingRules(version=FIRST_RULES, weights=FIRST_WEIGHTS, starts_on=FIRST_DAY))
        rules.added = 1
    else:
        rules.unchanged = 1
    session.flush()
    report = LoadReport({"terms": terms, "routing_rules": rules, "idle_limits": _idle_limits(session)})
    if report.has_changes:
        bump(session, ROUTING)
    return report


def _put(session: Session, term: Term | None, row: Mapping[str, str], report: TableReport) -> None:
    hashed = hashlib.sha256("|".join(row.values()).encode()).hexdigest()
    hours, days = (int(row["working_hours"]) if row["working_hours"] else None), int(row["outer_days"])
    if term is None:
        session.add(Term(code=row["code"], working_hours=hours, outer_days=days, loaded_hash=hashed))
        report.added += 1
    elif term.edited_at is not None:
        report.kept.append(term.code)
    elif term.loaded_hash == hashed:
        report.unchanged += 1
    else:
        term.working_hours, term.outer_days, term.loaded_hash = hours, days, hashed
        report.changed += 1


def _idle_limits(session: Session) -> TableReport:
    """After how many days without any action something is idle, by the role that is to act."""
    report = TableReport()
    known = {limit.role: limit for limit in session.execute(select(IdleLimit)).scalars()}
    with IDLE_FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            _put_limit(session, known.get(row["role"]), row, report)
    session.flush()
    return report


def _put_limit(session: Session, limit: IdleLimit | None, row: Mapping[str, str], report: TableReport) -> None:
    hashed, days = hashlib.sha256("|".join(row.values()).encode()).hexdigest(), int(row["days"])
    if limit is None:
        session.add(IdleLimit(role=row["role"], days=days, loaded_hash=hashed))
        report.added += 1
    elif limit.edited_at is not None:
        report.kept.append(limit.role)
    elif limit.loaded_hash == hashed:
        report.unchanged += 1
    else:
        limit.days, limit.loaded_hash = days, hashed
        report.changed += 1
