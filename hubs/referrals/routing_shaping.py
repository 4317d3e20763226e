"""An advice as the API gives it: codes with values, and the sentences made from them when it is shown."""

from __future__ import annotations

from functools import cache
from typing import Any

from hubs.accounts.models import Organisation
from hubs.api.schemas import camel
from hubs.core.templating import language_name
from hubs.reference.labels import label
from hubs.referrals.receipt_places import named
from hubs.referrals.receipt_words import (
    failure_text,
    gap_text,
    note_text,
    outcome_text,
    part_text,
    question_text,
    term_text,
)
from hubs.referrals.routing import Destination, Excluded, Receipt
from hubs.referrals.shaping import organisation_shown


def routing_shown(receipt: Receipt) -> dict[str, Any]:
    """The advice in the reader's language."""
    label_of = _labeller()
    organisations = named(receipt)
    return {
        "outcome": receipt.outcome,
        "outcome_text": outcome_text(receipt),
        "gap": receipt.gap,
        "gap_causes": [{"code": cause, "text": gap_text(cause)} for cause in receipt.gap_causes],
        "receipt_hash": receipt.hash,
        "destinations": [_destination(place, organisations, label_of) for place in receipt.destinations],
        "excluded": [_excluded(row, organisations, label_of) for row in receipt.excluded],
        "instruments_excluded": [
            {"instrument": row.instrument, "failed": [term_text(*term) for term in row.failed]}
            for row in receipt.instruments_excluded
        ],
        "missing": [camel(key) for key in receipt.missing],
        "questions": [
            {"code": row.code, "candidates": list(row.candidates), "text": question_text(row, label=label_of)}
            for row in receipt.questions
        ],
        "out_of_scope": list(receipt.out_of_scope),
        "unserved": list(receipt.unserved),
        "notes": [{**row._asdict(), "text": note_text(row, label=label_of)} for row in receipt.notes],
        "sanctions_check": receipt.sanctions_check,
        "rules_version": receipt.rules_version,
        "tie_break": {**receipt.tie_break._asdict(), "order": list(receipt.tie_break.order)},
        "as_of": receipt.as_of,
    }


def _labeller() -> Any:
    """Names of codes, each looked up once for one answer."""

    @cache
    def label_of(kind: str, code: str) -> str:
        return language_name(code) if kind == "language" else label(kind, code)

    return label_of


def _destination(place: Destination, organisations: dict[str, Organisation], label_of: Any) -> dict[str, Any]:
    return {
        "rank": place.rank,
        "part": place.part,
        "services": list(place.services),
        "organisation": organisation_shown(organisations[place.organisation_id]),
        "office": place.office_id,
        "agreement": place.agreement_id,
        "instrument": place.instrument,
        "score": place.score,
        "parts": [
            {"code": part.code, "value": part.value, "text": part_text(part, label=label_of)} for part in place.parts
        ],
        "at_owning_desk": place.at_owning_desk,
        "own_choice": place.own_choice,
        "consent": place.consent or None,
    }


def _excluded(row: Excluded, organisations: dict[str, Organisation], label_of: Any) -> dict[str, Any]:
    return {
        "organisation": organisation_shown(organisations[row.organisation_id]),
        "failed": [
            {"rule": failure.rule, "value": failure.value, "text": failure_text(failure, label=label_of)}
            for failure in row.failed
        ],
    }
