"""A proposal's number, typed into the search, goes to its page for who may see it and nowhere for others."""

from __future__ import annotations

from typing import Any

import pytest

from tests.accreditation.builders import draft_proposal, submitted_proposal
from tests.world import World


def asked(client: Any, typed: str) -> tuple[int, str | None]:
    answer = client.get("/search", query_string={"q": typed})
    return answer.status_code, answer.headers.get("Location")


@pytest.mark.parametrize("spoken", [False, True])
def test_a_number_goes_to_the_page_only_for_who_may_see_it(
    client_for: Any, in_app: Any, demo: World, spoken: bool
) -> None:
    with in_app() as session:
        reference = submitted_proposal(session, demo).reference
        session.commit()
    typed = reference[2:].replace("-", "").lower() if spoken else reference
    for persona in ("new_manager", "assessor", "decision_maker"):
        assert asked(client_for(persona), typed) == (303, f"/proposals/{reference}"), persona
    for persona in ("manager", "officer", "partner_staff"):
        client = client_for(persona)
        assert asked(client, typed) == (200, None), persona
        assert "Nothing found" in client.get(f"/search?q={typed}").get_data(as_text=True)


def test_a_draft_is_the_chamber_s_own(client_for: Any, in_app: Any, demo: World) -> None:
    with in_app() as session:
        reference = draft_proposal(session, demo).reference
        session.commit()
    assert asked(client_for("new_manager"), reference.lower()) == (303, f"/proposals/{reference}")
    assert asked(client_for("assessor"), reference) == (200, None)
    assert asked(client_for("new_manager"), f"{reference}-1") == (200, None)
