"""A proposal from the first word to the second submission, as its people and strangers meet it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from hubs.accreditation import website
from hubs.accreditation.models import Hint, Proposal, ProposalSection, Submission
from hubs.accreditation.operations.acting import act_on_proposal
from hubs.accreditation.operations.hints import keep_verdict, websites_to_look_at
from hubs.accreditation.website import Verdict, check
from hubs.core.clock import utcnow
from hubs.directory.models import HubProfile
from hubs.outbox import reminders
from tests.accreditation.builders import draft_proposal, submitted_proposal
from tests.conftest import csrf_of
from tests.conftest import post as post_form
from tests.referrals.builders import actor_for

HUB = {
    "registered_name": "Kamer Nieuw Pereira", "legal_form": "asociación", "founding_year": "2015", "members": "40",
    "website": "https://kamer.example", "staff_fte": "1,5", "board": "Five people, chosen by the members.",
}  # fmt: skip


def post(client: FlaskClient, path: str, data: dict[str, Any]) -> Any:
    return post_form(client, path, data, page="/account")


def begin(client: FlaskClient, **given: Any) -> str:
    answer = post(client, "/proposals/new", {"kind": "new", "markets": ["CO"], **given})
    assert answer.status_code == 303, answer.get_data(as_text=True)[:3000]
    return answer.headers["Location"].rpartition("/")[2]


def shown(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.get_data(as_text=True)


def version_on(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found
    return found[1]


def save(client: FlaskClient, path: str, data: dict[str, Any], **more: Any) -> Any:
    return client.post(path, data={**data, "csrf_token": csrf_of(client, "/account")}, **more)


def test_two_people_fill_in_a_file_without_overwriting_each_other(client_for: Callable[..., FlaskClient]) -> None:
    manager, staff = client_for("new_manager"), client_for("new_staff")
    assert "No proposals yet" in shown(manager, "/proposals")
    reference = begin(manager)
    page = shown(staff, f"/proposals/{reference}")
    assert 'data-state="draft"' in page
    assert "A manager of your chamber hands it in." in page
    path = f"/proposals/{reference}/sections/hub"
    seen = version_on(shown(manager, path))
    assert save(staff, path, {**HUB, "version": seen}).status_code == 303
    refused = save(manager, path, {**HUB, "board": "Three people.", "version": seen})
    text = refused.get_data(as_text=True)
    assert refused.status_code == 409
    assert "Three people." in text
    assert "Five people, chosen by the members." in text
    assert "Somebody else of your chamber saved this part" in text
    assert save(manager, path, {**HUB, "board": "Three people.", "version": version_on(text)}).status_code == 303
    page = shown(staff, f"/proposals/{reference}")
    assert "Andrés Fictief" in page
    other = f"/proposals/{reference}/sections/plan"
    typing = {"goals": "Half a sent", "version": "0", "plan_years-0-year": "next year"}
    answer = save(manager, other, typing, headers={"X-Requested-With": "fetch"})
    assert (answer.status_code, answer.json["gaps"]) == (200, 1)
    assert save(staff, other, typing, headers={"X-Requested-With": "fetch"}).status_code == 409
    kept = shown(staff, other)
    assert "Half a sent" in kept
    assert 'value="next year"' in kept
    assert "Fill in a year of four digits." in kept


def test_strangers_and_the_ministry_see_no_draft(client_for: Callable[..., FlaskClient], in_app: Any) -> None:
    reference = begin(client_for("new_manager"))
    paths = [f"/proposals/{reference}{more}" for more in ("", "/sections/hub", "/evidence")]
    for persona in ("other_manager", "head", "assessor", "administrator"):
        client = client_for(persona)
        assert {client.get(path).status_code for path in paths} == {404}
        assert reference not in shown(client, "/proposals")
    anonymous = client_for("anonymous")
    assert all("/sign-in" in anonymous.get(path).headers["Location"] for path in paths)
    assert client_for("member").get(paths[0]).status_code == 403
    twice = post(client_for("new_staff"), "/proposals/new", {"kind": "new", "markets": ["CO"]})
    assert twice.status_code == 422
    assert "has an open proposal already" in twice.get_data(as_text=True)
    wrong = post(client_for("manager"), "/proposals/new", {"kind": "new", "markets": ["QQ"]})
    assert wrong.status_code == 422  # an accredited hub asks for renewal; and no such country
    with in_app() as session:
        assert len(session.execute(select(Proposal)).scalars().all()) == 1


def test_handing_in_names_everything_that_is_missing_at_once(
    client_for: Callable[..., FlaskClient], in_app: Any
) -> None:
    manager, staff = client_for("new_manager"), client_for("new_staff")
    reference = begin(manager)
    path = f"/proposals/{reference}"
    assert post(staff, path, {"action": "submit"}).status_code == 403
    assert post(manager, path, {"action": "no-such"}).status_code == 422
    refused = post(manager, path, {"action": "submit"})
    text = refused.get_data(as_text=True)
    assert refused.status_code == 422
    summary = text[text.index('id="errors"') : text.index("<h1")]
    for words in (
        "The chamber, Legal form: Fill this in.",
        "Plan for the years ahead, Budget by year: Fill this in.",
        "Market need, A1 Clear market need: Fill this in.",
        "C2 Statutes fit the purpose: Add a document.",
    ):
        assert words in summary
    assert "F1" not in summary
    assert "F2" not in summary
    with in_app() as session:
        proposal = session.execute(select(Proposal)).scalar_one()
        assert (proposal.state, proposal.submitted_at, proposal.file_number) == ("draft", None, 1)
        assert session.execute(select(Submission)).first() is None


def test_a_renewal_begins_with_what_the_service_knows(client_for: Callable[..., FlaskClient]) -> None:
    manager = client_for("manager")
    new = post(manager, "/proposals/new", {"kind": "new", "markets": ["CO"]})
    assert new.status_code == 422  # an accredited hub asks for renewal
    reference = begin(manager, kind="renewal", add_market="VN")
    coverage = shown(manager, f"/proposals/{reference}/sections/coverage")
    assert re.search(r'value="VN"[^>]* checked', coverage)
    assert re.search(r'value="partner_search"[^>]* checked', coverage)
    assert "from the register" in coverage
    assert "Bogot" in coverage


@pytest.fixture
def handed_in(in_app: Any, demo: Any) -> str:
    with in_app() as session:
        proposal = submitted_proposal(session, demo, real=True)
        reference = proposal.reference
        session.commit()
    return reference


def test_a_file_is_handed_in_sent_back_and_handed_in_again(
    handed_in: str, client_for: Callable[..., FlaskClient], in_app: Any, demo: Any
) -> None:
    manager, assessor, path = client_for("new_manager"), client_for("assessor"), f"/proposals/{handed_in}"
    with in_app() as session:
        proposal = session.execute(select(Proposal)).scalar_one()
        assert (proposal.state, proposal.file_number) == ("submitted", 2)
        assert proposal.due_on > proposal.received_on
        assert proposal.submissions[0].dossier is not None
        assert session.get(HubProfile, proposal.hub_id).follows_decisions
    assert "Kamer Verzonnen" in shown(assessor, f"{path}/sections/hub")
    assert save(manager, f"{path}/sections/hub", {**HUB, "version": "1"}).status_code == 409
    with in_app() as session:
        proposal = session.execute(select(Proposal)).scalar_one()
        proposal.lifecycle.get("send_back")
        data = {"note": "The statutes are missing a page."}
        act_on_proposal(proposal, "send_back", actor=actor_for(demo, "assessor"), now=utcnow(), data=data)
        session.commit()
    section = f"{path}/sections/hub"
    seen = version_on(shown(manager, section))
    assert save(manager, section, {**HUB, "version": seen}).status_code == 303
    for reader in (assessor, client_for("decision_maker")):
        text = shown(reader, section)  # the running draft is the chamber's own
        assert "Kamer Verzonnen" in text
        assert "asociación" not in text
    assert post(manager, path, {"action": "submit"}).status_code == 303
    text = shown(assessor, path)
    assert "was:" in text
    assert "Kamer Nieuw Pereira" in shown(assessor, section)
    with in_app() as session:
        first, second = session.execute(select(Submission).order_by(Submission.number)).scalars()
        assert first.content["sections"]["hub"]["legal_form"] == "Kamer Verzonnen"
        assert second.content["sections"]["hub"]["legal_form"] == "asociación"
        assert first.sha256 != second.sha256
    assert post(manager, path, {"action": "withdraw", "note": "We begin anew."}).status_code == 303
    assert 'data-state="withdrawn"' in shown(assessor, path)
    assert post(manager, path, {"action": "submit"}).status_code == 409


def test_hints_are_noticed_and_decide_nothing(
    handed_in: str, client_for: Callable[..., FlaskClient], in_app: Any, app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The website is looked at after the transaction; a site that moved inside is never asked."""
    asked: list[str] = []
    names = {"kamer.example": ["93.184.215.14"], "inside.example": ["93.184.215.14", "10.0.0.8"], "gone.example": []}
    answers = {"kamer.example": (302, "https://inside.example/admin")}

    def resolve(host: str, _port: int) -> list[str]:
        return names[host]

    def look(_scheme: str, host: str, _address: str, _path: str) -> tuple[int, str | None]:
        asked.append(host)
        return answers.get(host, (200, None))

    with in_app() as session:
        ((proposal_id, address),) = websites_to_look_at()
        verdict = check(address, resolve=resolve, look=look)
        assert verdict == Verdict(False, "not_public")
        assert asked == ["kamer.example"]
        assert keep_verdict(proposal_id, address, verdict, now=utcnow())
        assert websites_to_look_at() == []
        session.commit()
    page = shown(client_for("assessor"), f"/proposals/{handed_in}")
    assert "The website did not answer: https://kamer.example" in page
    with in_app() as session:
        session.execute(select(Proposal)).scalar_one().resubmitted_at = utcnow()
        session.commit()
        app.config["WEBSITE_CHECKS"] = True
        with monkeypatch.context() as patched:
            patched.setattr(website, "check", lambda _address: Verdict(False, "status", 500))
            reminders.run_once()
        app.config["WEBSITE_CHECKS"] = False
    with in_app() as session:
        assert session.execute(select(Hint.values).where(Hint.code == "website_unreachable")).scalar_one() == {
            "reason": "status", "status": 500,
        }  # fmt: skip
        answers.clear()
        keep_verdict(proposal_id, address, check(address, resolve=resolve, look=look), now=utcnow())
        session.commit()
        assert session.execute(select(Hint.resolved_at).where(Hint.code == "website_unreachable")).scalar_one()
    assert check("https://gone.example", resolve=resolve, look=look).reason == "no_address"
    for url in ("http://127.0.0.1/", "http://[::ffff:10.0.0.1]/", "http://169.254.169.254/", "http://2130706433/"):
        assert check(url, look=look).reason in ("not_public", "no_address")
    for url in ("ftp://kamer.example", "https://kamer.example:8443/", "https://a@kamer.example/", "file:///etc/passwd"):
        assert check(url, resolve=resolve, look=look).reason == "not_web"


def test_a_list_takes_few_statements(
    in_app: Any, demo: Any, client_for: Callable[..., FlaskClient], statements: Any
) -> None:
    with in_app() as session:
        for number in range(4):
            draft_proposal(session, demo).state = "withdrawn" if number else "draft"
        session.commit()
        assert session.execute(select(ProposalSection)).first()
    client = client_for("new_manager")
    client.get("/proposals")
    with statements() as listed:
        assert shown(client, "/proposals").count('data-kind="proposal"') == 4
    assert len(listed) <= 6, listed
