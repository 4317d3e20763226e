"""On a case the entrepreneur stands once, and before the history: on a telephone everything comes in this order."""

from __future__ import annotations

from typing import Any

from tests.referrals.builders import CANARY, question
from tests.world import World


def test_who_asks_comes_before_the_history_and_only_once(client_for: Any, in_app: Any, demo: World) -> None:
    with in_app() as session:
        asked = question(demo)
        session.commit()
        address = f"/questions/{asked.reference}"
    page = client_for("officer").get(address).get_data(as_text=True)
    places = [page.index(mark) for mark in ('href="#who"', 'id="question"', 'id="who"', 'id="conversation"')]
    assert places == sorted(places)
    assert page.count('id="who"') == 1 and page.count('href="tel:') == 1
    assert page.count(f'href="mailto:{CANARY["email"]}"') == 1


def test_without_anybody_written_down_nothing_leads_there(client_for: Any, in_app: Any, demo: World) -> None:
    with in_app() as session:
        asked = question(demo)
        asked.contact_person_id = asked.company_id = None
        session.commit()
        address = f"/questions/{asked.reference}"
    page = client_for("officer").get(address).get_data(as_text=True)
    assert 'href="#who"' not in page and "Nobody wrote down who asks." in page
