"""Puts the consent texts into the database. A version in use never changes: a new wording is a new version."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from hubs.companies.models import ConsentText
from hubs.reference.loading import TableReport
from hubs.reference.rows import listed, read_records

DATA = Path(__file__).parent / "data"


def load_consent_texts(session: Session, folder: Path = DATA) -> TableReport:
    """Add the versions that are not there yet; the end of a version may still be set, its words never change."""
    report = TableReport()
    for record in read_records("consent_texts", folder):
        values = _values(record)
        stored = session.get(ConsentText, record["version"])
        if stored is None:
            session.add(ConsentText(version=record["version"], **values))
            report.added += 1
        elif stored.ends_on != values["ends_on"]:
            stored.ends_on = values["ends_on"]
            report.changed += 1
        else:
            report.unchanged += 1
    session.flush()
    return report


def _values(record: dict[str, str]) -> dict[str, Any]:
    return {
        "text_nl": record["text_nl"],
        "text_en": record["text_en"],
        "purpose": record["purpose"],
        "fields": listed(record["fields"]),
        "starts_on": date.fromisoformat(record["starts_on"]),
        "ends_on": date.fromisoformat(record["ends_on"]) if record["ends_on"] else None,
    }
