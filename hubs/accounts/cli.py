"""`rules dump`: every address with the permission it asks for, for tests and scanners."""

from __future__ import annotations

import json
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import AppGroup

rules_cli = AppGroup("rules", help="The addresses and what they ask for.")
OPS = ("health",)


def all_rules(app: Flask) -> list[dict[str, Any]]:
    """Rule, methods, endpoint, permission (or `public`) and kind (`html`, `api`, `ops`) of every address."""
    listed = []
    for rule in sorted(app.url_map.iter_rules(), key=lambda item: (item.rule, sorted(item.methods or ()))):
        view = app.view_functions[rule.endpoint]
        blueprint = rule.endpoint.partition(".")[0]
        kind = "api" if rule.rule.startswith("/api/") else "ops" if blueprint in OPS else "html"
        permission = "public" if rule.endpoint == "static" else getattr(view, "__access__", None)
        listed.append(
            {
                "rule": rule.rule,
                "methods": sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}),
                "endpoint": rule.endpoint,
                "permission": str(permission) if permission is not None else None,
                "kind": kind,
            }
        )
    return listed


@rules_cli.command("dump")
@click.option("--json", "as_json", is_flag=True, help="One JSON value on standard output.")
def dump(as_json: bool) -> None:
    """Print every address."""
    listed = all_rules(current_app._get_current_object())  # type: ignore[attr-defined]
    if as_json:
        click.echo(json.dumps(listed))
        return
    for row in listed:
        click.echo(f"{','.join(row['methods']):<12} {row['rule']:<60} {row['permission']}")


GROUPS = (rules_cli,)
