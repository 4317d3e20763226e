"""`mail serve`: the endpoint for a mail server; `mail fetch`: mails that lie in a folder."""

from __future__ import annotations

import asyncio
import json
import signal
import threading
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from hubs.core.clock import utcnow
from hubs.extensions import db
from hubs.mailbox import folder, receiving

PAUSE_SECONDS = 10.0
mail_cli = AppGroup("mail", help="Mail that comes in.")


@mail_cli.command("serve")
@click.option("--listen", help="host:port; MAIL_IN_LISTEN when left out.")
def serve(listen: str | None) -> None:
    """Take mails by LMTP or SMTP, from the mail server that stands before this service."""
    place = listen or current_app.config["MAIL_IN_LISTEN"]
    try:
        receiving.place_of(place)
    except ValueError as error:
        raise click.ClickException("Say where to listen: --listen 127.0.0.1:2424, or MAIL_IN_LISTEN.") from error
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    asyncio.run(_serve(app, place))


async def _serve(app: object, place: str) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    host = receiving.place_of(place)[0]
    await receiving.serve(app, place, stop, lambda port: click.echo(f"Listening on {host}:{port}"))  # type: ignore[arg-type]


@mail_cli.command("fetch")
@click.option("--once", is_flag=True, help="What lies there now, then stop.")
@click.option("--folder", "place", type=click.Path(file_okay=False, path_type=Path), help="With new, done, quarantine.")
@click.option("--json", "as_json", is_flag=True, help="One JSON value on standard output.")
def fetch(once: bool, place: Path | None, as_json: bool) -> None:
    """Take the .eml files in <folder>/new (HUBS_DATA_DIR/inbox when none is named)."""
    where = place or folder.inbox()
    stop = threading.Event()
    if not once:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
    done = folder.Fetched()
    while not stop.is_set():
        found = folder.fetch(where, now=utcnow())
        db.session.remove()
        done = folder.Fetched(done.taken + found.taken, done.apart + found.apart, found.left)
        if not found.taken + found.apart:
            if once:
                break
            stop.wait(PAUSE_SECONDS)
    values = {"taken": done.taken, "apart": done.apart, "left": done.left}
    click.echo(json.dumps(values) if as_json else f"{done.taken} taken, {done.apart} set apart, {done.left} left")


GROUPS = (mail_cli,)
