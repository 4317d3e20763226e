"""Who was not helped stands on the work list of the desk, while the question can be opened again."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hubs.accounts.actor import actor_of_entrepreneur
from hubs.core.clock import utcnow
from hubs.reference.models import Market
from hubs.referrals.feedback.models import Feedback
from hubs.referrals.feedback.operations import give_feedback, handle_feedback, reopen_after_feedback
from hubs.referrals.lists import other_work
from hubs.referrals.models import SupportRequest
from hubs.referrals.operations import act_on_request
from tests.referrals.builders import actor_for, question
from tests.world import World


def said(session: Any, demo: World, answer: str = "not_helped", at: datetime | None = None) -> SupportRequest:
    """A question that the desk closed, and what its entrepreneur says of it."""
    closed = at or utcnow()
    asked = question(demo, text="Wij zoeken een verdeler voor tulpen.", now=closed)
    act_on_request(asked, "serve", actor=actor_for(demo, "officer"), now=closed, data={"reason": "client_choice"})
    actor = actor_of_entrepreneur(asked.id, "nl")
    give_feedback(asked, asked.closed_at, answer, None, actor=actor, now=closed)
    session.commit()
    return asked


def listed(client: Any) -> list[str]:
    page = client.get("/work").get_data(as_text=True)
    section = page.partition('id="accreditation"')[2].partition("</section>")[0]
    return [address for address in re.findall(r'href="(/questions/[^"]+)"', section) if "Not helped" in section]


@pytest.mark.parametrize(("answer", "shown"), [("not_helped", True), ("partly", True), ("helped", False)])
def test_who_was_not_helped_stands_on_the_list_of_its_desk_alone(
    client_for: Any, in_app: Any, demo: World, answer: str, shown: bool
) -> None:
    with in_app() as session:
        address = f"/questions/{said(session, demo, answer).reference}"
    for persona in ("officer", "head", "officer_2"):
        assert (address in listed(client_for(persona))) is shown, persona
    for persona in ("manager", "far_officer", "partner_staff", "central_officer"):
        assert listed(client_for(persona)) == [], persona


def test_it_goes_when_it_is_dealt_with_or_opened_again(client_for: Any, in_app: Any, demo: World) -> None:
    officer = client_for("officer")
    with in_app() as session:
        first, second = said(session, demo), said(session, demo)
        wanted = {f"/questions/{first.reference}", f"/questions/{second.reference}"}
        assert set(listed(officer)) == wanted
        row = session.execute(select(Feedback).where(Feedback.support_request_id == first.id)).scalar_one()
        handle_feedback(row, actor=actor_for(demo, "officer"), now=utcnow())
        actor = actor_of_entrepreneur(second.id, "nl")
        reopen_after_feedback(second, second.closed_at, actor=actor, now=utcnow())
        session.commit()
    assert listed(officer) == []


@pytest.mark.parametrize(("number", "said"), [(100, False), (101, True)])
def test_a_long_list_says_that_there_is_more(
    client_for: Any, in_app: Any, monkeypatch: pytest.MonkeyPatch, number: int, said: bool
) -> None:
    with in_app() as session:
        codes = session.execute(select(Market.iso2).limit(number)).scalars().all()

    def rows(_actor: Any, _today: Any) -> Any:
        return select(*other_work.work_columns("many", Market.iso2, Market.name_nl)).where(Market.iso2.in_(codes))

    kind = other_work.OtherWork("many", rows, "Do it", lambda row: f"/questions/{row.key}", lambda row: row.name_nl)
    monkeypatch.setitem(other_work._REGISTERED, "many", kind)
    page = client_for("officer").get("/work").get_data(as_text=True)
    assert page.count('data-kind="task"') == 100
    assert ("The rest comes up by itself" in page) is said and ("(100+)" in page) is said


@pytest.mark.parametrize(("days", "shown"), [(25, True), (40, False)])
def test_it_stands_there_while_the_question_can_be_opened_again(
    client_for: Any, in_app: Any, demo: World, days: int, shown: bool
) -> None:
    with in_app() as session:
        said(session, demo, at=utcnow() - timedelta(days=days))
    assert bool(listed(client_for("officer"))) is shown
