"""`decisions sign`: a signature by command, judged by the same rules as every other."""

from __future__ import annotations

import json
import sys

import click
from flask.cli import AppGroup
from sqlalchemy import select

from hubs.accounts.actor import Actor, actor_of_membership
from hubs.accounts.models import Membership, OrganisationKind, Person
from hubs.accounts.queries import in_force
from hubs.accreditation.operations.attempts import check_signer
from hubs.accreditation.operations.signing import sign_decision
from hubs.accreditation.queries.decisions import get_visible_decision
from hubs.core.clock import utcnow
from hubs.core.errors import DomainError, NotFound
from hubs.core.types import folded
from hubs.core.views import keep_refusal
from hubs.extensions import db, write_transaction

decisions_cli = AppGroup("decisions", help="Decisions on proposals and accreditations.")


def _actor(email: str) -> Actor | None:
    """The person at the ministry with this address, with every role they hold there."""
    statement = (
        select(Membership)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Person.email_folded == folded(email),
            in_force(),
            Membership.organisation.has(kind=OrganisationKind.MINISTRY),
        )
        .order_by(Membership.id)
    )
    rows = list(db.session.execute(statement).scalars())
    return actor_of_membership(rows, "en") if rows else None


@decisions_cli.command("sign")
@click.argument("reference")
@click.option("--as", "email", required=True, help="E-mail address of the person who signs.")
@click.option("--json", "as_json", is_flag=True, help="One JSON value on standard output.")
def sign(reference: str, email: str, as_json: bool) -> None:
    """Sign the draft REFERENCE (B-7K4-29Q); who took part in it is refused, and the attempt is recorded."""
    now = utcnow()
    write_transaction()
    actor = _actor(email)
    if actor is None:
        raise click.ClickException(f"Nobody at the ministry has the address {email}.")
    try:
        decision = get_visible_decision(actor, reference.upper(), lock=True)
        check_signer(decision, actor)
        sign_decision(decision, actor=actor, now=now)
    except DomainError as refusal:
        keep_refusal(refusal, now, "command")
        _refused(refusal, reference, as_json=as_json)
    signed = {"reference": decision.reference, "kind": decision.kind, "state": decision.state}
    db.session.commit()
    click.echo(json.dumps(signed) if as_json else f"{signed['reference']} is signed: {signed['kind']}.")


def _refused(refusal: DomainError, reference: str, *, as_json: bool) -> None:
    told = [str(message) for message in (refusal.message, *(row.message for row in refusal.problems)) if message]
    if isinstance(refusal, NotFound):
        told = [f"There is no decision {reference}."]
    if as_json:
        click.echo(json.dumps({"reference": reference, "code": refusal.code, "errors": told}))
        sys.exit(1)
    raise click.ClickException(" ".join(told) or refusal.code)


GROUPS = (decisions_cli,)
