"""The address of a desk stands on the page of its organisation, to copy, for who handles its mail."""

from __future__ import annotations

import re
from typing import Any

import pytest

from hubs.accounts.models import Office
from hubs.core.clock import local_day, utcnow
from hubs.mailbox.addresses import find_desk
from tests.world import World

FIELD = re.compile(r'<input[^>]*id="mail-in-address"[^>]*>')


def field_of(client: Any) -> str:
    answer = client.get("/organisation")
    assert answer.status_code == 200
    found = FIELD.search(answer.get_data(as_text=True))
    return found.group(0) if found else ""


@pytest.mark.parametrize(
    ("persona", "desk"), [("head", "post"), ("officer", "post"), ("manager", "hub_a"), ("staff", "hub_a")]
)
def test_the_address_takes_mail_for_this_desk(
    client_for: Any, in_app: Any, demo: World, persona: str, desk: str
) -> None:
    shown = field_of(client_for(persona))
    address = re.search(r'value="([^"]+)"', shown)
    assert address and "readonly" in shown and 'aria-describedby="mail-in-address' in shown
    with in_app():
        found = find_desk(address[1])
        assert found is not None and found.organisation_id == demo.organisations[desk] and found.is_open
    assert "becomes a draft question" in client_for(persona).get("/organisation").get_data(as_text=True)


def test_who_handles_no_mail_and_a_desk_without_an_office_see_none(client_for: Any, in_app: Any, demo: World) -> None:
    assert field_of(client_for("assessor")) == ""
    with in_app() as session:
        session.get(Office, demo.offices["hub_a"]).closed_on = local_day(utcnow())
        session.commit()
    assert field_of(client_for("manager")) == ""
