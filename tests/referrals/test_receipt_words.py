"""Every code that a receipt can hold has a sentence, for the officer and for the entrepreneur."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel

from hubs.agreements.coverage import Failure
from hubs.referrals.receipt_words import (
    FAILURES,
    GAPS,
    PLAIN_FAILURES,
    failure_text,
    gap_text,
    missing_text,
    note_text,
    outcome_text,
    part_text,
    question_text,
    rules_text,
    term_text,
    tie_text,
)
from hubs.referrals.routing import Note, Question
from tests.referrals.routing_records import INSTRUMENTS, NOW, agreement, hub, moment, question, routed

NAMES = {("service", "networking"): "networking events", ("market", "PE"): "Peru", ("language", "nl"): "Dutch"}


def label(kind: str, code: str) -> str:
    return NAMES.get((kind, code), code)


@pytest.fixture(autouse=True)
def _babel() -> Iterator[None]:
    app = Flask(__name__)
    Babel(app, locale_selector=lambda: "en")
    with app.test_request_context():
        yield


def sentence(text: str) -> bool:
    return text.endswith((".", "?")) and "%(" not in text


@pytest.mark.parametrize(
    ("failure", "text"),
    [
        (Failure("status", "suspended"), "Its accreditation is suspended."),
        (Failure("status", "another"), "Its status does not allow referrals."),
        (Failure("agreement", "none"), "There is no agreement between this hub and the post."),
        (Failure("agreement", "either_to_post"), "The agreement says that the post does this service itself."),
        (Failure("territory", "Cali"), "The agreement does not cover Cali."),
        (Failure("territory", "PE"), "The agreement does not cover Peru."),
        (Failure("sector", "01"), "The agreement does not cover this sector: 01."),
        (
            Failure("service", "networking;advocacy"),
            "The agreement does not cover: networking events, advocacy.",
        ),
        (Failure("target_group", "sme"), "The agreement is not for this target group: sme."),
        (Failure("offer", "networking"), "Does not offer: networking events."),
        (Failure("closed", NOW.isoformat()), "Is closed until 23 November."),
        (Failure("capacity", "full"), "Is full this week."),
        (Failure("capacity", "agreement"), "Its places under this agreement are taken this week."),
        (Failure("conflict", "declared"), "Has a conflict of interest."),
        (Failure("excluded", "declined"), "Said no to this question before."),
        (Failure("excluded", "something else"), "Is left off for this question."),
    ],
)
def test_why_a_place_is_left_off(failure: Failure, text: str) -> None:
    assert failure_text(failure, label=label) == text
    assert sentence(failure_text(failure, plain=True))


@pytest.mark.parametrize("rule", ["territory", "sector", "target_group"])
def test_what_the_question_does_not_say_is_said(rule: str) -> None:
    assert "the question names no" in failure_text(Failure(rule, "unknown"))


def test_what_one_organisation_said_about_itself_is_not_told_to_the_entrepreneur() -> None:
    for rule, value in (("conflict", "declared"), ("status", "suspended"), ("agreement", "ended")):
        assert failure_text(Failure(rule, value), plain=True) == "This organisation cannot take your question now."
    assert set(PLAIN_FAILURES) < set(FAILURES)


@pytest.mark.parametrize("plain", [False, True])
def test_every_part_has_a_sentence_whatever_its_detail(plain: bool) -> None:
    records = ({}, {"hub casa": (1, 1)}, {"hub casa": (3, 4)}, {"hub casa": (41, 43)})
    hubs = ({}, {"languages": {"es"}}, {"languages": ()})
    terms: tuple[dict[str, Any], ...] = (
        {},
        {"services": {"commercial_referral"}},
        {"services": {"commercial_referral"}, "cities": {"Bogotá"}},
        {"services": {"commercial_referral"}, "sectors": {"33"}},
        {"cities": {"Bogotá"}},
    )
    for record in records:
        for own in hubs:
            for scope in terms:
                for changes in ({}, {"city": "Cali"}, {"city": None}, {"languages": ()}):
                    facts = moment(answer_record=record, capacity_left={"office casa": 3})
                    receipt = routed([hub(**own)], [agreement(**scope)], asked=question(**changes), facts=facts)
                    for place in receipt.destinations:
                        texts = [part_text(part, label=label, plain=plain) for part in place.parts]
                        assert all(sentence(text) for text in texts), texts


def test_few_answers_are_said() -> None:
    receipt = routed([hub()], [agreement()], facts=moment(answer_record={"hub casa": (3, 4)}))
    assert part_text(receipt.destinations[0].parts[1]) == (
        "Has had only 4 questions (3 answered in time). So the average in this country counts too."
    )
    many = routed([hub()], [agreement()], facts=moment(answer_record={"hub casa": (41, 43)}))
    assert part_text(many.destinations[0].parts[1]) == "Answered 41 of 43 questions in time."


def test_the_outcome_in_one_sentence() -> None:
    receipt = routed()
    assert outcome_text(receipt) == "No hub can take this question, so the post does."
    full = routed([hub()], [agreement()], facts=moment(capacity_left={"office casa": 0}))
    assert outcome_text(full).startswith("The hubs are full.")
    for outcome in ("hub", "post", "both", "partner", "ask", "out_of_scope", "unserved"):
        for plain in (False, True):
            assert sentence(outcome_text(replace(receipt, outcome=outcome, gap=False), plain=plain))


def test_gaps_questions_notes_facts_and_terms() -> None:
    assert all(sentence(gap_text(cause)) for cause in GAPS)
    assert set(GAPS) == {*FAILURES, "no_hub"}
    ambiguous = Question("market_ambiguous", ("PE", "CO"))
    assert question_text(ambiguous, label=label) == "Which country do you mean: Peru, CO?"
    assert sentence(question_text(Question("market")))
    assert sentence(question_text(Question("need")))
    assert sentence(note_text(Note("private_insurer")))
    assert "divination" in note_text(Note("unknown_service", "divination"))
    for row in INSTRUMENTS:
        for term in row.terms.conditions:
            assert missing_text(term.fact) != term.fact or term.preference
            assert sentence(term_text(term.fact, term.operator, term.value))


def test_ties_and_what_never_counts() -> None:
    tied = routed([hub("one"), hub("two")], [agreement("one"), agreement("two")])
    assert sentence(tie_text(tied))
    assert tie_text(routed()) == ""
    assert rules_text() == "Membership and price do not count."
