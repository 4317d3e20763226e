"""`routing evaluate`: how well routing agrees with labelled cases, on the reference data in the database."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import click
from flask.cli import AppGroup

from hubs.agreements.standing import local_day
from hubs.core.clock import utcnow
from hubs.extensions import db
from hubs.reference.rows import read_records
from hubs.referrals.evaluation import Evaluation, evaluate, model_table
from hubs.referrals.routing import OfferRecord, RoutingTable
from hubs.referrals.table import directory_records

DATA = Path(__file__).parent.parent / "reference" / "data"
routing_cli = AppGroup("routing", help="Routing on labelled cases.")


def _model() -> RoutingTable:
    """Every chamber of the register with what it is known to give, accredited under a model agreement."""
    records = directory_records(db.session(), local_day(utcnow()))
    register = {row["hub_id"]: row for row in read_records("hubs", DATA)}
    records["hubs"] = [
        replace(hub, offers=tuple(OfferRecord(service=code) for code in _codes(register[hub.code]["service_codes"])))
        for hub in records["hubs"]
        if hub.code in register
    ]
    return model_table(**records, areas=read_records("areas", DATA))


def _codes(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


@routing_cli.command("evaluate")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON value on standard output.")
def evaluate_file(file: Path, as_json: bool) -> None:
    """Route the labelled cases of FILE and count where routing agrees with the labels."""
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            cases = list(csv.DictReader(lines))
    except (UnicodeDecodeError, csv.Error) as error:
        raise click.ClickException(f"{file} is not a CSV file in UTF-8: {error}") from error
    if not cases or "case_id" not in cases[0]:
        raise click.ClickException(f"{file} holds no labelled cases (no column case_id)")
    found = evaluate(cases, _model())
    db.session.rollback()
    click.echo(json.dumps(found.as_json()) if as_json else _as_text(found))


def _as_text(found: Evaluation) -> str:
    lines = []
    for case in found.results:
        mark = "ok" if case.kind_agrees and case.place_agrees else "DIFFERS"
        expected = f"{case.expected_kind} {', '.join(case.expected_places)}".strip()
        lines.append(
            f"{case.case_id}  {mark:<8} expected {expected}; found {case.found_kind} {', '.join(case.found_places)}"
        )
    counts = found.as_json()
    lines.append(f"{counts['cases']} cases: kind {counts['agree_kind']}, place {counts['agree_place']}")
    return "\n".join(lines)


GROUPS = (routing_cli,)
