"""`worker run` and `schedule run`: long-running, or one round with `--once`; either may be killed at any moment."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable

import click
import structlog
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError

from hubs.core.clock import utcnow
from hubs.extensions import db
from hubs.mailbox.folder import fetch
from hubs.outbox.dispatch import work_once
from hubs.outbox.mail import sender_for
from hubs.outbox.reminders import run_once

log = structlog.get_logger()
worker_cli = AppGroup("worker", help="Delivers the outbox.")
schedule_cli = AppGroup("schedule", help="Does what the clock asks: reminders, lapses, agreements.")


def _until_stopped(round_: Callable[[], int], pause_seconds: float) -> None:
    """Rounds until SIGTERM or SIGINT; a round that did something is followed at once by the next."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    while not stop.is_set():
        try:
            busy = round_()
        except OperationalError as error:
            db.session.remove()
            log.error("database_unavailable", error=str(error.orig))
            busy = 0
        if not busy:
            stop.wait(pause_seconds)


@worker_cli.command("run")
@click.option("--once", is_flag=True, help="Everything that waits now, then stop.")
@click.option("--json", "as_json", is_flag=True, help="One JSON value on standard output.")
def run_worker(once: bool, as_json: bool) -> None:
    """Turn events into mails, send them, and seal the event chain."""
    if current_app.config["HUBS_ENV"] == "production" and not current_app.config["SMTP_URL"]:
        raise click.ClickException("In production mails leave by SMTP: set SMTP_URL. Until then they wait.")
    send, sender = sender_for(current_app.config), current_app.config["MAIL_FROM"]
    if not once:
        _until_stopped(lambda: work_once(send, sender=sender) + _mails_in(), 1.0)
        return
    done = 0
    while busy := work_once(send, sender=sender) + _mails_in():
        done += busy
    click.echo(json.dumps({"done": done}) if as_json else f"{done} done")


def _mails_in() -> int:
    """Mails in the data directory's inbox, where somebody made one; what cannot be taken now waits there."""
    found = fetch(None, now=utcnow())
    db.session.remove()
    return found.taken + found.apart


@schedule_cli.command("run")
@click.option("--once", is_flag=True, help="Everything that is due now, then stop.")
@click.option("--json", "as_json", is_flag=True, help="One JSON value on standard output.")
def run_schedule(once: bool, as_json: bool) -> None:
    """Warn, breach, lapse, start and expire what is due."""
    if not once:
        _until_stopped(lambda: sum(run_once().values()), 15.0)
        return
    total: dict[str, int] = {}
    while any((done := run_once()).values()):
        total = {name: total.get(name, 0) + number for name, number in done.items()}
    click.echo(json.dumps(total) if as_json else ", ".join(f"{n} {name}" for name, n in total.items()) or "0 done")


GROUPS = (worker_cli, schedule_cli)
