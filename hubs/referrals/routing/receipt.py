"""What goes into an advice and what comes out: question, facts of the moment, receipt. Codes and ids only.

A stored receipt with the snapshot of its table gives the same receipt again (domain.md, Nouns: routing receipt).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, NamedTuple

from hubs.agreements.coverage import Failure

from .codec import content_hash

# an organisation that said it was full counts as full, not as missing coverage
NO_CAPACITY = "no_capacity"


def _instant(value: datetime | None) -> str | None:
    return value.astimezone(UTC).isoformat() if value else None


def _revived(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


@dataclass(frozen=True, kw_only=True)
class RoutingInput:
    """The question as routing sees it; `sender_*` is the owning desk, `region` the company's Dutch province."""

    market: str | None = None
    city: str | None = None
    region: str | None = None
    sector: str | None = None
    services: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    target_groups: frozenset[str] = frozenset()
    size: str | None = None
    languages: tuple[str, ...] = ()
    urgency: str = "normal"
    sender_id: str | None = None
    sender_kind: str | None = None  # post, hub, ministry, partner
    market_candidates: tuple[str, ...] = ()  # codes when a name was ambiguous

    def __post_init__(self) -> None:
        object.__setattr__(self, "services", tuple(dict.fromkeys(self.services or ())))
        object.__setattr__(self, "target_groups", frozenset(self.target_groups or ()))
        object.__setattr__(self, "languages", tuple(self.languages or ()))
        object.__setattr__(self, "market_candidates", tuple(self.market_candidates or ()))
        object.__setattr__(self, "facts", dict(self.facts or {}))

    def to_json(self) -> dict[str, Any]:
        return {
            **vars(self),
            "services": list(self.services),
            "target_groups": sorted(self.target_groups),
            "languages": list(self.languages),
            "market_candidates": list(self.market_candidates),
            "facts": dict(self.facts),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> RoutingInput:
        return cls(**data)


class Paused(NamedTuple):
    """An office that takes no questions of some kind until a day of its own calendar, that day left out."""

    until: str  # ISO date
    services: tuple[str, ...] = ()  # empty: every service
    sector: str | None = None  # empty: every sector
    agreement_ids: tuple[str, ...] = ()  # empty: under whatever agreement


@dataclass(frozen=True, kw_only=True)
class Moment:
    """The facts of the moment; an office or agreement that is not in a mapping has no limit or is open."""

    as_of: datetime
    outer_bound: datetime | None = None  # an office closed beyond it does not count as open
    capacity_left: Mapping[str, int | None] = field(default_factory=dict)  # by office
    agreement_left: Mapping[str, int | None] = field(default_factory=dict)  # by agreement
    closed_until: Mapping[str, datetime] = field(default_factory=dict)  # by office
    paused: Mapping[str, tuple[Paused, ...]] = field(default_factory=dict)  # by office
    public_services: frozenset[str] = frozenset()  # a hub said of this question that they are a public task
    answer_record: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # by hub: in time, of all
    overall_answers: tuple[int, int] | None = None  # of all hubs; else the sum of answer_record
    conflicts: frozenset[str] = frozenset()
    excluded: Mapping[str, str] = field(default_factory=dict)  # organisation: why
    consent_ids: frozenset[str] = frozenset()
    consent_market: bool = False  # accredited hubs in this market
    sanctions: bool = False
    rotation_seed: str = ""

    def __post_init__(self) -> None:
        if self.as_of.tzinfo is None:
            raise ValueError("as_of needs a time zone")
        object.__setattr__(self, "conflicts", frozenset(self.conflicts))
        object.__setattr__(self, "consent_ids", frozenset(self.consent_ids))
        object.__setattr__(self, "public_services", frozenset(self.public_services))

    def to_json(self) -> dict[str, Any]:
        """What is empty and was not always known is left out, so that older receipts keep their digest."""
        paused = {office: [_pause_json(pause) for pause in rows] for office, rows in self.paused.items()}
        later = {"paused": paused, "public_services": sorted(self.public_services)}
        return {**self._first_facts(), **{name: value for name, value in later.items() if value}}

    def _first_facts(self) -> dict[str, Any]:
        plain = {name: value for name, value in vars(self).items() if name not in ("paused", "public_services")}
        return {
            **plain,
            "as_of": _instant(self.as_of),
            "outer_bound": _instant(self.outer_bound),
            "capacity_left": dict(self.capacity_left),
            "agreement_left": dict(self.agreement_left),
            "closed_until": {office: _instant(until) for office, until in self.closed_until.items()},
            "answer_record": {hub: list(record) for hub, record in self.answer_record.items()},
            "overall_answers": list(self.overall_answers) if self.overall_answers else None,
            "conflicts": sorted(self.conflicts),
            "excluded": dict(self.excluded),
            "consent_ids": sorted(self.consent_ids),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Moment:
        overall = data.get("overall_answers")
        return cls(
            **{
                **data,
                "as_of": _revived(data["as_of"]),
                "outer_bound": _revived(data.get("outer_bound")),
                "closed_until": {office: _revived(until) for office, until in data["closed_until"].items()},
                "paused": {office: tuple(map(_paused, rows)) for office, rows in data.get("paused", {}).items()},
                "answer_record": {hub: tuple(record) for hub, record in data["answer_record"].items()},
                "overall_answers": tuple(overall) if overall else None,
            }
        )


def _pause_json(pause: Paused) -> list[Any]:
    return [pause.until, list(pause.services), pause.sector, list(pause.agreement_ids)]


def _paused(row: list[Any]) -> Paused:
    until, services, sector, agreement_ids = row
    return Paused(until, tuple(services), sector, tuple(agreement_ids))


class Part(NamedTuple):
    """One part of a score: value times weight gives points; `detail` holds what a sentence needs."""

    code: str
    value: str
    weight: str
    points: str
    detail: tuple[tuple[str, str], ...] = ()


class Destination(NamedTuple):
    """A place that may take some of the services; `rank` counts within the places for the same services."""

    rank: int
    part: str  # public, private, partner
    services: tuple[str, ...]
    organisation_id: str
    kind: str  # post, hub, partner
    code: str
    office_id: str | None = None
    agreement_id: str | None = None
    instrument: str | None = None
    score: str = ""
    parts: tuple[Part, ...] = ()
    at_owning_desk: bool = False
    own_choice: bool = False  # in development: only by an officer's own choice, never first
    consent: str = ""  # given, ask; empty where none is needed


class Excluded(NamedTuple):
    """A place left off, with every rule that failed."""

    organisation_id: str
    kind: str
    code: str
    failed: tuple[Failure, ...]


class InstrumentExcluded(NamedTuple):
    """An instrument whose terms do not fit: `fact operator value` of each condition that failed."""

    instrument: str
    failed: tuple[tuple[str, str, str], ...]


class Question(NamedTuple):
    """What to ask the entrepreneur before anything else."""

    code: str  # market, market_ambiguous, need
    candidates: tuple[str, ...] = ()


class Note(NamedTuple):
    """Something the reader should know that changes no place."""

    code: str
    value: str = ""


class TieBreak(NamedTuple):
    """How equal scores were put in order: by a hash of seed and organisation, so it can be replayed."""

    method: str = "rotation"
    seed: str = ""
    order: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """The advice. `hash` says whether the places are still the same, `digest` fixes every byte of it."""

    outcome: str  # hub, post, both, partner, ask, out_of_scope, unserved
    gap: bool
    gap_causes: tuple[str, ...]
    destinations: tuple[Destination, ...]
    excluded: tuple[Excluded, ...]
    instruments_excluded: tuple[InstrumentExcluded, ...]
    missing: tuple[str, ...]
    questions: tuple[Question, ...]
    out_of_scope: tuple[str, ...]
    unserved: tuple[str, ...]
    notes: tuple[Note, ...]
    tie_break: TieBreak
    sanctions_check: bool
    rules_version: str
    table_version: str
    input: RoutingInput
    moment: Moment

    @property
    def as_of(self) -> datetime:
        return self.moment.as_of

    @cached_property
    def hash(self) -> str:
        """Over outcome, gap and places: the same a minute later unless a place, its rank or its part changed."""
        places = [
            [place.rank, place.part, list(place.services), place.organisation_id, place.office_id]
            + [place.instrument, place.agreement_id, place.at_owning_desk, place.own_choice]
            for place in self.destinations
        ]
        return content_hash([self.outcome, self.gap, places, self.rules_version])

    @cached_property
    def digest(self) -> str:
        """Over the whole receipt, input and moment included."""
        return content_hash(self._content())

    @property
    def is_all_full(self) -> bool:
        """Whether every hub that could help is full: then wait, next place or post, as the entrepreneur chooses."""
        if any(place.kind == "hub" and not place.own_choice for place in self.destinations):
            return False
        return any({failure.rule for failure in row.failed} == {"capacity"} for row in self.excluded)

    def first(self, part: str | None = None) -> tuple[Destination, ...]:
        """The first places, one for each group of services."""
        return tuple(p for p in self.destinations if p.rank == 1 and (part is None or p.part == part))

    def _content(self) -> dict[str, Any]:
        return {
            "outcome": self.outcome,
            "gap": self.gap,
            "gap_causes": list(self.gap_causes),
            "destinations": [_place_json(place) for place in self.destinations],
            "excluded": [
                {**row._asdict(), "failed": [failure._asdict() for failure in row.failed]} for row in self.excluded
            ],
            "instruments_excluded": [
                {"instrument": row.instrument, "failed": [list(term) for term in row.failed]}
                for row in self.instruments_excluded
            ],
            "missing": list(self.missing),
            "questions": [{"code": row.code, "candidates": list(row.candidates)} for row in self.questions],
            "out_of_scope": list(self.out_of_scope),
            "unserved": list(self.unserved),
            "notes": [row._asdict() for row in self.notes],
            "tie_break": {**self.tie_break._asdict(), "order": list(self.tie_break.order)},
            "sanctions_check": self.sanctions_check,
            "rules_version": self.rules_version,
            "table_version": self.table_version,
            "as_of": _instant(self.as_of),
            "input": self.input.to_json(),
            "moment": self.moment.to_json(),
        }

    def to_json(self) -> dict[str, Any]:
        """The receipt as it is stored, with both hashes."""
        return {**self._content(), "hash": self.hash, "digest": self.digest}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Receipt:
        """A stored receipt; a digest that does not fit the content is refused."""
        same: dict[str, Any] = {
            name: data[name] for name in ("outcome", "gap", "sanctions_check", "rules_version", "table_version")
        }
        lists: dict[str, Any] = {
            name: tuple(data[name]) for name in ("gap_causes", "missing", "out_of_scope", "unserved")
        }
        receipt = cls(
            **same,
            **lists,
            destinations=tuple(_place(row) for row in data["destinations"]),
            excluded=tuple(
                Excluded(**{**row, "failed": tuple(Failure(**failure) for failure in row["failed"])})
                for row in data["excluded"]
            ),
            instruments_excluded=tuple(
                InstrumentExcluded(row["instrument"], tuple(tuple(term) for term in row["failed"]))
                for row in data["instruments_excluded"]
            ),
            questions=tuple(Question(row["code"], tuple(row["candidates"])) for row in data["questions"]),
            notes=tuple(Note(**row) for row in data["notes"]),
            tie_break=TieBreak(**{**data["tie_break"], "order": tuple(data["tie_break"]["order"])}),
            input=RoutingInput.from_json(data["input"]),
            moment=Moment.from_json(data["moment"]),
        )
        if data.get("digest") not in (None, receipt.digest):
            raise ValueError("the stored receipt was changed after it was made")
        return receipt


def _place_json(place: Destination) -> dict[str, Any]:
    parts = [{**part._asdict(), "detail": [list(pair) for pair in part.detail]} for part in place.parts]
    return {**place._asdict(), "services": list(place.services), "parts": parts}


def _place(row: Mapping[str, Any]) -> Destination:
    parts = tuple(
        Part(**{**part, "detail": tuple((key, value) for key, value in part["detail"])}) for part in row["parts"]
    )
    return Destination(**{**row, "services": tuple(row["services"]), "parts": parts})
