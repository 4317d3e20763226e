"""Which kind of place each service asks for, and what must be asked first (domain.md, Routing 1 and 7)."""

from __future__ import annotations

from dataclasses import dataclass

from .receipt import Note, Question, RoutingInput
from .table import RoutingTable

# names that people use for more than one market; the page that takes the question offers the choice
AMBIGUOUS_NAMES: dict[str, tuple[str, ...]] = {
    "congo": ("CD", "CG"),
    "kongo": ("CD", "CG"),
    "georgia": ("GE", "US"),
    "georgie": ("GE", "US"),
    "guinea": ("GN", "GQ", "GW", "PG"),
    "guinee": ("GN", "GQ", "GW", "PG"),
    "ireland": ("GB", "IE"),
    "ierland": ("GB", "IE"),
    "korea": ("KP", "KR"),
    "samoa": ("AS", "WS"),
    "soedan": ("SD", "SS"),
    "sudan": ("SD", "SS"),
    "virgin islands": ("VG", "VI"),
    "maagdeneilanden": ("VG", "VI"),
    "dominica": ("DM", "DO"),
    "niger": ("NE", "NG"),
}


@dataclass(frozen=True, slots=True)
class Split:
    """The services by the kind of place they ask for, in the order asked."""

    public: tuple[str, ...]
    private: tuple[str, ...]
    either: tuple[str, ...]
    partner: tuple[str, ...]
    out_of_scope: tuple[str, ...]
    questions: tuple[Question, ...]
    notes: tuple[Note, ...]

    @property
    def hub_services(self) -> tuple[str, ...]:
        return self.private + self.either


def abroad(table: RoutingTable, market: str | None) -> str | None:
    """The market, when it is one that posts and hubs can serve; the home market and unknown codes are not."""
    record = table.markets.get(market) if market else None
    return None if record is None or record.home else market


def split(table: RoutingTable, routing_input: RoutingInput) -> Split:
    """Sorts the services; without a market only what a partner in the Netherlands does can go on."""
    market = abroad(table, routing_input.market)
    sorted_services: dict[str, list[str]] = {}
    notes = []
    for code in routing_input.services:
        service = table.services.get(code)
        if service is None or not service.active:
            notes.append(Note("unknown_service", code))
            continue
        provider = service.default_provider
        if market is None and provider in ("public", "private", "either") and code in table.served_without_market:
            provider = "partner"
        sorted_services.setdefault(provider, []).append(code)
    kinds = {kind: tuple(sorted_services.get(kind, ())) for kind in PROVIDERS}
    return Split(**kinds, questions=_questions(routing_input, market, kinds), notes=tuple(notes))


PROVIDERS = ("public", "private", "either", "partner", "out_of_scope")


def _questions(
    routing_input: RoutingInput, market: str | None, kinds: dict[str, tuple[str, ...]]
) -> tuple[Question, ...]:
    known = any(kinds.values())
    wants_market = bool(kinds["public"] or kinds["private"] or kinds["either"]) or not known
    questions = []
    if market is None and wants_market:
        candidates = routing_input.market_candidates
        questions.append(Question("market_ambiguous", candidates) if candidates else Question("market"))
    if not known:
        questions.append(Question("need"))
    return tuple(questions)
