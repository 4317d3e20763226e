"""`audit verify` and `audit export`: the event chain; `files check` and `files tidy`: what people handed in."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
from flask.cli import AppGroup

from hubs.core import audit, uploads
from hubs.core.clock import utcnow
from hubs.core.stored_files import StoredFile
from hubs.extensions import db

audit_cli = AppGroup("audit", help="The event chain.")


@audit_cli.command("verify")
@click.option("--json", "as_json", is_flag=True, help="One JSON value on standard output.")
def verify(as_json: bool) -> None:
    """Check the chain and name the first bad entry; exit status 1 when there is one."""
    verdict = audit.verify(db.session())
    if as_json:
        bad = {"number": verdict.bad_number, "problem": verdict.problem} if not verdict.is_whole else None
        click.echo(
            json.dumps({"ok": verdict.is_whole, "checked": verdict.checked, "unsealed": verdict.unsealed, "bad": bad})
        )
    elif verdict.is_whole:
        click.echo(f"The chain is whole: {verdict.checked} entries, {verdict.unsealed} events not sealed yet.")
    else:
        click.echo(f"Entry {verdict.bad_number} does not fit: {verdict.problem}.")
    sys.exit(0 if verdict.is_whole else 1)


@audit_cli.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(file: Path) -> None:
    """Write the chain to FILE as JSON lines (docs/developing.md says how to check it)."""
    click.echo(f"{audit.export(db.session(), file)} entries")


files_cli = AppGroup("files", help="Files people handed in.")


@files_cli.command("check")
@click.option("--json", "as_json", is_flag=True, help="One JSON value on standard output.")
def check(as_json: bool) -> None:
    """Read every stored file and name those that are missing or damaged; exit status 1 when there are any."""
    known = [row.sha256 for row in db.session.execute(db.select(StoredFile.sha256).distinct())]
    bad = uploads.damaged(known)
    if as_json:
        click.echo(json.dumps({"ok": not bad, "checked": len(known), "bad": bad}))
    else:
        click.echo(f"{len(known)} files, {len(bad)} missing or damaged." + "".join(f"\n{name}" for name in bad))
    sys.exit(1 if bad else 0)


@files_cli.command("tidy")
@click.option("--json", "as_json", is_flag=True, help="One JSON value on standard output.")
def tidy(as_json: bool) -> None:
    """Remove files that were laid down over a day ago for a write that never came."""
    known = set(db.session.execute(db.select(StoredFile.sha256).distinct()).scalars())
    removed = uploads.remove_orphans(known, utcnow())
    click.echo(json.dumps({"removed": removed}) if as_json else f"{removed} files removed.")


GROUPS = (audit_cli, files_cli)
