"""A draft of the guideline tried on past proposals: what flips, why, what is unknown, and at what cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from hubs.accreditation.cases import Case, Yardstick
from hubs.accreditation.models import CalibrationItem, CalibrationRound
from hubs.accreditation.results import result_for, results_for_many
from hubs.accreditation.scoring import Given
from hubs.accreditation.tryout import Reason, Unknown, tried_out
from hubs.core.clock import utcnow
from hubs.guideline.criteria import Answer, Better, Criterion, Rule
from hubs.guideline.models import GuidelineVersion
from hubs.guideline.operations import create_draft
from tests.accreditation.builders import assessed_proposal, assigned_proposal
from tests.accreditation.test_calibration import replaced_assessor
from tests.referrals.builders import actor_for

SCALE = Criterion("A", "g", Answer.SCALE, Rule.KNOCK_OUT, weight=Decimal(2), threshold=Decimal(2), better=Better.HIGHER)
FACT = Criterion("B", "g", Answer.YES_NO, Rule.MANDATORY, weight=Decimal(1), better=Better.HIGHER, position=1)
NEW = Criterion("C", "g", Answer.YES_NO, Rule.KNOCK_OUT, weight=Decimal(1), better=Better.HIGHER, position=2)
OWN = Yardstick((SCALE, FACT), Decimal(55))


def case(level: int, fact: bool | None = True, number: int = 1) -> Case:
    given = {"A": Given("A", levels=(level, level)), "B": Given("B", value=fact)}
    return Case(str(number), f"V-{number}", "hub", "new", frozenset(), "own", given)


@pytest.mark.parametrize(
    ("draft", "unknown", "flips", "reasons", "unanswered"),
    [
        (OWN, "left_out", 0, (), ""),
        ((replace(SCALE, threshold=Decimal(3)), FACT), "left_out", 1, (Reason("knock_outs_fail", ("A",)),), ""),
        ((replace(SCALE, rule=Rule.INFORMATIVE), FACT), "left_out", 0, (), ""),
        ((SCALE, FACT, NEW), "left_out", 0, (), "C"),
        ((SCALE, FACT, NEW), "failed", 2, (Reason("knock_outs_fail", ("C",)), Reason("below_pass_mark")), "C"),
        ((SCALE, replace(FACT, answer=Answer.SCALE)), "left_out", 1, (Reason("below_pass_mark"),), "B"),
    ],
)
def test_what_flips_and_why(draft: Any, unknown: str, flips: int, reasons: Any, unanswered: str) -> None:
    measure = draft if isinstance(draft, Yardstick) else Yardstick(draft, Decimal(55))
    found = tried_out([case(2), case(4, number=2)], {"own": OWN}, measure, unknown=Unknown(unknown))
    assert (found.tried, len(found.flips), sum(found.counts.values())) == (2, flips, 2)
    if flips:
        assert found.flips[0].reasons == reasons
    assert dict(found.unknown) == dict.fromkeys(unanswered, 2)


def test_what_was_left_open_then_counts_as_failed_now_too() -> None:
    own_open = replace(case(4), given={"A": Given("A", levels=(4, 4))})
    found = tried_out([own_open], {"own": OWN}, OWN, unknown=Unknown.LEFT_OUT)
    assert not found.flips and not found.unknown and found.counts == {("conditional", "conditional"): 1}


def draft_of(session: Any, demo: Any, change: Callable[[dict[str, Any]], None]) -> GuidelineVersion:
    """A draft of the version in force with its criteria changed."""
    based_on = session.query(GuidelineVersion).filter_by(state="in_force").one()
    draft = create_draft(based_on, name="2027-1", note=None, actor=actor_for(demo, "administrator"), now=utcnow())
    change({row.code: row for row in draft.criteria})
    session.flush()
    return draft


def stricter(rows: dict[str, Any]) -> None:
    rows["A1"].threshold = Decimal(3)
    rows["A4"].code = "A9"  # asked anew


@pytest.fixture
def past(in_app: Any, demo: Any) -> dict[str, str]:
    with in_app() as session:
        weak = assessed_proposal(session, demo, levels={"A1": (2, 3)})
        good = assessed_proposal(session, demo, hub="hub_b", persona="other_manager")
        assigned_proposal(session, demo, hub="far_hub", persona="far_manager", markets=("VN",))  # not assessed yet
        draft = draft_of(session, demo, stricter)
        made = {"weak": weak.reference, "good": good.reference, "weak_id": weak.id, "draft": draft.id}
        session.commit()
    return made


def test_the_page_says_what_flips_and_what_nobody_was_asked(past: dict[str, str], client_for: Any) -> None:
    client = client_for("decision_maker")
    page = client.get(f"/guideline/versions/{past['draft']}/try-out").get_data(as_text=True)
    assert 'data-tried="2" data-flips="1"' in page
    assert past["weak"] in page and past["good"] not in page
    assert "Fails as a hard requirement: A1." in page and "A9 " in page
    failed = client.get(f"/guideline/versions/{past['draft']}/try-out?unanswered=failed").get_data(as_text=True)
    assert 'value="failed" checked' in failed.replace('id="unanswered-1" ', "")
    assert client.get(f"/guideline/versions/{past['draft']}/try-out?unanswered=x").status_code == 200
    assert client.get(f"/guideline/versions/{'0' * 26}/try-out").status_code == 404
    for persona in ("new_manager", "head", "central_officer"):
        assert client_for(persona).get(f"/guideline/versions/{past['draft']}/try-out").status_code == 403


def test_the_api_lists_the_same_and_keeps_nothing(past: dict[str, str], api_for: Any, in_app: Any) -> None:
    call = api_for("auditor")
    path = f"/guideline-versions/{past['draft']}/try-outs"
    answer = call("POST", path, {})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    body = answer.get_json()
    assert (body["tried"], body["unanswered"], body["unansweredCriteria"]) == (
        2,
        "left_out",
        [{"code": "A9", "count": 2}],
    )
    (flip,) = body["flips"]
    assert (flip["reference"], flip["before"]["outcome"], flip["after"]["outcome"]) == (
        past["weak"],
        "accredit",
        "refuse",
    )
    assert flip["reasons"] == [{"code": "knock_outs_fail", "criteria": ["A1"]}]
    assert call("POST", path, {"unanswered": "failed"}).get_json()["tried"] == 2
    assert call("POST", path, {"unanswered": "guess"}).status_code == 400
    assert api_for("new_manager")("POST", path, {}).status_code == 404
    assert api_for("")("POST", path, {}).status_code == 401


def test_who_scores_a_file_again_does_not_find_its_result_here(
    past: dict[str, str], api_for: Any, in_app: Any, demo: Any
) -> None:
    with in_app() as session:
        version = session.query(GuidelineVersion).filter_by(state="in_force").one()
        drawn = CalibrationRound(guideline_version_id=version.id, seed="x", size=1, drawn_at=utcnow())
        drawn.items.append(CalibrationItem(proposal_id=past["weak_id"], person_id=demo.people["assessor_3"].id))
        session.add(drawn)
        session.commit()
    path = f"/guideline-versions/{past['draft']}/try-outs"
    assert past["weak"] not in api_for("assessor_3")("POST", path, {}).get_data(as_text=True)
    assert past["weak"] in api_for("assessor")("POST", path, {}).get_data(as_text=True)
    assert api_for("assessor_3")("GET", f"/proposals/{past['weak_id']}/result").status_code == 403


def test_the_number_of_statements_does_not_grow_with_the_past(in_app: Any, demo: Any, statements: Any) -> None:
    from hubs.accreditation.queries.tryouts import try_out

    counted = []
    with in_app() as session:
        draft_id = draft_of(session, demo, stricter).id
        session.commit()
        for _more in range(2):
            proposals = [assessed_proposal(session, demo) for _each in range(3)]
            session.commit()
            actor = actor_for(demo, "auditor")
            draft = session.get_one(GuidelineVersion, draft_id)
            assert draft.criteria
            with statements() as listed:
                found = try_out(draft, actor=actor)
            counted.append(len(listed))
            assert {result.outcome for result in results_for_many(proposals).values()} == {"accredit"}
    assert found.tried == 6 and counted[0] == counted[1] <= 10


def test_the_result_is_for_the_ministry_and_for_assessors_when_both_have_finished(
    in_app: Any, demo: Any, client_for: Any, api_for: Any
) -> None:
    from tests.accreditation.builders import assess

    with in_app() as session:
        proposal = assigned_proposal(session, demo, posts=("post",))
        assess(session, demo, proposal, levels={"B1": (2, 1), "D1": (4, 0)}, facts={"C2": False}, finish=False)
        replaced_assessor(session, demo, proposal, "B1")
        path, by_id = f"/proposals/{proposal.reference}/result", f"/proposals/{proposal.id}/result"
        session.commit()
        next(row for row in proposal.assessors if not row.ended_at).finished_at = utcnow()
        session.commit()
        proposal_id = proposal.id
    assert client_for("assessor").get(path).status_code == 403
    assert client_for("assessor_3").get(path).status_code == 403
    assert api_for("assessor_2")("GET", by_id).status_code == 403
    with in_app() as session:
        from hubs.accreditation.models import Proposal

        proposal = session.get_one(Proposal, proposal_id)
        next(row for row in proposal.assessors if not row.ended_at and not row.finished_at).finished_at = utcnow()
        session.commit()
        assert result_for(proposal).knock_outs == ("B1", "D1")
    page = client_for("assessor").get(path).get_data(as_text=True)
    assert 'data-outcome="refuse"' in page and "2 hard requirements are not met" in page
    assert "0 after moderation, first 0 and 4" in page and "1 and 2, on average 1.5" in page
    body = api_for("auditor")("GET", by_id).get_json()
    assert (body["outcome"], body["knockOuts"], body["mandatory"]) == ("refuse", ["B1", "D1"], ["C2"])
    rows = {row["code"]: row for row in body["rows"]}
    assert rows["B1"]["points"] == "3/2" and rows["B1"]["why"] == "level_below"
    for persona in ("new_manager", "head", "central_officer"):
        assert client_for(persona).get(path).status_code in (403, 404)
        if persona != "central_officer":
            assert api_for(persona)("GET", by_id).status_code in (403, 404)
