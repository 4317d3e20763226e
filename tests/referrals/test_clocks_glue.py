"""Terms on real calendars: holidays, closures and time zones of the office that must act (domain.md, rule 6)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from hubs.accounts.models import Office
from hubs.agreements.models import Agreement
from hubs.core.calendars import DueCode
from hubs.core.clock import utcnow
from hubs.core.events import Event
from hubs.core.stamps import ROUTING, bump
from hubs.directory.models import Closure, OfficeHoliday
from hubs.reference.models import Holiday
from hubs.referrals import terms
from hubs.referrals.loading import load_terms
from hubs.referrals.models import RoutingRules, Term
from hubs.referrals.operations import act_on_request, receipt_for, recompute_market, recompute_office
from hubs.referrals.operations.rules import breach
from tests.referrals.builders import actor_for, question
from tests.referrals.test_operations import refer

WEEK = {str(day): [["08:00", "16:30"]] for day in range(5)}
MONDAY = datetime(2026, 11, 23, 15, 10, tzinfo=UTC)  # 10.10 in Bogotá


def weekdays(session: Any, demo: Any, name: str = "post") -> Office:
    office = session.get(Office, demo.offices[name])
    office.hours = WEEK
    bump(session, ROUTING)
    return office


def test_a_term_ends_in_the_offices_own_hours(in_app: Any, demo: Any) -> None:
    with in_app() as session:
        office = weekdays(session, demo)
        asked = question(demo, now=MONDAY)
        # 16 hours: 6 h 20 on Monday, 8 h 30 on Tuesday, 1 h 10 on Wednesday
        assert asked.due_at == datetime(2026, 11, 25, 14, 10, tzinfo=UTC)
        status = terms.clock_status(asked, terms.calendar_of(session, office, MONDAY), MONDAY)
        assert status.code == DueCode.LATER and status.remaining.count == 1


def test_a_closure_added_late_moves_running_clocks_and_is_told(in_app: Any, demo: Any) -> None:
    with in_app() as session:
        office = weekdays(session, demo)
        asked = question(demo, now=MONDAY)
        before = asked.due_at
        session.add(Closure(office_id=office.id, starts_on=date(2026, 11, 24), ends_on=date(2026, 11, 24)))
        bump(session, ROUTING)
        assert recompute_office(office, actor=actor_for(demo, "head"), now=MONDAY) == 1
        assert asked.due_at == before + timedelta(days=1)
        moved = session.execute(select(Event).where(Event.kind == "support_request.clock_moved")).scalar_one()
        assert (moved.data["before"], moved.data["after"]) == (before.isoformat(), asked.due_at.isoformat())
        assert recompute_office(office, actor=actor_for(demo, "head"), now=MONDAY) == 0


def test_what_is_late_stays_late(in_app: Any, demo: Any) -> None:
    with in_app() as session:
        office = weekdays(session, demo)
        asked = question(demo, now=MONDAY)
        late = asked.due_at + timedelta(hours=1)
        session.add(Closure(office_id=office.id, starts_on=date(2026, 11, 24), ends_on=date(2026, 11, 24)))
        bump(session, ROUTING)
        assert recompute_office(office, actor=actor_for(demo, "head"), now=late) == 0


def test_a_holiday_announced_late_moves_the_receivers_clock(in_app: Any, demo: Any) -> None:
    with in_app() as session:
        weekdays(session, demo, "hub_a")
        asked = question(demo, now=MONDAY)
        referral = refer(demo, asked, "hub_a", now=MONDAY)
        due, decide = referral.due_at, referral.decide_due_at
        session.add(Holiday(market="CO", on=date(2026, 11, 24), name_nl="Rouwdag", name_en="Day of mourning"))
        session.flush()
        bump(session, ROUTING)
        assert recompute_market("CO", actor=actor_for(demo, "administrator"), now=MONDAY) >= 1
        assert referral.due_at == due + timedelta(days=1)
        assert referral.decide_due_at == decide + timedelta(days=1)


def test_an_office_may_work_on_a_holiday(in_app: Any, demo: Any) -> None:
    with in_app() as session:
        office = weekdays(session, demo)
        session.add(Holiday(market="CO", on=date(2026, 11, 24), name_nl="Rouwdag", name_en="Day of mourning"))
        session.add(OfficeHoliday(office_id=office.id, on=date(2026, 11, 24), is_worked=True))
        session.flush()
        bump(session, ROUTING)
        assert terms.calendar_of(session, office, MONDAY).spans_on(date(2026, 11, 24))


def test_an_office_shut_beyond_the_bound_is_left_off(in_app: Any, demo: Any) -> None:
    with in_app() as session:
        now = utcnow()
        office = session.get(Office, demo.offices["hub_a"])
        first = now.date() - timedelta(days=1)
        session.add(Closure(office_id=office.id, starts_on=first, ends_on=first + timedelta(days=20)))
        session.flush()
        bump(session, ROUTING)
        advice = receipt_for(question(demo), now=now)
        assert advice.first()[0].organisation_id == demo.organisations["hub_b"]
        left_off = {row.organisation_id: {f.rule for f in row.failed} for row in advice.excluded}
        assert left_off[demo.organisations["hub_a"]] == {"closed"}


def test_the_agreement_sets_the_limits(in_app: Any, demo: Any) -> None:
    with in_app() as session:
        agreement = session.get(Agreement, demo.agreements["hub_a"])
        agreement.acknowledge_hours, agreement.decide_hours, agreement.decide_outer_days = 2, 5, 1
        session.flush()
        now = utcnow()
        referral = refer(demo, question(demo), "hub_a", now=now)
        assert referral.due_at - now <= timedelta(hours=2, minutes=2)
        assert referral.decide_due_at - now <= timedelta(hours=5, minutes=2)


def test_terms_load_once_and_keep_what_a_person_edited(in_app: Any, app: Any) -> None:
    with in_app() as session:
        now = utcnow()
        assert load_terms(session, now).has_changes is False
        term = session.get(Term, "first_reply")
        term.working_hours, term.edited_at = 4, now
        session.flush()
        assert load_terms(session, now).tables["terms"].kept == ["first_reply"]
        assert session.get(Term, "first_reply").working_hours == 4
        assert session.execute(select(RoutingRules.version)).scalars().all() == ["2026.1"]


def test_that_a_term_was_over_is_kept_for_good_schedule_or_not(in_app: Any, demo: Any) -> None:
    """The dossier counts what was late, long after the clock itself was stopped (letter rec. 9)."""
    with in_app() as session:
        weekdays(session, demo)
        officer = actor_for(demo, "officer")
        noticed, unnoticed, in_time = (question(demo, now=MONDAY, kvk=f"9000120{n}") for n in range(3))
        due, late = noticed.due_at, noticed.due_at + timedelta(hours=1)
        assert breach("support_requests", noticed.id, now=late)
        for asked, now in ((noticed, late), (unnoticed, late), (in_time, MONDAY + timedelta(hours=1))):
            act_on_request(asked, "close_unserved", actor=officer, now=now, data={"note": "Wij konden niet helpen."})
            assert asked.due_at is asked.breached_at is None
        assert (noticed.late_at, unnoticed.late_at, in_time.late_at) == (due, due, None)
