"""Letters as they went out, with their PDF, in the API; and what every letter to come says."""

from __future__ import annotations

import base64
from typing import Any

from hubs.accounts.permissions import P
from hubs.accreditation.models import Letter
from hubs.accreditation.operations.letters import save_letter_settings, send_again
from hubs.accreditation.queries.letters import get_visible_letter, letter_rows, letter_settings
from hubs.accreditation.schemas.letters import (
    LetterOut,
    LetterQuery,
    LetterRowOut,
    LetterSettingsOut,
    LetterSettingsPatch,
    LetterTransition,
)
from hubs.accreditation.words.letters import LETTER_KIND_WORDS
from hubs.api import codes
from hubs.api.call import Answer, Call
from hubs.api.listing import Listing, both_ways, listing
from hubs.core.uploads import content_of

from . import routes

codes.add("letter_kind", "list", LETTER_KIND_WORDS)


@routes.get(
    "/letters",
    P.DECISION_READ,
    answer=LetterRowOut,
    query=LetterQuery,
    summary="Letters to one's own hub; for the ministry all",
    tag="letters",
)
def letter_list(call: Call) -> Listing:
    query = call.query()
    statement = letter_rows(call.actor)
    columns = {"proposal": Letter.proposal_id, "decision": Letter.decision_id, "organisation": Letter.hub_id}
    for name, column in columns.items():
        if query.get(name):
            statement = statement.where(column == query[name])
    page = listing(statement, query, both_ways(id=[(Letter.id, "asc")]))
    return page.showing([_shown(letter, call) for letter in page.items])


@routes.get("/letters/<id:letter_id>", P.DECISION_READ, answer=LetterOut, summary="A letter and its PDF", tag="letters")
def letter_show(call: Call, letter_id: str) -> Answer:
    letter = get_visible_letter(call.sight, letter_id)
    call.may(letter)
    pdf = base64.b64encode(content_of(letter.file)).decode()
    return Answer({**_shown(letter, call), "pdf": pdf})


@routes.endpoint(
    "POST",
    "/letters/<id:letter_id>/transitions",
    P.PROPOSAL_COORDINATE,
    writes=True,
    body=LetterTransition,
    answer=LetterRowOut,
    summary="Send a letter once more, in both languages, to those who lead the organisation now",
    tag="letters",
)
def letter_act(call: Call, letter_id: str) -> Answer:
    letter = get_visible_letter(call.sight, letter_id)
    call.may()
    call.body()
    send_again(letter, actor=call.actor, now=call.now)
    return Answer(_shown(letter, call))


# --- what every letter says --------------------------------------------------------------------------------


@routes.get(
    "/letter-settings",
    P.LETTER_SETTINGS_EDIT,
    answer=LetterSettingsOut,
    summary="The sender, the function of who signs, and the objection clause of letters to come",
    tag="letters",
)
def letter_settings_show(call: Call) -> Answer:
    settings = letter_settings()
    return Answer(settings, settings.version_id or 0)


@routes.patch(
    "/letter-settings",
    P.LETTER_SETTINGS_EDIT,
    body=LetterSettingsPatch,
    answer=LetterSettingsOut,
    summary="Change what letters to come say; letters that went out stay as they are",
    tag="letters",
)
def letter_settings_edit(call: Call) -> Answer:
    values = {name: "" if value is None else value for name, value in call.body().items()}
    call.match(letter_settings().version_id or 0)
    settings = save_letter_settings(values, version=None, actor=call.actor, now=call.now)
    return Answer(settings, settings.version_id)


def _shown(letter: Letter, call: Call) -> dict[str, Any]:
    is_ministry = call.actor.can(P.ASSESSMENT_READ)
    names = (
        "id", "kind", "language", "reference", "hub_id", "proposal_id", "decision_id", "accreditation_id",
        "objection_id", "dated_on", "made_at",
    )  # fmt: skip
    return {
        **{name: getattr(letter, name) for name in names},
        "subject": str(letter.content.get("subject", "")),
        "file_name": letter.file.name,
        "sha256": letter.file.sha256,
        "size": letter.file.size,
        "deliveries": [
            {
                "at": row.at,
                "status": row.status,
                "recipient": row.recipient if is_ministry else None,
                "message_id": row.message_id if is_ministry else None,
                "detail": row.detail if is_ministry else None,
            }
            for row in letter.deliveries
        ],
    }
