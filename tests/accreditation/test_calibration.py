"""Agreement between two rounds of scoring, against figures reckoned by hand and by the definition."""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubs.accreditation.calibration import (
    Agreement,
    Limits,
    Pair,
    Weakness,
    agreement_of,
    by_criterion,
    drawn_sample,
    weaknesses,
    weighted_kappa,
)
from hubs.accreditation.models import CalibrationItem, CalibrationRound, Interest, Proposal, ProposalAssessor, Score
from hubs.accreditation.operations.calibrating import draw_round
from hubs.accreditation.queries.calibrations import concluded_under, who_may_score
from hubs.core.clock import utcnow
from hubs.core.errors import RuleViolation
from hubs.core.events import Event
from tests.accreditation.builders import REASON, assessed_proposal
from tests.conftest import post
from tests.referrals.builders import actor_for

LEVELS = st.integers(0, 4)
PAIRS = st.lists(st.tuples(LEVELS, LEVELS), min_size=1, max_size=30)


def kappa_by_table(pairs: list[tuple[int, int]]) -> Fraction | None:
    """The definition: weighted disagreement in the table over that in the table of the margins."""
    n = len(pairs)
    weight = [[Fraction((i - j) ** 2, 16) for j in range(5)] for i in range(5)]
    table = [[Fraction(pairs.count((i, j)), n) for j in range(5)] for i in range(5)]
    rows, columns = [sum(row) for row in table], [sum(row[j] for row in table) for j in range(5)]
    found = sum(weight[i][j] * table[i][j] for i in range(5) for j in range(5))
    chance = sum(weight[i][j] * rows[i] * columns[j] for i in range(5) for j in range(5))
    return 1 - found / chance if chance else None


@given(PAIRS)
@settings(max_examples=100, deadline=None)
def test_kappa_is_the_definition_and_does_not_know_first_from_second(pairs: list[tuple[int, int]]) -> None:
    kappa = weighted_kappa(pairs)
    assert kappa == kappa_by_table(pairs) == weighted_kappa([(b, a) for a, b in pairs]) == weighted_kappa(pairs[::-1])
    assert kappa is None or kappa <= 1
    found = agreement_of(pairs)
    assert found.exact <= found.within_one <= 1 and abs(found.mean_difference) <= 4
    assert (found.exact == 1) == (kappa in (None, 1))


def test_figures_by_hand() -> None:
    found = agreement_of([(2, 2), (3, 1), (1, 2), (4, 4)])
    assert (found.pairs, found.exact, found.within_one) == (4, Fraction(1, 2), Fraction(3, 4))
    assert found.mean_difference == Fraction(-1, 4)
    assert found.kappa == 1 - Fraction(5 * 4, 5 + 7 + 11 + 17)
    assert weighted_kappa([(3, 3), (3, 3)]) is None  # everybody one and the same level: no chance to agree by


def test_by_version_and_criterion() -> None:
    pairs = [Pair("2", "A1", 1, 2), Pair("1", "B1", 0, 0), Pair("1", "A1", 3, 3), Pair("1", "A1", 2, 4)]
    found = by_criterion(pairs)
    assert list(found) == [("1", "A1"), ("1", "B1"), ("2", "A1")]
    assert found["1", "A1"].pairs == 2 and found["1", "A1"].mean_difference == 1


@pytest.mark.parametrize(
    ("agreement", "weak"),
    [
        (Agreement(10, Fraction(1), Fraction(1), Fraction(0), Fraction(1)), ()),
        (Agreement(9, Fraction(0), Fraction(0), Fraction(4), Fraction(-1)), ()),  # too few to say anything
        (Agreement(10, Fraction(1), Fraction(1), Fraction(0), None), ()),
        (Agreement(10, Fraction(1, 2), Fraction(9, 10), Fraction(0), Fraction(59, 100)), (Weakness.KAPPA,)),
        (Agreement(10, Fraction(1, 2), Fraction(8, 10), Fraction(-2, 3), Fraction(6, 10)),
         (Weakness.WITHIN_ONE, Weakness.DRIFT)),
    ],
)  # fmt: skip
def test_weak_criteria(agreement: Agreement, weak: tuple[Weakness, ...]) -> None:
    assert weaknesses(agreement, Limits()) == weak


# --- the draw ----------------------------------------------------------------------------------------------

MAY_SCORE = st.dictionaries(
    st.sampled_from([f"file-{n}" for n in range(8)]),
    st.frozensets(st.sampled_from(["ann", "bob", "cas", "dee"])),
    max_size=8,
)


@given(MAY_SCORE, st.integers(1, 10), st.text(max_size=5))
@settings(max_examples=100, deadline=None)
def test_the_draw_gives_nobody_what_they_may_not_score(
    may_score: dict[str, frozenset[str]], size: int, seed: str
) -> None:
    sample = drawn_sample(may_score, size=size, seed=seed)
    assert all(person in may_score[file] for file, person in sample)
    assert len({file for file, _ in sample}) == len(sample) == min(size, sum(bool(who) for who in may_score.values()))
    assert sample == drawn_sample(dict(reversed(may_score.items())), size=size, seed=seed)


def test_the_draw_spreads_the_work_and_differs_by_seed() -> None:
    everybody = {f"file-{n:02}": ["ann", "bob", "cas"] for n in range(30)}
    sample = drawn_sample(everybody, size=12, seed="a")
    assert sorted(Counter(person for _, person in sample).values()) == [4, 4, 4]
    assert sample != drawn_sample(everybody, size=12, seed="b")


# --- drawn, scored again and compared, on pages and by API ---------------------------------------------------


def replaced_assessor(session: Any, demo: Any, proposal: Proposal, code: str) -> None:
    """Somebody who gave a nought and was replaced since: that counts no longer."""
    person_id = demo.people["decision_maker_2"].id
    proposal.assessors.append(
        ProposalAssessor(person_id=person_id, position=1, assigned_at=utcnow(), ended_at=utcnow())
    )
    given = {"proposal_id": proposal.id, "criterion_code": code, "person_id": person_id, "reason": "Nee."}
    session.add(Score(level=0, saved_at=utcnow(), **given))
    session.flush()


@pytest.fixture
def assessed(in_app: Any, demo: Any) -> dict[str, str]:
    """Two assessed files: assessor_3 is free for both; assessor and assessor_2 scored the first only."""
    with in_app() as session:
        first = assessed_proposal(session, demo, levels={"A1": (2, 4), "B1": (3, 3)})
        second = assessed_proposal(
            session, demo, hub="hub_b", persona="other_manager", assessors=("assessor_3", "assessor_2")
        )
        replaced_assessor(session, demo, first, "A1")
        made = {"first": first.id, "second": second.id, "version": first.guideline_version_id}
        made["reference"], made["hub"] = first.reference, first.hub.name_nl
        session.commit()
    return made


def test_drawn_scored_again_blind_and_compared(
    assessed: dict[str, str], client_for: Any, in_app: Any, demo: Any
) -> None:
    drawer = client_for("administrator")
    page = "/calibration"
    assert "Nothing to compare yet" in drawer.get(page).get_data(as_text=True)
    wrong = post(drawer, page, {"guideline_version": assessed["version"], "size": "0"})
    assert wrong.status_code == 422 and "Choose a number from 1 to 200." in wrong.get_data(as_text=True)
    drawn = post(drawer, page, {"guideline_version": assessed["version"], "size": "10", "seed": "loting"})
    assert drawn.status_code == 303
    with in_app() as session:
        items = {item.proposal_id: item for item in session.query(CalibrationItem)}
        assert items[assessed["first"]].person_id == demo.people["assessor_3"].id
        assert items[assessed["second"]].person_id == demo.people["assessor"].id
        item_id = items[assessed["first"]].id
        assert session.query(Event).filter_by(kind="calibration.draw").one().data["seed"] == "loting"
    listed = drawer.get(page).get_data(as_text=True)
    assert "seed loting" in listed and assessed["reference"] not in listed and item_id not in listed
    again = post(drawer, page, {"guideline_version": assessed["version"], "size": "10"})
    assert again.status_code == 422, "both files are being scored again"

    path = f"{page}/items/{item_id}"
    assert client_for("assessor").get(path).status_code == 403
    assert client_for("new_manager").get(path).status_code == 403
    scorer = client_for("assessor_3")
    assert path in scorer.get(page).get_data(as_text=True)
    assert post(scorer, path, {"action": "finish"}).status_code == 422
    shown = scorer.get(path).get_data(as_text=True) + scorer.get(f"{path}/A1").get_data(as_text=True)
    for secret in (assessed["hub"], demo.people["assessor"].name, demo.people["assessor_2"].name, REASON, "accredit"):
        assert secret not in shown.replace("/calibration", "").replace("accreditation", ""), secret
    assert scorer.get(f"/proposals/{assessed['reference']}/result").status_code == 403
    assert scorer.get(f"{path}/C1").status_code == 404, "a document is not scored"
    codes = re.findall(r'data-criterion="(\w+)" data-state="open"', shown)
    assert post(scorer, f"{path}/A1", {"level": "1", "reason": "Weinig.", "version": "0"}).status_code == 422
    for code in codes:
        data = {"level": "3", "reason": "Ruim gehaald.", "version": "0"}
        stored = post(scorer, f"{path}/{code}", data)
        assert stored.status_code == 303, stored.get_data(as_text=True)
    assert stored.headers["Location"] == path
    assert post(scorer, f"{path}/A1", {"level": "4", "reason": "x", "version": "0"}).status_code == 409
    assert post(scorer, path, {"action": "finish"}).status_code == 303
    assert post(scorer, f"{path}/A1", {"level": "4", "reason": "x", "version": "1"}, page=page).status_code == 409

    report = client_for("auditor").get(page).get_data(as_text=True)
    row = re.search(r"A1 Clear market need.*?</tr>", report, re.S)
    assert row is not None and re.findall(r">\s*([^<>\s][^<>]*?)\s*</td>", row.group(0)) == [
        "2", "0 percent", "100 percent", "0", "0", "Too few to say",
    ]  # fmt: skip
    assert "1 of 2 files scored again" in report and client_for("head").get(page).status_code == 403


def test_the_same_by_api_and_nobody_scores_again_what_they_scored(
    assessed: dict[str, str], api_for: Any, in_app: Any, demo: Any
) -> None:
    body = {"guidelineVersion": assessed["version"], "size": 5}
    assert api_for("decision_maker")("POST", "/calibrations", body).status_code == 403
    assert api_for("assessor")("POST", "/calibrations", {"size": 0}).status_code == 400
    made = api_for("assessor")("POST", "/calibrations", body)
    assert made.status_code == 201, made.get_data(as_text=True)
    drawn = made.get_json()
    assert (drawn["drawn"], drawn["finished"], drawn["agreement"]) == (2, 0, []) and len(drawn["seed"]) == 16
    call = api_for("assessor_3")
    (mine,) = call("GET", "/calibration-items").get_json()["items"]
    path = f"/calibration-items/{mine['id']}"
    assert api_for("assessor")("GET", path).status_code == 403 and call("GET", path).get_json() == mine
    assert assessed["first"] not in str(mine) and {one["level"] for one in mine["scores"]} == {None}
    for one in mine["scores"]:
        answer = call("POST", f"{path}/scores", {"criterion": one["criterion"], "level": 3, "reason": "Goed."})
        assert answer.status_code == 200, answer.get_data(as_text=True)
    assert call("GET", "/calibrations/agreement").get_json() == {"items": []}, "not before the file is finished"
    assert call("POST", f"{path}/scores", {"criterion": "C1", "level": 3, "reason": "x"}).status_code == 404
    assert call("POST", f"{path}/transitions", {"action": "start"}).status_code == 400
    assert call("POST", f"{path}/transitions", {"action": "finish"}).get_json()["finishedAt"]
    assert call("POST", f"{path}/transitions", {"action": "finish"}).status_code == 409
    rows = {row["criterion"]: row for row in call("GET", "/calibrations/agreement").get_json()["items"]}
    assert (rows["A1"]["sameLevel"], rows["B1"]["sameLevel"], rows["A1"]["enough"]) == ("0", "1", False)
    assert call("GET", f"/calibrations/{drawn['id']}").get_json()["agreement"] == list(rows.values())
    assert call("GET", "/calibrations").get_json()["items"][0]["finished"] == 1

    with in_app() as session:  # an item that should not be there: somebody who scored the file themselves
        drawn_round = session.get_one(CalibrationRound, drawn["id"])
        forced = CalibrationRound(
            guideline_version_id=drawn_round.guideline_version_id, seed="x", size=1, drawn_at=utcnow()
        )
        forced.items.append(CalibrationItem(proposal_id=assessed["first"], person_id=demo.people["assessor_2"].id))
        session.add(forced)
        session.commit()
        forced_id = forced.items[0].id
    refused = api_for("assessor_2")("POST", f"/calibration-items/{forced_id}/scores",
                                    {"criterion": "A1", "level": 3, "reason": "x"})  # fmt: skip
    assert refused.status_code == 403


def test_who_declared_an_interest_or_signed_is_not_drawn(assessed: dict[str, str], in_app: Any, demo: Any) -> None:
    with in_app() as session:
        hub = demo.organisations["hub_new"]
        session.add(Interest(person_id=demo.people["assessor_3"].id, hub_id=hub, declared_at=utcnow()))
        session.flush()
        free = who_may_score(concluded_under(assessed["version"]))
        assert free[assessed["first"]] == set()
        assert free[assessed["second"]] == {demo.people["assessor"].id}
        session.get_one(Proposal, assessed["second"]).state = "in_assessment"
        session.flush()
        with pytest.raises(RuleViolation) as refusal:
            version = session.get_one(Proposal, assessed["first"]).guideline_version
            draw_round(version, size=3, actor=actor_for(demo, "administrator"), now=utcnow())
        assert refusal.value.problems[0].code == "nobody_free"
