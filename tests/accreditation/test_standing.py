"""The life of an accreditation: what a decision does to standing, agreements, routing and open referrals."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hubs.accreditation.lifecycle import AccreditationState as A
from hubs.accreditation.models import Accreditation, Interest, Obligation
from hubs.accreditation.operations import standing
from hubs.accreditation.operations.attempts import Conflicted
from hubs.accreditation.operations.due import accreditation_due, follow_accreditation
from hubs.accreditation.operations.duties import check_criterion
from hubs.accreditation.queries.activation import activation_checks
from hubs.accreditation.queries.standing import standing_on
from hubs.agreements.models import Agreement
from hubs.agreements.operations import agreements_due
from hubs.core.clock import local_day, start_of, utcnow
from hubs.core.errors import RuleViolation, WrongState
from hubs.core.events import Event
from hubs.directory.models import HubProfile, StandingPeriod
from hubs.extensions import db
from hubs.outbox.reminders import run_once
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.operations import act_on_referral, act_on_request, receipt_for, set_hub_status
from hubs.referrals.operations.accepting import acceptance_problems
from tests.accreditation.standing_samples import granted, row_of, signed
from tests.conftest import post
from tests.referrals.builders import actor_for, destinations, question
from tests.world import agreement

DAY = timedelta(days=1)


def ready(demo: Any, hub: str, **values: Any) -> Accreditation:
    """Granted, with what a person checks already there: active at once where an agreement is signed."""
    made = granted(demo, hub, **values)
    if made.state == A.GRANTED and made.starts_on <= local_day(utcnow()):
        keeper = actor_for(demo, "assessor")
        check_criterion(made, "G1", actor=keeper, now=utcnow())
        standing.activate(made, actor=keeper, now=utcnow())
    return made


def profile(demo: Any, hub: str) -> HubProfile:
    return row_of(HubProfile, demo.organisations[hub])


def places(support_request: Any, now: Any) -> list[str]:
    return [place.organisation_id for place in receipt_for(support_request, now=now).destinations]


def test_a_new_hub_waits_until_everything_is_met(app: Any, demo: Any, in_app: Any, client_for: Any) -> None:
    with in_app() as session:
        made = granted(demo, "hub_new")
        hub, keeper, now = profile(demo, "hub_new"), actor_for(demo, "assessor"), utcnow()
        assert (made.state, hub.state, hub.follows_decisions) == (A.GRANTED, "registered", True)
        assert {check.code: check.is_met for check in activation_checks(made, local_day(now))} == {
            "F2": False, "G1": False,
        }  # fmt: skip
        with pytest.raises(RuleViolation) as refused:
            standing.activate(made, actor=keeper, now=now)
        assert {problem.values["criterion"] for problem in refused.value.problems} == {"F2", "G1"}
        kinds = {row.kind for row in made.obligations}
        assert kinds == {"yearly_plan", "yearly_report", "mid_term_review", "renewal"}
        agreement(demo, "hub_new", "post", state="signed", conditional_on_accreditation=True)
        assert activation_checks(made, local_day(now))[0].is_met
        identifier = made.id
        session.commit()
    page = client_for("assessor")
    shown = page.get(f"/accreditations/{identifier}").get_data(as_text=True)
    assert "Not active yet" in shown and "Make it active" not in shown
    path = f"/accreditations/{identifier}"
    assert post(page, path, {"action": "activate"}).status_code == 422
    assert post(page, path, {"action": "check", "criterion": "F2"}).status_code == 422
    assert post(page, path, {"action": "check", "criterion": "G1"}).status_code == 303
    assert post(client_for("new_manager"), path, {"action": "activate"}, "/account").status_code == 403
    assert post(page, path, {"action": "activate"}).status_code == 303
    assert post(page, path, {"action": "activate"}, "/account").status_code == 409
    with in_app():
        made, hub = row_of(Accreditation, identifier), profile(demo, "hub_new")
        assert (made.state, hub.state, hub.standing_ends_on) == (A.ACTIVE, "accredited", made.ends_on)
        assert made.registers_contacts_at is not None
        mine = db.session.execute(select(Agreement).where(Agreement.hub_id == hub.id)).scalar_one()
        assert mine.state == "in_force"
        assert demo.organisations["hub_new"] in places(question(demo), utcnow())
    own = client_for("new_manager")
    assert own.get("/accreditation").headers["Location"].endswith(identifier)
    assert client_for("far_manager").get(path).status_code == 404
    text = client_for("anonymous").get("/register/kamer-nieuw-pereira?lang=en").get_data(as_text=True)
    assert "This holds up to and including" in text


def test_a_term_that_is_over_counts_without_a_scheduler(app: Any, demo: Any, in_app: Any) -> None:
    with in_app() as session:
        today = local_day(utcnow())
        made = ready(demo, "hub_a", ends_on=today)
        asked, hub = question(demo), profile(demo, "hub_a")
        now, tomorrow = utcnow(), start_of(today + DAY) + timedelta(hours=9)
        assert hub.id in places(asked, now)
        data = {"destinations": destinations(demo, "hub_a")}
        act_on_request(asked, "refer", actor=actor_for(demo, "officer"), now=now, data=data)
        referral = asked.referrals[0]
        assert "hub_standing" not in {problem.code for problem in acceptance_problems(referral, now)}
        # nothing ran: the table that was compiled today is not asked tomorrow
        assert "hub_standing" in {problem.code for problem in acceptance_problems(referral, tomorrow)}
        other = question(demo, kvk="90000777")
        assert hub.id in places(other, now) and hub.id not in places(other, tomorrow)
        assert (hub.state, hub.status_on(today), hub.status_on(today + DAY)) == ("accredited", "accredited", "expired")
        assert hub.since_on(today + DAY) == today + DAY
        assert demo.agreements["hub_a"] in agreements_due(tomorrow)
        identifier, referral_id = made.id, referral.id
        session.commit()
    with in_app():
        run_once(tomorrow)
    with in_app():
        made, hub = row_of(Accreditation, identifier), profile(demo, "hub_a")
        assert (made.state, hub.state, hub.follows_decisions) == (A.EXPIRED, "expired", True)
        assert row_of(Agreement, demo.agreements["hub_a"]).state == "paused"
        assert row_of(Referral, referral_id).state == "withdrawn"
        period = db.session.execute(select(StandingPeriod).order_by(StandingPeriod.id.desc())).scalars().first()
        assert (period.status, period.ground, period.from_at) == ("expired", "rule", start_of(today + DAY))
        assert all(row.cancelled_at or row.done_at for row in made.obligations)
        assert standing_on(hub, today, tells_people=False).standing.status == "accredited"
        assert not accreditation_due(tomorrow)


def test_suspended_lifted_withdrawn(app: Any, demo: Any, in_app: Any, client_for: Any, api_for: Any) -> None:
    with in_app() as session:
        made = ready(demo, "hub_a")
        now, officer, manager = utcnow(), actor_for(demo, "officer"), actor_for(demo, "manager")
        accepted, fresh, paused = (question(demo, kvk=f"9000088{n}") for n in range(3))
        for one in (accepted, fresh, paused):
            act_on_request(one, "refer", actor=officer, now=now, data={"destinations": destinations(demo, "hub_a")})
        act_on_referral(accepted.referrals[0], "accept", actor=manager, now=now, data={})
        act_on_referral(paused.referrals[0], "accept", actor=manager, now=now, data={})
        act_on_referral(paused.referrals[0], "ask", actor=manager, now=now, data={"note": "Welke stad?"})
        keep = paused.referrals[0].due_at
        decider = actor_for(demo, "decision_maker_2")
        decision = signed(demo, "hub_a", "suspend", accreditation_id=made.id)
        standing.suspend_by(decision, actor=decider, now=now)
        hub = profile(demo, "hub_a")
        assert (made.state, hub.state, hub.standing_ends_on) == (A.SUSPENDED, "suspended", made.ends_on)
        assert row_of(Agreement, demo.agreements["hub_a"]).state == "paused"
        assert fresh.referrals[0].state == "withdrawn" and fresh.state == "in_hand" and fresh.due_at is not None
        back = db.session.execute(
            select(Event).where(Event.kind == "support_request.back_at_desk", Event.subject_id == fresh.id)
        ).scalar_one()
        assert demo.organisations["hub_b"] in back.data["next"]  # the next places, ranked
        assert hub.id not in places(fresh, now)
        assert accepted.referrals[0].state == "accepted" and accepted.referrals[0].keep_asked_at == now
        with pytest.raises(WrongState):
            standing.suspend_by(decision, actor=decider, now=now)
        ids = {"accepted": accepted.referrals[0].id, "paused": paused.referrals[0].id, "made": made.id}
        reference, question_reference = accepted.referrals[0].reference, accepted.reference
        other_reference = paused.referrals[0].reference
        session.commit()
    officer_page = client_for("officer")
    work = officer_page.get("/work").get_data(as_text=True)
    assert "Choose: leave it there or take it back" in work and "has no accreditation now" in work
    assert "Leave it there" in officer_page.get(f"/questions/{question_reference}").get_data(as_text=True)
    shown = officer_page.get(f"/referrals/{reference}").get_data(as_text=True)
    assert "Leave it there" in shown and 'id="take-back" open' in shown
    assert post(officer_page, f"/referrals/{reference}", {"action": "keep"}).status_code == 303
    assert "Leave it there" not in officer_page.get(f"/referrals/{reference}").get_data(as_text=True)
    assert post(officer_page, f"/referrals/{reference}", {"action": "keep"}, "/account").status_code == 422
    call = api_for("post")
    item = call("GET", f"/referrals/{ids['paused']}").get_json()
    assert {"keep", "recall"} <= set(item["actions"])
    kept = call("POST", f"/referrals/{ids['paused']}/transitions", {"action": "keep", "note": "Ga verder."})
    assert kept.status_code == 200 and kept.get_json()["state"] == "paused" and "keep" not in kept.get_json()["actions"]
    assert api_for("hub_a")("POST", f"/referrals/{ids['paused']}/transitions", {"action": "keep"}).status_code == 403
    taken = post(officer_page, f"/referrals/{other_reference}", {"action": "recall", "note": "Toch liever elders."})
    assert taken.status_code == 303
    with in_app() as session:
        made, hub = row_of(Accreditation, ids["made"]), profile(demo, "hub_a")
        assert row_of(Referral, ids["paused"]).state == "recalled" and keep is not None
        decider = actor_for(demo, "decision_maker_2")
        standing.lift_by(
            signed(demo, "hub_a", "lift_suspension", accreditation_id=made.id), actor=decider, now=utcnow()
        )
        assert (made.state, hub.state) == (A.ACTIVE, "accredited")
        assert row_of(Agreement, demo.agreements["hub_a"]).state == "in_force"
        assert row_of(Referral, ids["accepted"]).keep_asked_at is None
        standing.withdraw_by(signed(demo, "hub_a", "withdraw", accreditation_id=made.id), actor=decider, now=utcnow())
        assert (made.state, hub.state, hub.standing_ends_on) == (A.WITHDRAWN, "withdrawn", None)
        assert all(row.cancelled_at for row in made.obligations)
        session.commit()
    stone = client_for("anonymous").get("/register/casa-voorbeeld?lang=en").get_data(as_text=True)
    assert "Accreditation withdrawn on" in stone and "Ask Casa" not in stone and "95" not in stone
    assert "/register/casa-voorbeeld/standing" in stone
    listed = client_for("anonymous").get("/register?q=casa+voorbeeld&status=withdrawn").get_data(as_text=True)
    assert "casa-voorbeeld" in listed


def test_a_renewal_takes_over_on_its_day(app: Any, demo: Any, in_app: Any) -> None:
    with in_app() as session:
        today = local_day(utcnow())
        first = ready(demo, "hub_a", ends_on=today + 10 * DAY)
        later = granted(
            demo, "hub_a", kind="accredit_with_conditions", starts_on=today + 11 * DAY, proposal_kind="renewal"
        )
        hub = profile(demo, "hub_a")
        assert (later.state, later.replaces_id, later.checked.keys()) == (A.GRANTED, first.id, {"G1"})
        assert (hub.state, hub.standing_ends_on) == ("accredited", first.ends_on)
        days = {n: hub.status_on(today + n * DAY) for n in (0, 10, 11, 400, 11 + 3 * 365 + 1)}
        assert list(days.values()) == ["accredited", "accredited", "conditional", "conditional", "expired"]
        on_day = start_of(today + 11 * DAY) + timedelta(hours=8)
        asked = question(demo)
        assert hub.id in places(asked, on_day)  # no gap, though nothing ran
        shown = standing_on(hub, today + 11 * DAY, tells_people=True)
        assert shown.standing.status == "conditional" and shown.decision.id == later.decision_id
        due = accreditation_due(on_day)
        assert [kind for kind, _id in due][:2] == ["accreditation.start", "accreditation.expire"]
        for kind, identifier in due:
            follow_accreditation(kind, identifier, now=on_day)
        assert (first.state, later.state, hub.state, hub.coming) == (A.REPLACED, A.ACTIVE, "conditional", None)
        assert (hub.standing_ends_on, hub.status_since) == (later.ends_on, start_of(today + 11 * DAY))
        assert all(row.cancelled_at for row in first.obligations) and not any(r.cancelled_at for r in later.obligations)
        session.rollback()


def test_a_suspension_holds_back_what_was_planned(app: Any, demo: Any, in_app: Any) -> None:
    with in_app() as session:
        today, decider = local_day(utcnow()), actor_for(demo, "decision_maker_2")
        first = ready(demo, "hub_a", ends_on=today + 10 * DAY)
        later = granted(demo, "hub_a", starts_on=today + 11 * DAY, proposal_kind="renewal")
        hub = profile(demo, "hub_a")
        standing.suspend_by(signed(demo, "hub_a", "suspend", accreditation_id=first.id), actor=decider, now=utcnow())
        assert hub.coming is None and hub.status_on(today + 11 * DAY) == "expired"
        lift = signed(demo, "hub_a", "lift_suspension", accreditation_id=first.id)
        standing.lift_by(lift, actor=decider, now=utcnow())
        assert hub.coming is not None and hub.status_on(today + 11 * DAY) == "accredited"
        standing.withdraw_by(signed(demo, "hub_a", "withdraw", accreditation_id=first.id), actor=decider, now=utcnow())
        assert (later.state, hub.coming) == (A.WITHDRAWN, None)
        session.rollback()


def test_a_mistake_is_mended_by_a_new_decision(app: Any, demo: Any, in_app: Any) -> None:
    with in_app() as session:
        decider = actor_for(demo, "decision_maker_2")
        first = ready(demo, "hub_a")
        today, hub = local_day(utcnow()), profile(demo, "hub_a")
        better = signed(
            demo, "hub_a", "accredit_with_conditions", starts_on=today, ends_on=today + 700 * DAY,
            replaces_id=first.decision_id, proposal_id=first.decision.proposal_id,
        )  # fmt: skip
        mended = standing.correct_by(better, actor=decider, now=utcnow())
        assert mended is not None
        assert (first.state, mended.state, hub.state) == (A.REPLACED, A.ACTIVE, "conditional")
        assert hub.standing_ends_on == mended.ends_on == today + 700 * DAY
        refusal = signed(demo, "hub_a", "refuse", replaces_id=better.id, proposal_id=first.decision.proposal_id)
        assert standing.correct_by(refusal, actor=decider, now=utcnow()) is mended
        assert (mended.state, hub.state) == (A.WITHDRAWN, "withdrawn")
        assert standing.correct_by(refusal, actor=decider, now=utcnow()) is None
        periods = db.session.execute(
            select(StandingPeriod.status).where(StandingPeriod.hub_id == hub.id).order_by(StandingPeriod.id)
        )
        assert list(periods.scalars()) == ["accredited", "conditional", "withdrawn"]
        session.rollback()


def test_a_mistake_is_mended_before_its_first_day(app: Any, demo: Any, in_app: Any) -> None:
    with in_app() as session:
        today, decider = local_day(utcnow()), actor_for(demo, "decision_maker_2")
        ready(demo, "hub_a", ends_on=today + 10 * DAY)
        later = granted(demo, "hub_a", starts_on=today + 11 * DAY, proposal_kind="renewal")
        hub = profile(demo, "hub_a")
        assert hub.status_on(today + 11 * DAY) == "accredited"
        refusal = signed(
            demo, "hub_a", "refuse", replaces_id=later.decision_id, proposal_id=later.decision.proposal_id
        )  # fmt: skip
        standing.correct_by(refusal, actor=decider, now=utcnow())
        assert (later.state, hub.state, hub.coming) == (A.WITHDRAWN, "accredited", None)
        assert hub.status_on(today + 11 * DAY) == "expired"
        session.rollback()


def test_what_a_mistake_replaced_stands_again(app: Any, demo: Any, in_app: Any) -> None:
    """A change of scope that should not have been given, even after its own conditions were mended."""
    with in_app() as session:
        today, decider = local_day(utcnow()), actor_for(demo, "decision_maker_2")
        first = ready(demo, "hub_a", ends_on=today + 400 * DAY)
        owed = [row for row in first.obligations if row.done_at is None]
        wrong = granted(demo, "hub_a", ends_on=today + 400 * DAY, proposal_kind="scope_change")
        assert (first.state, wrong.state) == (A.REPLACED, A.ACTIVE) and all(row.cancelled_at for row in owed)
        mended = standing.correct_by(
            signed(
                demo, "hub_a", "accredit_with_conditions", starts_on=today, ends_on=today + 400 * DAY,
                replaces_id=wrong.decision_id, proposal_id=wrong.decision.proposal_id,
            ), actor=decider, now=utcnow(),
        )  # fmt: skip
        assert mended is not None and (wrong.state, profile(demo, "hub_a").state) == (A.REPLACED, "conditional")
        refusal = signed(
            demo, "hub_a", "refuse", replaces_id=mended.decision_id, proposal_id=wrong.decision.proposal_id
        )  # fmt: skip
        standing.correct_by(refusal, actor=decider, now=utcnow())
        hub = profile(demo, "hub_a")
        assert (mended.state, first.state, first.ended_at) == (A.WITHDRAWN, A.ACTIVE, None)
        assert (hub.state, hub.standing_ends_on) == ("accredited", first.ends_on)
        assert owed and not any(row.cancelled_at for row in owed)
        session.rollback()


def test_an_administrator_sets_it_only_before_the_first_proposal(
    app: Any, demo: Any, in_app: Any, client_for: Any, api_for: Any
) -> None:
    page, path = client_for("administrator"), "/hubs/hub-andes"
    assert post(page, path, {"action": "suspend", "reason": "Uit de tijd hiervoor."}).status_code == 303
    with in_app() as session:
        period = db.session.execute(select(StandingPeriod)).scalar_one()
        assert (period.status, period.ground) == ("suspended", "administrator")
        assert period.by_person_id == demo.people["administrator"].id
        profile(demo, "hub_b").follows_decisions = True
        session.commit()
    refused = post(page, path, {"action": "accredit", "reason": "Toch wel."}, "/account")
    text = refused.get_data(as_text=True)
    assert refused.status_code == 422 and "only a signed decision changes its standing" in text
    assert 'value="accredit"' not in text
    answer = api_for("administrator")(
        "POST", f"/hubs/{demo.organisations['hub_b']}/transitions", {"action": "accredit", "reason": "Toch wel."}
    )
    assert answer.status_code == 422 and answer.get_json()["errors"][0]["code"] == "follows_decisions"
    shown = api_for("post")("GET", f"/hubs/{demo.organisations['hub_b']}").get_json()
    assert shown["followsDecisions"] is True and shown["actions"] == [] and shown["state"] == "suspended"


def test_nobody_acts_on_a_hub_in_which_they_have_an_interest(app: Any, demo: Any, in_app: Any, client_for: Any) -> None:
    with in_app() as session:
        made = granted(demo, "hub_a")
        session.add(
            Interest(person_id=demo.people["assessor"].id, hub_id=made.hub_id, declared_at=utcnow(), note="Neef.")
        )
        session.flush()
        with pytest.raises(Conflicted):
            check_criterion(made, "G1", actor=actor_for(demo, "assessor"), now=utcnow())
        identifier = made.id
        session.commit()
    path = f"/accreditations/{identifier}"
    assert post(client_for("assessor"), path, {"action": "check", "criterion": "G1"}).status_code == 403
    assert post(client_for("assessor"), path, {"action": "activate"}, "/account").status_code == 403
    with in_app():
        kinds = db.session.execute(select(Event.kind).where(Event.subject_id == identifier)).scalars().all()
        assert kinds.count("accreditation.attempt_refused") == 2


def test_set_hub_status_writes_a_period_each_time(app: Any, demo: Any, in_app: Any) -> None:
    with in_app():
        hub, actor = profile(demo, "hub_dev"), actor_for(demo, "administrator")
        for action in ("accredit", "suspend", "develop", "withdraw_accreditation", "accredit_conditionally", "expire"):
            set_hub_status(hub, action, actor=actor, now=utcnow(), reason="Proef.")
        statuses = list(db.session.execute(select(StandingPeriod.status).order_by(StandingPeriod.id)).scalars())
        assert statuses == ["accredited", "suspended", "in_development", "withdrawn", "conditional", "expired"]
        assert db.session.execute(select(Obligation)).first() is None
        assert db.session.execute(select(SupportRequest.id)).first() is None
