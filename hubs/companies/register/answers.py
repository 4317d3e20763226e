"""What is asked of a register, what it may answer, and what that says of the name somebody wrote down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from rapidfuzz import fuzz

from hubs.core.types import folded

SAME_NAME = 80  # rapidfuzz score from which two spellings of a name are one


class Outcome(StrEnum):
    FOUND = "found"
    NAME_DIFFERS = "name_differs"
    STRUCK_OFF = "struck_off"
    NOT_FOUND = "not_found"
    NOT_AVAILABLE = "not_available"


@dataclass(frozen=True, slots=True)
class Question:
    """A number to look up: of a company registration, or for VAT with its country."""

    country: str
    number: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a register says. `is_available` False: it could not be asked, which says nothing about the number."""

    is_available: bool = True
    is_known: bool = False
    names: tuple[str, ...] = ()  # the name first, then trade names
    city: str | None = None
    establishment_number: str | None = None
    rsin: str | None = None
    ended_on: date | None = None
    is_ended: bool = False


class Register(Protocol):
    """A register that can be asked about one kind of number."""

    @property
    def source(self) -> str:
        """Its code: kvk, vies."""

    def look_up(self, question: Question) -> Answer:
        """Its answer; never raises for a register that is down, slow or answers nonsense."""


def outcome_of(answer: Answer, written_name: str) -> Outcome:
    """What an answer means for the company as it was written down."""
    if not answer.is_available:
        return Outcome.NOT_AVAILABLE
    if not answer.is_known:
        return Outcome.NOT_FOUND
    if answer.is_ended:
        return Outcome.STRUCK_OFF
    if answer.names and not any(_same(name, written_name) for name in answer.names):
        return Outcome.NAME_DIFFERS
    return Outcome.FOUND


def _same(one: str, other: str) -> bool:
    return fuzz.token_set_ratio(folded(one), folded(other)) >= SAME_NAME
