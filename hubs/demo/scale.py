"""Multiplies the demonstration world by bulk inserts: the story's questions copied to other companies and weeks.

Ended questions are spread over five years back; open ones keep their clocks, so that nothing is late by copying.
Works in chunks that are committed, in the order of time; a run that was stopped goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any, Protocol, cast

from sqlalchemy import and_, func, insert, not_, select, text

from hubs.accounts.models import Office
from hubs.companies.models import ClientContact, Company, CompanyRecord, Consent, ContactPerson
from hubs.core.events import GENESIS, Event, EventSeal, seal_hash, seal_new
from hubs.core.searching.keeping import index
from hubs.core.types import _BASE32, _SPOKEN, folded
from hubs.demo.intake import reference_of
from hubs.demo.questions import all_questions
from hubs.demo.templates import RowDict, Template, agreement_starts, is_live, moments_of, table_of, templates
from hubs.extensions import db, write_transaction
from hubs.referrals.clocks import week_of
from hubs.referrals.models import Message, Pause, Referral, ReferralPart, RequestPart, SupportRequest

REQUESTS_EACH = 1_010  # for each step of `--scale`
CHUNK = 1_000
WEEKS = 260
OPEN_EACH = 80  # one open question to so many ended ones
QUESTIONS_A_COMPANY = 8
BODIES = len(_SPOKEN) ** 6
STRIDE = 236_887_691  # prime to 29: every body once before any comes twice
FIRST_NUMBER = 100_000  # registration numbers 00100000 and on: as fictional as those of the story
CACHE_KIB = 131_072
WORDS_1 = ("Verzonnen", "Fictief", "Denkbeeldig", "Bedacht", "Quasi", "Proef", "Demo", "Nergens")
WORDS_2 = ("Stroom", "Veld", "Haven", "Molen", "Brug", "Linde", "Duin", "Ster", "Anker", "Kompas", "Sluis", "Weide")
# parents before children
TABLES = (
    Company, CompanyRecord, ContactPerson, Consent, SupportRequest, RequestPart, Referral, ReferralPart, Message,
    ClientContact, Pause, Event, EventSeal,
)  # fmt: skip


class Bar(Protocol):
    def update(self, n_steps: int) -> None: ...


Show = Callable[[int], AbstractContextManager[Bar]]


@dataclass(frozen=True, slots=True)
class Multiplied:
    """What was added, counted by table."""

    requests: int
    referrals: int
    rows: int


@dataclass
class _Known:
    """A copied company that may ask again: who wrote it down, and its contact person."""

    id: str
    contact_id: str
    name: str
    told: set[str] = field(default_factory=set)
    asked: int = 0


def multiply(scale: int, *, now: datetime, show: Show) -> Multiplied:
    """Add copies up to `scale` times the world, committing each chunk; nothing when they are there already."""
    write_transaction()
    copier = _Copier(now)
    present = copier.present
    missing = max(0, (scale - 1) * REQUESTS_EACH - present)
    db.session.commit()
    rows = referrals = done = 0
    with _roomy_cache(), show(missing) as bar:
        for moments in _chunks(missing, copier.draw):
            write_transaction()
            batch = copier.copies(moments)
            for model in TABLES:
                if batch[model]:
                    db.session.execute(insert(table_of(model)), batch[model])
            _index(batch)
            db.session.commit()
            rows += sum(len(found) for found in batch.values())
            referrals += len(batch[Referral])
            done += len(moments)
            bar.update(len(moments))
    return Multiplied(done, referrals, rows)


def _index(batch: dict[Any, list[RowDict]]) -> None:
    """What a chunk holds can be found from the same commit on."""
    for kind, model, key in (
        ("question", SupportRequest, "id"),
        ("referral", Referral, "id"),
        ("company", CompanyRecord, "company_id"),
        ("contact", ContactPerson, "id"),
    ):
        # a company may be written down by one more organisation later on
        index(db.session(), kind, sorted({row[key] for row in batch[model]}), is_new=kind != "company")


def _chunks(count: int, draw: Random) -> Iterator[list[int]]:
    """Weeks back for each copy, oldest first, in chunks; the open ones (no week back) last."""
    opened = count // OPEN_EACH
    ended = count - opened
    done = 0
    while done < ended:
        size = min(CHUNK, ended - done)
        weeks = [WEEKS - (done + number) * WEEKS // max(ended, 1) for number in range(size)]
        yield [max(week, 1) for week in weeks]
        done += size
    for start in range(0, opened, CHUNK):
        yield [0] * min(CHUNK, opened - start)


@contextmanager
def _roomy_cache() -> Iterator[None]:
    """More of the indexes of a large SQLite file kept in memory while it is filled."""
    if db.engine.dialect.name != "sqlite":
        yield
        return
    before = db.session.execute(text("PRAGMA cache_size")).scalar_one()
    db.session.execute(text(f"PRAGMA cache_size=-{CACHE_KIB}"))
    db.session.commit()
    try:
        yield
    finally:
        db.session.execute(text(f"PRAGMA cache_size={int(before)}"))
        db.session.commit()


class _Copier:
    """Makes the rows of copies; keeps only what later copies need."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        story = _story_references()
        found = templates(story)
        self.ended = [one for one in found if one.is_over]
        self.open = [one for one in found if not one.is_over]
        # a copy has no submission key; the drafts that mails became have one and belong to no question of the story
        is_copy = and_(
            SupportRequest.is_demo.is_(True),
            SupportRequest.submission_key.is_(None),
            SupportRequest.reference.not_in(story),
        )
        counted = select(func.count()).select_from(SupportRequest).where(is_copy)
        self.present = db.session.execute(counted).scalar_one()
        self.number = self.present
        self.draw = Random(f"hubs-demo-scale-{self.present}")  # noqa: S311  repeatable, not secret
        self.taken = set(db.session.execute(select(SupportRequest.reference).where(not_(is_copy))).scalars())
        self.reference_number = self.present
        self.company_number = FIRST_NUMBER + _copied_companies()
        self.starts = agreement_starts()
        self.known: dict[str, _Known] = {}
        self.moments: dict[int, list[str]] = {}
        self.zones = _zones()
        while seal_new(db.session()):
            pass

    def copies(self, weeks_back: list[int]) -> dict[Any, list[RowDict]]:
        """The rows of a chunk, by model."""
        batch: dict[Any, list[RowDict]] = {model: [] for model in TABLES}
        for weeks in weeks_back:
            pool = self.ended if weeks else self.open
            self._copy(self.draw.choice(pool), weeks, batch)
        self._number_events(batch)
        return batch

    def _copy(self, template: Template, weeks: int, batch: dict[Any, list[RowDict]]) -> None:
        delta = timedelta(weeks=-weeks, minutes=self.draw.randrange(-180, 180) if weeks else 0)
        created_at = template.request["created_at"] + delta
        ids = {template.request["id"]: self._id(created_at)}
        for rows in (template.parts, template.referrals, template.messages):
            for row in rows:
                ids[row["id"]] = self._id(created_at)
        company = self._company(template, created_at, delta, batch)
        ids[template.request["company_id"]] = company.id
        if template.request["contact_person_id"]:
            ids[template.request["contact_person_id"]] = company.contact_id
        if template.consent is not None:
            ids[template.consent["id"]] = self._id(created_at)
            batch[Consent].append(self._moved(template.consent, delta, ids))
        request = self._moved(template.request, delta, ids)
        request["reference"], request["submission_key"] = self._reference(), None
        batch[SupportRequest].append(request)
        batch[RequestPart] += [self._moved(row, delta, ids) for row in template.parts]
        batch[Referral] += [self._referral(row, delta, ids, request["reference"]) for row in template.referrals]
        batch[ReferralPart] += [self._moved(row, delta, ids) for row in template.covers]
        batch[Message] += [self._moved(row, delta, ids) for row in template.messages]
        for model, rows in ((ClientContact, template.contacts), (Pause, template.pauses)):
            batch[model] += [{**self._moved(row, delta, ids), "id": self._id(created_at)} for row in rows]
        batch[Event] += [self._event(row, delta, ids) for row in template.events]

    def _moved(self, row: RowDict, delta: timedelta, ids: dict[str, str]) -> RowDict:
        """A copy with every instant moved and every id of the original world of this question replaced."""
        fresh = {name: ids.get(value, value) if type(value) is str else value for name, value in row.items()}
        for name in self._moments(row):
            fresh[name] = row[name] + delta
        return fresh

    def _moments(self, row: RowDict) -> list[str]:
        key = id(row)
        if key not in self.moments:
            self.moments[key] = moments_of(row)
        return self.moments[key]

    def _referral(self, row: RowDict, delta: timedelta, ids: dict[str, str], reference: str) -> RowDict:
        fresh = self._moved(row, delta, ids)
        fresh["reference"] = f"D{reference[1:]}-{row['number']}"
        fresh["receipt_id"] = None  # the advice belongs to the original
        fresh["capacity_week"] = week_of(fresh["sent_at"], self.zones[row["to_office_id"]])
        starts = self.starts.get(row["agreement_id"] or "")
        if starts is not None and fresh["sent_at"].date() < starts and not is_live(row):
            fresh["agreement_id"] = None
        return fresh

    def _event(self, row: RowDict, delta: timedelta, ids: dict[str, str]) -> RowDict:
        fresh = self._moved(row, delta, ids)
        fresh["data"] = _with_ids(row["data"], ids)
        return fresh

    def _number_events(self, batch: dict[Any, list[RowDict]]) -> None:
        """Give events their numbers, in the order of time, and their place in the chain."""
        events = sorted(batch[Event], key=lambda row: row["at"])
        batch[Event] = events
        first = _reserve_event_ids(len(events))
        number, previous = _last_seal()
        for place, row in enumerate(events):
            row["id"] = first + place
            number += 1
            previous = seal_hash(previous, number, cast(Event, SimpleNamespace(**row)))
            batch[EventSeal].append({"number": number, "event_id": row["id"], "hash": previous})

    def _company(
        self, template: Template, created_at: datetime, delta: timedelta, batch: dict[Any, list[RowDict]]
    ) -> _Known:
        """A company that asked this desk before, or a new one; written down by everybody who dealt with it."""
        desk = template.request["owner_id"]
        known = self.known.get(desk)
        if known is None or known.asked >= QUESTIONS_A_COMPANY:
            known = self.known[desk] = self._new_company(template, created_at, batch)
        known.asked += 1
        for row in template.records:
            if row["organisation_id"] not in known.told:
                known.told.add(row["organisation_id"])
                fresh = {**row, "company_id": known.id, "name": known.name, "name_folded": folded(known.name)}
                batch[CompanyRecord].append({**fresh, "note": None, "created_at": created_at})
        return known

    def _new_company(self, template: Template, created_at: datetime, batch: dict[Any, list[RowDict]]) -> _Known:
        self.company_number += 1
        name = f"{self.draw.choice(WORDS_1)} {self.draw.choice(WORDS_2)} {self.company_number} BV"
        known = _Known(self._any_id(), self._id(created_at), name)
        number = f"{self.company_number:08d}"
        batch[Company].append(
            {"id": known.id, "country": "NL", "registration_number": number, "created_at": created_at}
        )
        batch[ContactPerson].append(
            {
                "id": known.contact_id,
                "organisation_id": template.request["owner_id"],
                "company_id": known.id,
                "name": f"Testpersoon {self.company_number}",
                "email": f"test.{self.company_number}@example.nl",
                "phone": None,
                "language": template.request["language"],
                "created_at": created_at,
            }
        )
        return known

    def _id(self, at: datetime) -> str:
        """An id as it would have been made at that moment, so that lists by id are lists by time."""
        number = (int(at.timestamp() * 1000) << 80) | self.draw.getrandbits(80)
        return "".join([_BASE32[(number >> shift) & 31] for shift in range(125, -1, -5)])

    def _any_id(self) -> str:
        number = self.draw.getrandbits(130)
        return "".join([_BASE32[(number >> shift) & 31] for shift in range(125, -1, -5)])

    def _reference(self) -> str:
        """The next free reference of a walk that visits each once."""
        while True:
            self.reference_number += 1
            number = self.reference_number * STRIDE % BODIES
            letters = []
            for _ in range(6):
                number, digit = divmod(number, len(_SPOKEN))
                letters.append(_SPOKEN[digit])
            body = "".join(letters)
            reference = f"H-{body[:3]}-{body[3:]}"
            if reference not in self.taken:
                return reference


def _with_ids(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _with_ids(one, ids) for key, one in value.items()}
    if isinstance(value, list):
        return [_with_ids(one, ids) for one in value]
    return ids.get(value, value) if isinstance(value, str) else value


def _story_references() -> list[str]:
    return [
        reference_of(f"{question.key}-{place}")
        for question in all_questions()
        for place in range(max(1, len(question.markets)))
    ]


def _copied_companies() -> int:
    first, last = f"{FIRST_NUMBER:08d}", "00999999"
    statement = select(func.count()).where(Company.country == "NL", Company.registration_number.between(first, last))
    return int(db.session.execute(statement).scalar_one())


def _zones() -> dict[str, str]:
    rows = db.session.execute(select(Office.id, Office.timezone))
    return {row.id: row.timezone for row in rows}


def _reserve_event_ids(count: int) -> int:
    """The first of so many event numbers that nobody else will use."""
    if db.engine.dialect.name == "postgresql":
        first = db.session.execute(text("SELECT nextval(pg_get_serial_sequence('events', 'id'))")).scalar_one()
        last = int(first) + max(count, 1) - 1
        db.session.execute(text("SELECT setval(pg_get_serial_sequence('events', 'id'), :last)"), {"last": last})
        return int(first)
    return int(db.session.execute(select(func.coalesce(func.max(Event.id), 0))).scalar_one()) + 1


def _last_seal() -> tuple[int, str]:
    row = db.session.execute(
        select(EventSeal.number, EventSeal.hash).order_by(EventSeal.number.desc()).limit(1)
    ).first()
    return (int(row[0]), str(row[1])) if row else (0, GENESIS)
