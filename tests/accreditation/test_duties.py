"""What is owed under an accreditation: handed in, judged, reminded of; concerns, public money and its ceiling."""

from __future__ import annotations

import io
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from hubs.accreditation.duties import de_minimis_on, duties_of, funding_path
from hubs.accreditation.models import Accreditation, Concern, Condition, Funding, Obligation, Proposal, ProposalSection
from hubs.accreditation.operations.due import accreditation_due, follow_accreditation
from hubs.accreditation.operations.duties import renewal_handed_in
from hubs.accreditation.operations.renewals import prefill_renewal
from hubs.accreditation.queries.renewals import marks_of
from hubs.core.clock import local_day, start_of, utcnow
from hubs.core.events import Event
from hubs.directory.models import HubAnswerRecord
from hubs.extensions import db
from tests.accreditation.standing_samples import granted, proposal_of, row_of
from tests.accreditation.test_standing import ready
from tests.conftest import csrf_of, post
from tests.files import pdf
from tests.referrals.builders import actor_for

DAY = timedelta(days=1)


# --- pure --------------------------------------------------------------------------------------------------


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dates(date(2024, 1, 1), date(2032, 12, 31)), st.integers(200, 1500), st.integers(6, 30))
def test_duties_of_a_term(starts_on: date, days: int, mid_term: int) -> None:
    ends_on = starts_on + timedelta(days=days)
    duties = duties_of(starts_on, ends_on, mid_term)
    assert all(starts_on < duty.due_on <= ends_on for duty in duties)
    assert len({(duty.kind, duty.due_on) for duty in duties}) == len(duties)
    assert [duty.due_on for duty in duties] == sorted(duty.due_on for duty in duties)
    plans = [duty.year for duty in duties if duty.kind == "yearly_plan"]
    reports = [duty.year for duty in duties if duty.kind == "yearly_report"]
    assert len(set(plans)) == len(plans) and len(set(reports)) == len(reports)
    assert all(duty.due_on.year == (duty.year or 0) + 1 for duty in duties if duty.kind == "yearly_report")
    assert sum(duty.kind == "renewal" for duty in duties) == 1


def test_three_years_from_november() -> None:
    listed = duties_of(date(2026, 11, 22), date(2029, 11, 21), 18)
    assert [(duty.kind, duty.year, duty.due_on.isoformat()) for duty in listed] == [
        ("yearly_plan", 2027, "2026-12-01"),
        ("yearly_plan", 2028, "2027-12-01"),
        ("yearly_report", 2027, "2028-04-30"),
        ("mid_term_review", None, "2028-05-22"),
        ("yearly_plan", 2029, "2028-12-01"),
        ("yearly_report", 2028, "2029-04-30"),
        ("renewal", None, "2029-05-21"),
    ]


def money(year: int, cents: int, granted_on: date | None = None, planned: int | None = None, aid: bool = True) -> Any:
    return SimpleNamespace(
        year=year, amount_cents=cents, granted_on=granted_on, planned_cents=planned, is_de_minimis=aid
    )


def test_de_minimis_over_any_three_years() -> None:
    day = date(2026, 11, 22)
    listed = [
        money(2023, 10_000_000, date(2023, 11, 22)),  # three years ago to the day: out of the period
        money(2023, 10_000_000, date(2023, 11, 23)),
        money(2025, 15_000_000, date(2025, 3, 1)),
        money(2026, 4_000_000, date(2026, 11, 22)),
        money(2026, 9_000_000, date(2026, 5, 1), aid=False),
        money(2027, 9_000_000, date(2026, 11, 23)),  # still to be granted
    ]
    found = de_minimis_on(day, listed)
    assert (found.since, found.total_cents, found.left_cents) == (date(2023, 11, 23), 29_000_000, 1_000_000)
    assert found.ceiling_cents == 30_000_000 and not found.is_over
    assert de_minimis_on(day, [*listed, money(2026, 1_000_001, day)]).is_over
    path = funding_path([money(2026, 5_000, planned=6_000), money(2026, 2_000), money(2028, 1_000)], {2025: 60})
    assert [(row.year, row.amount_cents, row.planned_cents, row.own_share, row.is_above_plan) for row in path] == [
        (2025, 0, None, 60, False), (2026, 7_000, 6_000, None, True), (2027, 0, None, None, False),
        (2028, 1_000, None, None, False),
    ]  # fmt: skip


# --- on pages and by API -----------------------------------------------------------------------------------


def upload(client: Any, path: str, page: str | None = None, **values: Any) -> Any:
    data = {**values, "csrf_token": csrf_of(client, page or path), "file": (io.BytesIO(pdf()), "verslag.pdf")}
    return client.post(path, data=data, content_type="multipart/form-data")


@pytest.fixture
def stands(app: Any, demo: Any, in_app: Any) -> dict[str, str]:
    """An active accreditation with a condition and its duties."""
    with in_app() as session:
        due = local_day(utcnow()) + 20 * DAY
        made = ready(demo, "hub_a", kind="accredit_with_conditions", conditions=[("Benoem een contactpersoon.", due)])
        condition = session.execute(select(Condition).where(Condition.decision_id == made.decision_id)).scalar_one()
        report = next(row for row in made.obligations if row.kind == "yearly_report")
        review = next(row for row in made.obligations if row.kind == "mid_term_review")
        found = {"id": made.id, "condition": condition.id, "report": report.id, "review": review.id}
        session.commit()
        return found


def test_handed_in_and_judged(app: Any, demo: Any, in_app: Any, client_for: Any, api_for: Any, stands: Any) -> None:
    home = f"/accreditations/{stands['id']}"
    report, condition = f"{home}/obligations/{stands['report']}", f"{home}/conditions/{stands['condition']}"
    manager, staff, assessor = client_for("manager"), client_for("staff"), client_for("assessor")
    assert post(manager, report, {"action": "hand_in"}).status_code == 422  # no file
    assert upload(staff, report, "/account", action="hand_in").status_code == 403
    assert upload(manager, report, "/account", action="finish", note="x").status_code == 403
    assert upload(manager, report, action="nonsense").status_code == 422
    assert upload(manager, report, action="hand_in", note="Jaarverslag.").status_code == 303
    shown = assessor.get(report).get_data(as_text=True)
    assert "verslag.pdf" in shown and "Jaarverslag." in shown and 'data-state="done"' in shown
    with in_app():
        file_id = row_of(Obligation, stands["report"]).file_id
    assert assessor.get(f"{home}/files/{file_id}").status_code == 200
    assert client_for("other_manager").get(f"{home}/files/{file_id}").status_code == 404
    review = f"{home}/obligations/{stands['review']}"
    assert "Hand in" not in manager.get(review).get_data(as_text=True)
    assert post(assessor, review, {"action": "finish", "note": ""}).status_code == 422
    assert post(assessor, review, {"action": "finish", "note": "Gesproken, op koers."}).status_code == 303
    assert post(assessor, review, {"action": "finish", "note": "Nog eens."}, "/account").status_code == 409

    assert upload(manager, condition, action="hand_in", note="Zie de brief.").status_code == 303
    assert post(assessor, condition, {"action": "meet", "note": ""}).status_code == 422
    assert post(manager, condition, {"action": "meet", "note": "Wij vinden van wel."}, "/account").status_code == 403
    assert post(assessor, condition, {"action": "lapse", "note": "Niet getekend."}).status_code == 303
    assert "Niet getekend." in manager.get(condition).get_data(as_text=True)
    assert post(assessor, condition, {"action": "meet", "note": "Nu wel."}).status_code == 303
    assert upload(manager, condition, "/account", action="hand_in").status_code == 409
    call = api_for("assessor")
    item = call("GET", home).get_json()
    assert item["conditions"][0]["state"] == "met" and item["openConditions"] == 0
    assert {row["state"] for row in item["obligations"] if row["kind"] == "yearly_report"} == {"done", "open"}
    path = f"{home}/conditions/{stands['condition']}/transitions"
    assert call("POST", path, {"action": "lapse", "note": "x"}).status_code == 409
    assert api_for("manager")("POST", path, {"action": "lapse", "note": "x"}).status_code == 403
    sent = api_for("manager")(
        "POST", f"{home}/obligations/{stands['report']}/file", data={"file": (io.BytesIO(pdf()), "nieuw.pdf")},
        content_type="multipart/form-data",
    )  # fmt: skip
    assert sent.status_code == 201 and sent.get_json()["fileName"] == "nieuw.pdf"


def test_concerns_and_money(app: Any, demo: Any, in_app: Any, client_for: Any, api_for: Any, stands: Any) -> None:
    home, today = f"/accreditations/{stands['id']}", local_day(utcnow())
    assessor, manager = client_for("assessor"), client_for("manager")
    wrong = post(assessor, f"{home}/concerns/new", {"text": "", "owner": "", "due_on": (today - DAY).isoformat()})
    assert wrong.status_code == 422 and wrong.get_data(as_text=True).count("utrecht-form-field--invalid") == 3
    values = {"text": "Klachten over prijzen.", "owner": demo.people["assessor_2"].id, "due_on": today.isoformat()}
    assert post(assessor, f"{home}/concerns/new", values).status_code == 303
    assert post(manager, f"{home}/concerns/new", values, "/account").status_code == 403
    assert "Klachten over prijzen." in client_for("auditor").get(home).get_data(as_text=True)
    assert "Klachten" not in manager.get(home).get_data(as_text=True)
    assert "concerns" not in api_for("manager")("GET", home).get_json()
    with in_app():
        concern_id = db.session.execute(select(Concern.id)).scalar_one()
    assert manager.get(f"{home}/concerns/{concern_id}").status_code == 404
    listed = client_for("decision_maker").get("/accreditations?show=concerns").get_data(as_text=True)
    assert "Casa Voorbeeld" in listed and "1 concern" in listed
    assert post(assessor, f"{home}/concerns/{concern_id}", {"action": "close", "finding": ""}).status_code == 422
    done = post(assessor, f"{home}/concerns/{concern_id}", {"action": "close", "finding": "Niets aan de hand."})
    assert done.status_code == 303
    assert "Nothing here" in client_for("auditor").get("/accreditations?show=concerns").get_data(as_text=True)

    money_page = f"{home}/fundings/new"
    aid = {"year": "2026", "source": "Gemeente Proefstad", "amount_cents": "250000", "planned_cents": "200.000"}
    assert post(assessor, money_page, aid).status_code == 422  # 200.000 is not an amount
    aid |= {"planned_cents": "200000,00", "is_de_minimis": "y"}
    assert post(assessor, money_page, aid).status_code == 422  # de-minimis aid has a day
    assert post(assessor, money_page, {**aid, "granted_on": (today - 30 * DAY).isoformat()}).status_code == 303
    shown = manager.get(home).get_data(as_text=True)
    assert "Gemeente Proefstad" in shown and "above the plan" in shown and "50,000" in shown
    with in_app():
        row = db.session.execute(select(Funding)).scalar_one()
        assert (row.amount_cents, row.planned_cents) == (25_000_000, 20_000_000)
        funding_id, version = row.id, row.version_id
    edit = f"{home}/fundings/{funding_id}"
    more = {**aid, "amount_cents": "310000", "granted_on": today.isoformat(), "version": str(version)}
    assert post(assessor, edit, more).status_code == 303
    assert post(assessor, edit, more).status_code == 409
    assert "above the ceiling" in manager.get(home).get_data(as_text=True)
    item = api_for("manager")("GET", home).get_json()
    assert item["deMinimis"]["isOver"] and item["fundings"][0]["amountCents"] == 31_000_000


def test_the_clock_reminds_once(app: Any, demo: Any, in_app: Any, stands: Any) -> None:
    def turn(on: date) -> list[str]:
        now = start_of(on) + timedelta(hours=7)
        for what, identifier in accreditation_due(now):
            follow_accreditation(what, identifier, now=now)
        assert not accreditation_due(now)
        found = [event.kind for event in db.session.execute(select(Event).where(Event.at == now)).scalars()]
        return sorted(found)

    with in_app() as session:
        made = row_of(Accreditation, stands["id"])
        report, today = row_of(Obligation, stands["report"]), local_day(utcnow())
        for row in made.obligations:
            if row.id != report.id:
                row.done_at = utcnow()
        session.add(
            Concern(
                hub_id=made.hub_id, text="x", raised_at=utcnow(), owner_id=demo.people["assessor"].id,
                due_on=today + 40 * DAY,
            )
        )  # fmt: skip
        session.flush()
        assert turn(today) == ["condition.reminded"]
        assert turn(today + 12 * DAY) == ["concern.reminded"]
        assert turn(today + 21 * DAY) == ["condition.overdue"]
        assert turn(today + 41 * DAY) == ["concern.overdue"]
        assert turn(report.due_on) == ["obligation.reminded"] and turn(report.due_on + DAY) == ["obligation.overdue"]
        assert turn(made.ends_on - 30 * DAY) == ["accreditation.ending"]
        session.rollback()


# --- renewal -----------------------------------------------------------------------------------------------


def test_a_renewal_begins_with_what_is_known(app: Any, demo: Any, in_app: Any) -> None:
    with in_app() as session:
        made = granted(demo, "hub_a")
        before = row_of(Proposal, made.decision.proposal_id)
        answers = {
            "hub": {"registered_name": "Casa Voorbeeld", "legal_form": "stichting", "board": "Drie leden."},
            "plan": {"goals": "Groeien.", "plan_years": [{"year": 2026}]},
        }
        for code, content in answers.items():
            session.add(ProposalSection(proposal_id=before.id, code=code, content=content, updated_at=utcnow()))
        session.add(HubAnswerRecord(hub_id=made.hub_id, answers=12, usual_minutes=900, counted_at=utcnow()))
        session.flush()
        renewal = proposal_of(made.hub_id, "renewal", utcnow())
        renewal.decided_at, renewal.renews_id = None, made.id
        session.flush()
        renewal_handed_in(renewal, actor=actor_for(demo, "manager"), now=utcnow())
        assert [row.kind for row in made.obligations if row.done_at] == ["renewal"]
        known = prefill_renewal(renewal, now=utcnow())
        assert known["hub"]["board"] == "Drie leden." and known["plan"] == {"goals": "Groeien."}
        assert known["coverage"]["markets"] == ["CO"] and known["coverage"]["offices"] == ["Bogotá"]
        assert known["criteria_service_quality"]["E3"]
        for code, content in known.items():
            renewal.sections.append(ProposalSection(code=code, content={**content}, updated_at=utcnow()))
        hub = next(row for row in renewal.sections if row.code == "hub")
        hub.content = {**hub.content, "legal_form": "vereniging", "founding_year": 1999}
        marks = marks_of(renewal, now=utcnow())
        assert marks["hub"]["board"] == "unchanged" and marks["hub"]["legal_form"] == "changed"
        assert marks["hub"]["founding_year"] == "new" and marks["coverage"]["markets"] == "register"
        session.rollback()
