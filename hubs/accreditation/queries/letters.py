"""Reading letters and what every letter says; the hub what was sent to it, the ministry all."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from hubs.accounts.actor import Actor
from hubs.accounts.models import Organisation, OrganisationKind
from hubs.accreditation.models import Letter, LetterSettings
from hubs.accreditation.queries.decisions import letters_visible_to
from hubs.core.errors import NotFound
from hubs.extensions import db

SETTINGS_ID = 1


def get_visible_letter(actor: Actor, letter_id: str) -> Letter:
    """One letter with its file and deliveries. Raises NotFound for what is absent or out of scope."""
    statement = (
        letters_visible_to(actor)
        .where(Letter.id == letter_id)
        .options(joinedload(Letter.file), joinedload(Letter.hub), selectinload(Letter.deliveries))
    )
    letter = db.session.execute(statement).unique().scalar_one_or_none()
    if letter is None:
        raise NotFound()
    return letter


def letters_of(actor: Actor, *, proposal: Any = None, accreditation: Any = None, objection: Any = None) -> list[Letter]:
    """The letters about a proposal, an accreditation or an objection that this actor may read, oldest first."""
    statement = letters_visible_to(actor).options(joinedload(Letter.file), selectinload(Letter.deliveries))
    if proposal is not None:
        statement = statement.where(Letter.proposal_id == proposal.id)
    if accreditation is not None:
        statement = statement.where(Letter.accreditation_id == accreditation.id)
    if objection is not None:
        statement = statement.where(Letter.objection_id == objection.id)
    return list(db.session.execute(statement.order_by(Letter.made_at, Letter.id)).scalars())


def letter_pair(letter: Letter) -> list[Letter]:
    """The letter in all its languages: made at the same moment about the same thing."""
    statement = select(Letter).where(
        Letter.kind == letter.kind,
        Letter.hub_id == letter.hub_id,
        Letter.reference == letter.reference,
        Letter.made_at == letter.made_at,
    )
    return list(db.session.execute(statement.order_by(Letter.language.desc())).scalars())


def letter_rows(actor: Actor) -> Select[Any]:
    """Letters for a list, with their files."""
    return letters_visible_to(actor).options(joinedload(Letter.file), selectinload(Letter.deliveries))


def stored_settings(*, lock: bool = False) -> LetterSettings | None:
    """The one row; None as long as nobody has changed anything."""
    statement = select(LetterSettings).where(LetterSettings.id == SETTINGS_ID)
    if lock:
        statement = statement.with_for_update()
    return db.session.execute(statement).scalar_one_or_none()


def letter_settings() -> LetterSettings:
    """What the ministry says in every letter: the row, or what holds until there is one (not added to the session)."""
    found = stored_settings()
    return found if found is not None else default_settings()


def default_settings() -> LetterSettings:
    """The ministry by its name; no objection clause until it is switched on."""
    statement = select(Organisation).where(Organisation.kind == OrganisationKind.MINISTRY).order_by(Organisation.id)
    ministry = db.session.execute(statement.limit(1)).scalar_one_or_none()
    return LetterSettings(
        id=SETTINGS_ID,
        sender_nl=ministry.name_nl if ministry else "Ministerie",
        sender_en=ministry.name_en if ministry else "Ministry",
        address="",
        signatory_function_nl="",
        signatory_function_en="",
        has_objection_clause=False,
        objection_clause_nl="",
        objection_clause_en="",
    )
