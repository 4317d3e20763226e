"""`flask --app wsgi reference load`: puts the reference data into the database (docs: data/README.md)."""

from __future__ import annotations

import json
from datetime import datetime

import click
from flask.cli import AppGroup
from flask_babel import force_locale
from flask_babel import gettext as _

from hubs.accounts.actor import THE_SERVICE
from hubs.companies.loading import load_consent_texts
from hubs.core.clock import utcnow
from hubs.directory.loading import load_directory
from hubs.extensions import db, write_transaction
from hubs.guideline.loading import load_guideline
from hubs.referrals.loading import load_terms
from hubs.referrals.operations import recompute_all

from .loading import LoadReport, load_reference

reference_cli = AppGroup("reference", help="Markets, sectors, services, posts, chambers, partners, instruments.")


def load_everything(*, now: datetime) -> LoadReport:
    """Reference data, organisations, consent texts, terms, the first routing weights and the first guideline."""
    session = db.session()
    report = load_reference(session, now=now).merge(load_directory(session, now=now))
    report = report.merge(LoadReport({"consent_texts": load_consent_texts(session)}))
    report = report.merge(load_terms(session, now))
    return report.merge(LoadReport({"guideline_versions": load_guideline(session, now=now)}))


@reference_cli.command("load")
@click.option("--json", "as_json", is_flag=True, help="One JSON value on standard output.")
def load(as_json: bool) -> None:
    """Load or refresh the reference data; local edits stay as they are."""
    now = utcnow()
    write_transaction()
    try:
        report = load_everything(now=now)
    except (OSError, ValueError) as problem:
        db.session.rollback()
        raise click.ClickException(str(problem)) from problem
    if report.has_changes:  # a holiday announced late, other hours: the clocks that run move with them
        db.session.flush()
        recompute_all(actor=THE_SERVICE, now=now)
    db.session.commit()
    with force_locale("en"):  # there is no reader whose language could be asked
        click.echo(json.dumps(report.as_json(), ensure_ascii=False) if as_json else _as_text(report))


def _as_text(report: LoadReport) -> str:
    lines = [
        _(
            "%(table)s: %(added)d added, %(changed)d changed, %(unchanged)d unchanged, %(kept)d kept, "
            "%(retired)d retired",
            table=name,
            added=table.added,
            changed=table.changed,
            unchanged=table.unchanged,
            kept=len(table.kept),
            retired=len(table.retired),
        )
        for name, table in report.tables.items()
    ]
    differing = [f"{name} {key}" for name, table in report.tables.items() for key in table.differing]
    if differing:
        lines.append(_("Edited here, and the file now says something else: %(keys)s", keys=", ".join(differing)))
    return "\n".join(lines)


GROUPS = (reference_cli,)
