"""`demo load`, `demo accounts`, `demo tokens`: the demonstration world; refused in production."""

from __future__ import annotations

import json
import sys
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup
from flask_babel import force_locale

from hubs.core.clock import utcnow
from hubs.demo import cast
from hubs.demo.load import NoReferenceData, load_demo
from hubs.demo.scale import multiply
from hubs.extensions import db, write_transaction

demo_cli = AppGroup("demo", help="The demonstration world: fictional people, companies and questions.")


def _refuse_in_production() -> None:
    if current_app.config["HUBS_ENV"] == "production":
        raise click.ClickException("The demonstration world has documented passwords; it is refused in production.")


@demo_cli.command("load")
@click.option("--scale", type=click.IntRange(min=1), default=1, show_default=True, help="1000: a million questions.")
@click.option("--json", "as_json", is_flag=True, help="One JSON value on standard output.")
def load(scale: int, as_json: bool) -> None:
    """Make the demonstration world, dated around now; loading again changes nothing."""
    _refuse_in_production()
    now = utcnow()
    write_transaction()
    try:
        with force_locale("en"):
            loaded = load_demo(now=now)
    except NoReferenceData as problem:
        db.session.rollback()
        raise click.ClickException(str(problem)) from problem
    db.session.commit()
    added = multiply(scale, now=now, show=_progress) if scale > 1 else None
    requests = loaded.requests + (added.requests if added else 0)
    referrals = loaded.referrals + (added.referrals if added else 0)
    if as_json:
        click.echo(json.dumps({"new": loaded.is_new, "requests": requests, "referrals": referrals}))
    else:
        click.echo(f"{requests} questions, {referrals} referrals")


def _progress(length: int) -> Any:
    return click.progressbar(length=length, label="Questions", file=sys.stderr)


@demo_cli.command("accounts")
@click.option("--json", "as_json", is_flag=True, help="One JSON value on standard output.")
def accounts(as_json: bool) -> None:
    """Everybody who can sign in."""
    _refuse_in_production()
    found = cast.accounts()
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    click.echo(f"Password of all: {cast.PASSWORD}")
    for row in found:
        click.echo(f"{row['email']:<40} {row['role']:<15} {row['organisation']}")


@demo_cli.command("tokens")
@click.option("--json", "as_json", is_flag=True, help="One JSON value on standard output.")
def tokens(as_json: bool) -> None:
    """The API clients and their tokens."""
    _refuse_in_production()
    found = cast.tokens()
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for row in found:
        click.echo(f"{row['client']:<30} {row['token']}")


GROUPS = (demo_cli,)
