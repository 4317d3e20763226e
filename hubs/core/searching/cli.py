"""`search rebuild`: brings the whole index up to date; may be stopped and run again at any time."""

from __future__ import annotations

import json

import click
from flask.cli import AppGroup

from hubs.core.searching.keeping import drop_orphans, drop_unused_words, rebuild
from hubs.core.searching.sources import sources
from hubs.extensions import db, write_transaction

search_cli = AppGroup("search", help="The index behind the search over everything.")


@search_cli.command("rebuild")
@click.option("--json", "as_json", is_flag=True, help="One JSON value on standard output.")
def rebuild_all(as_json: bool) -> None:
    """Index everything anew; right entries stay as they are, so that searching goes on meanwhile."""
    counted: dict[str, int] = {}
    for kind in sorted(source.kind for source in sources()):
        counted[kind] = _rebuild(kind)
        _drop_orphans(kind)
    write_transaction()
    forgotten = drop_unused_words(db.session())
    db.session.commit()
    if as_json:
        click.echo(json.dumps({"documents": counted, "words_forgotten": forgotten}))
        return
    for kind, number in counted.items():
        click.echo(f"{kind:<14} {number}")


def _rebuild(kind: str) -> int:
    total = 0
    write_transaction()
    for number in rebuild(db.session(), kind):
        total += number
        db.session.commit()
        write_transaction()
    db.session.commit()
    return total


def _drop_orphans(kind: str) -> None:
    after: str | None = ""
    while after is not None:
        write_transaction()
        after = drop_orphans(db.session(), kind, after)
        db.session.commit()


GROUPS = (search_cli,)
