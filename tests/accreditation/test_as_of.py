"""What stood on a day: against a history that is lived through day by day, and by page and API."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hubs.accreditation.as_of import NEVER_SET, Period, agreements_in_force, standing_at
from hubs.core.clock import HOME, local_day, utcnow
from hubs.directory.lifecycle import ENDING_WITH_TERM, STANDING, HubStatus, status_on
from hubs.directory.models import HubProfile, StandingPeriod
from hubs.extensions import db
from tests.accreditation.standing_samples import granted, row_of

FIRST = date(2025, 10, 1)
DAYS = 420
POSTS = ("post_a", "post_b")


def instant(day: int, minute: int) -> datetime:
    local = datetime.combine(FIRST + timedelta(days=day), time(minute // 60, minute % 60), HOME)
    return local.astimezone(UTC)


@dataclass
class Side:
    post_id: str
    signed_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass
class Version:
    """What is stored of an agreement."""

    id: str = "a"
    lineage_id: str = "a"
    version_number: int = 1
    starts_on: date | None = FIRST
    ends_on: date | None = FIRST
    conditional_on_accreditation: bool = True
    state: str = "ended"  # the stored state of the very end must not matter
    end_reason: str | None = None
    offered_at: datetime | None = None
    hub_signed_at: datetime | None = None
    hub_ended_at: datetime | None = None
    ended_at: datetime | None = None
    posts: list[Side] = field(default_factory=lambda: [Side(post) for post in POSTS])


WHEN = st.tuples(st.integers(0, DAYS - 1), st.integers(0, 24 * 60 - 1))
SET = st.tuples(WHEN, st.sampled_from(list(HubStatus)), st.none() | st.integers(0, 200))
MOMENTS = st.lists(st.none() | WHEN, min_size=7, max_size=7)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(SET, max_size=8), MOMENTS, st.integers(0, 200), st.integers(0, 400))
def test_every_day_is_as_it_was_lived(sets: Any, moments: Any, start: int, length: int) -> None:
    sets = sorted(sets, key=lambda one: one[0])
    periods = [
        Period(
            status=status,
            from_at=instant(*when),
            ends_on=FIRST + timedelta(days=when[0] + days) if days is not None else None,
        )
        for when, status, days in sets
    ]
    at = [instant(*when) if when else None for when in moments]
    version = Version(starts_on=FIRST + timedelta(days=start), ends_on=FIRST + timedelta(days=start + length))
    version.offered_at = instant(0, 0)
    version.hub_signed_at, version.hub_ended_at, version.ended_at = at[0], at[1], at[2]
    for side, (signed, ended) in zip(version.posts, ((at[3], at[4]), (at[5], at[6])), strict=True):
        side.signed_at, side.ended_at = signed, ended

    state, ends_on, before = HubStatus.REGISTERED, None, HubStatus.REGISTERED
    waiting = list(zip(periods, sets, strict=True))
    for day in range(DAYS):
        on, end = FIRST + timedelta(days=day), instant(day, 24 * 60 - 1) + timedelta(seconds=59)
        if ends_on is not None and on > ends_on and state in ENDING_WITH_TERM:
            state = HubStatus.EXPIRED
        while waiting and waiting[0][1][0][0] == day:
            period = waiting.pop(0)[0]
            state, ends_on = HubStatus(period.status), period.ends_on
        found = standing_at(periods, on)
        assert (found.status, found.before) == (state, before), on
        assert found.is_accredited == (state in STANDING)
        assert (found.ground == NEVER_SET) == (found.period is None)
        assert found.since_on is None or found.since_on <= on
        before = state
        held = _held(version, state, on, end)
        assert agreements_in_force([version], state, on).get("a", frozenset()) == held, on


def _held(version: Version, state: str, on: date, end: datetime) -> frozenset[str]:
    """The posts for which it was in force at the end of a day, by what had happened until then."""

    def happened(moment: datetime | None) -> bool:
        return moment is not None and moment <= end

    over = happened(version.hub_ended_at) or happened(version.ended_at)
    assert version.starts_on and version.ends_on
    if state not in STANDING or over or not happened(version.hub_signed_at):
        return frozenset()
    if not version.starts_on <= on <= version.ends_on:
        return frozenset()
    return frozenset(side.post_id for side in version.posts if happened(side.signed_at) and not happened(side.ended_at))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(list(HubStatus)), st.none() | st.integers(-40, 40), st.none() | st.integers(-40, 40),
    st.integers(0, 40), st.integers(-60, 90),
)  # fmt: skip
def test_profile_and_column_tell_the_same(
    state: str, ends: int | None, starts: int | None, term: int, day: int
) -> None:
    """`HubProfile.status_on` follows `status_on`, day by day, with a standing that takes over by itself."""
    profile = HubProfile(id="x", state=state, standing_ends_on=None if ends is None else FIRST + timedelta(days=ends))
    if starts is not None:
        profile.next_state, profile.next_from_on = HubStatus.CONDITIONAL, FIRST + timedelta(days=starts)
        profile.next_ends_on = profile.next_from_on + timedelta(days=term)
    on = FIRST + timedelta(days=day)
    expected = state
    if starts is not None and day >= starts:
        expected = HubStatus.EXPIRED if day > starts + term else HubStatus.CONDITIONAL
    elif ends is not None and day > ends and state in ENDING_WITH_TERM:
        expected = HubStatus.EXPIRED
    assert profile.status_on(on) == expected == status_on(state, profile.standing_ends_on, on, profile.coming)


def test_page_and_api_answer_for_every_day(app: Any, demo: Any, in_app: Any, client_for: Any, api_for: Any) -> None:
    today = local_day(utcnow())
    with in_app() as session:
        accreditation = granted(demo, "hub_b", starts_on=today)
        hub = row_of(HubProfile, accreditation.hub_id)
        version = accreditation.guideline_version.name
        reference = accreditation.decision.reference
        old = StandingPeriod(
            hub_id=hub.id, status="accredited", from_at=utcnow() - timedelta(days=200), ground="administrator",
            by_person_id=demo.people["administrator"].id,
        )  # fmt: skip
        session.add(old)
        assert accreditation.state == "granted"
        from hubs.accreditation.operations.duties import check_criterion
        from hubs.accreditation.operations.standing import activate
        from tests.referrals.builders import actor_for

        keeper, now = actor_for(demo, "assessor"), utcnow()
        check_criterion(accreditation, "G1", actor=keeper, now=now)
        activate(accreditation, actor=keeper, now=now)
        hub_id = hub.id
        session.commit()
    page = client_for("anonymous").get(f"/register/hub-andes/standing?on={today}&lang=en").get_data(as_text=True)
    assert "Yes. On" in page and version in page and reference in page and "Carla Besluit" not in page
    assert "Bogot" in page  # the agreement that was in force, with its post
    assert "Carla Besluit" in client_for("auditor").get("/register/hub-andes/standing").get_data(as_text=True)
    earlier = (today - timedelta(days=30)).isoformat()
    page = client_for("anonymous").get(f"/register/hub-andes/standing?on={earlier}&lang=nl").get_data(as_text=True)
    assert reference not in page and 'data-state="accredited"' in page
    for asked in ("tomorrow", (today + timedelta(days=1)).isoformat(), "2026-13-01"):
        assert client_for("anonymous").get(f"/register/hub-andes/standing?on={asked}").status_code == 422
    ask = api_for("post")
    answer = ask("GET", f"/hubs/{hub_id}/standing").get_json()
    assert (answer["status"], answer["ground"], answer["decision"]) == ("accredited", "decision", reference)
    assert "decidedBy" not in answer and answer["agreements"][0]["posts"][0]["kind"] == "post"
    assert api_for("auditor")("GET", f"/hubs/{hub_id}/standing").get_json()["decidedBy"] == "Carla Besluit"
    first = ask("GET", f"/hubs/{hub_id}/standing?on={(today - timedelta(days=300)).isoformat()}").get_json()
    assert (first["status"], first["ground"], first["agreements"]) == ("registered", "none", [])
    assert ask("GET", f"/hubs/{hub_id}/standing?on={(today + timedelta(days=1)).isoformat()}").status_code == 400
    assert ask("GET", f"/hubs/{hub_id}/standing?on=never").status_code == 400
    with in_app():
        assert db.session.get(HubProfile, hub_id).follows_decisions
