"""The questions of the demonstration world, and the small language in which `questions.csv` says what becomes of each.

`path` lists steps: `take refer ack accept contact=telephone close=contract`. `age` places them in time: `d34`
sent 34 days ago; `u0.3` the clock that runs at the end is three tenths used; `p3` the last step was 3 days ago;
`w0.4` the referral lies at four tenths of this week, so that it takes a place of this week.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hubs.demo.rows import Row, listed, rows_of

PATHS_OF_A_GROUP = " / "
BY_RECEIVER = frozenset({"ack", "accept", "decline", "rask", "contact", "return", "close"})
BY_ENTREPRENEUR = frozenset({"answer", "withdraw", "unconsent", "choose", "wait", "topost", "info", "nottell"})
BY_RULE = frozenset({"lapse", "suspend", "endagreement"})
BY_DESK = frozenset(
    {"take", "refer", "warm", "cold", "serve", "ask", "unserved", "scope", "noreply", "recall", "reopen"}
)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens to a question: `refer!client_choice=nvcc` is verb, reason and argument."""

    verb: str
    argument: str = ""
    reason: str = ""

    @property
    def side(self) -> str:
        if self.verb in BY_RECEIVER:
            return "receiver"
        return "desk" if self.verb in BY_DESK else "entrepreneur" if self.verb in BY_ENTREPRENEUR else "rule"


@dataclass(frozen=True, slots=True)
class Question:
    """One question as somebody asks it, with a path for each of its markets."""

    key: str
    mode: str  # d, u, p or w
    amount: float
    desk: str
    markets: tuple[str, ...]
    city: str
    sector: str
    services: tuple[str, ...]
    company: str
    language: str
    channel: str
    urgency: str
    consent: str  # "", "market" or organisation codes
    facts: tuple[tuple[str, Any], ...]
    is_draft: bool
    paths: tuple[tuple[Step, ...], ...]
    text: str
    notes: str


def all_questions() -> list[Question]:
    """Every question of `questions.csv`."""
    return [_question(row) for row in rows_of("questions")]


def _question(row: Row) -> Question:
    is_draft = row["path"] == "draft"
    paths = [] if is_draft else row["path"].split(PATHS_OF_A_GROUP)
    return Question(
        key=row["key"],
        mode=row["age"][0],
        amount=float(row["age"][1:]),
        desk=row["desk"],
        markets=tuple(listed(row["market"])),
        city=row["city"],
        sector=row["sector"],
        services=tuple(listed(row["services"])),
        company=row["company"],
        language=row["language"],
        channel=row["channel"],
        urgency=row["urgency"],
        consent=row["consent"],
        facts=tuple(_fact(fact) for fact in listed(row["facts"])),
        is_draft=is_draft,
        paths=tuple(_steps(path) for path in paths),
        text=row["text"],
        notes=row["notes"],
    )


def _fact(text: str) -> tuple[str, Any]:
    key, value = text.split("=")
    return key, int(value) if value.isdigit() else value


def _steps(path: str) -> tuple[Step, ...]:
    return tuple(_step(word) for word in path.split())


def _step(word: str) -> Step:
    head, _, argument = word.partition("=")
    verb, _, reason = head.partition("!")
    if verb not in BY_RECEIVER | BY_ENTREPRENEUR | BY_RULE | BY_DESK:
        raise ValueError(f"questions.csv: unknown step {word}")
    return Step(verb, argument, reason)
