"""A dossier on its page and in the API: exact for the ministry, nothing small for the chamber, the same for ever."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import DatabaseError

from hubs.accreditation.dossier import payload_sha256, periods_before
from hubs.accreditation.models import Dossier, PostAdvice, Proposal, Submission
from hubs.accreditation.operations.dossiers import compute_dossier
from hubs.accreditation.queries.dossier import latest_trade
from hubs.core.clock import utcnow
from hubs.core.events import Event
from hubs.reference.models import TradeFigure
from hubs.referrals.models import Referral, RequestPart, SupportRequest
from tests.accreditation.builders import draft_proposal, submitted_proposal
from tests.accreditation.questions import ask, companies

CLAIMS = {"questions_per_year": 120, "unserved_by_post": 60, "companies": 43, "declined_for_coverage": 3,
          "sme_questions": 37, "women_led_questions": 15}  # fmt: skip


def fill(session: Any, demo: Any, now: datetime) -> None:
    """43 questions of 43 companies: 27 beyond reach, 7 of women, 3 declined; and 12 the year before."""
    start = datetime.combine(periods_before(now).starts_on, datetime.min.time(), UTC) + timedelta(days=3)
    known = companies(session, 60, start)
    by = iter(range(1000))

    def some(number: int) -> list[str]:
        return [known[next(by)] for _ in range(number)]

    spread = timedelta(days=21)
    ask(session, demo, start, some(16), step=spread, target_groups=["sme"], city="Pereira")
    gap = {"has_gap": True, "gap_causes": ["no_hub"]}
    ask(session, demo, start, some(14), step=spread, target_groups=["sme"], services=("office_space",), **gap)
    ask(session, demo, start, some(7), step=spread, target_groups=["sme", "women_led"], outcome="unserved")
    ask(session, demo, start, some(3), declined="outside_sector", city="Bogotá")
    ask(session, demo, start, some(3), outcome="unserved", late_referral=True)
    ask(session, demo, start - timedelta(days=300), some(12), services=())
    ask(session, demo, start, some(2), market="VN")
    ask(session, demo, start + timedelta(days=400), some(3))  # this month: too late to count


@pytest.fixture
def reference(in_app: Any, demo: Any) -> str:
    """A proposal that was handed in, with a market behind it."""
    now = utcnow()
    with in_app() as session:
        fill(session, demo, now)
        proposal = submitted_proposal(session, demo, real=True, answers=CLAIMS)
        session.add(PostAdvice(proposal_id=proposal.id, post_id=demo.organisations["post"], asked_at=now))
        session.commit()
        return str(proposal.reference)


def kept(session: Any) -> tuple[dict[str, Any], str]:
    session.expire_all()
    row = session.execute(select(Dossier)).scalar_one()
    return row.payload, row.sha256


def test_the_register_counts_what_is_there(in_app: Any, demo: Any, reference: str) -> None:
    with in_app() as session:
        payload, sha256 = kept(session)
        assert payload_sha256(payload) == sha256
        counts = payload["counts"]
        now = {name: pair["now"]["questions"] for name, pair in counts["totals"].items()}
        assert now == {
            "all": 43, "unmet": 27, "met": 16, "unserved": 10, "gap": 14, "declined": 3, "late": 3, "repeated": 0,
        }  # fmt: skip
        assert counts["totals"]["all"]["now"]["companies"] == 43
        assert counts["totals"]["all"]["before"] == {"questions": 12, "companies": 12}
        assert counts["groups"]["women_led"]["all"]["now"] == {"questions": 7, "companies": 7}
        assert counts["causes"]["no_hub"]["now"]["questions"] == 14
        assert counts["reasons"]["outside_sector"]["now"]["questions"] == 3
        assert counts["services"]["office_space"]["unmet"]["now"]["questions"] == 14
        assert counts["places"]["in_cities"]["all"]["now"]["questions"] == 16
        assert payload["query"]["markets"] == ["CO"]
        assert [row["year"] for row in payload["trade"]] == [2015]
        hubs = {hub["code"] for hub in payload["supply"]["hubs"]}
        assert hubs >= {"casa-voorbeeld", "hub-andes", "kamer-fictief-cali"}
        assert "kamer-nieuw-pereira" not in hubs
        rows = {row["service"]: row for row in payload["supply"]["rows"]}
        given = {hub["code"]: rows["networking"]["hubs"][hub["id"]]["gives"] for hub in payload["supply"]["hubs"]}
        assert (given["casa-voorbeeld"], given["kamer-fictief-cali"]) == ("yes", "partly")
        assert rows["authority_contact"]["verdict"] == "public_task"
        frozen = session.execute(select(Event).where(Event.kind == "proposal.dossier_frozen")).scalar_one()
        assert frozen.data["sha256"] == sha256


def test_a_frozen_dossier_never_changes_whatever_happens_to_questions(in_app: Any, demo: Any, reference: str) -> None:
    draw = Random(20261116)  # noqa: S311  repeatable
    with in_app() as session:
        before = kept(session)
        start = datetime.combine(periods_before(utcnow()).starts_on, datetime.min.time(), UTC)
        known = companies(session, 12, start)

        def random_ids() -> list[str]:
            ids = list(session.execute(select(SupportRequest.id).order_by(SupportRequest.id)).scalars())
            return draw.sample(ids, min(len(ids), draw.randint(1, 9)))

        def come_in() -> None:
            ask(session, demo, start + timedelta(days=draw.randrange(360)), draw.sample(known, 5), outcome="unserved")

        def change() -> None:
            values = draw.choice(({"market": "VN"}, {"sector": None}, {"target_groups": ["women_led"]},
                                  {"received_at": start - timedelta(days=90)}, {"company_id": None}))  # fmt: skip
            session.execute(update(SupportRequest).where(SupportRequest.id.in_(random_ids())).values(**values))

        def close() -> None:
            values = draw.choice(({"outcome": "unserved", "has_gap": True}, {"outcome": "served", "has_gap": False}))
            session.execute(update(SupportRequest).where(SupportRequest.id.in_(random_ids())).values(**values))

        def decline() -> None:
            session.execute(update(Referral).values(state="declined", reason="outside_territory"))

        def remove() -> None:
            ids = random_ids()
            for model in (Referral, RequestPart):
                session.execute(delete(model).where(model.support_request_id.in_(ids)))
            session.execute(delete(SupportRequest).where(SupportRequest.id.in_(ids)))

        for _ in range(25):
            draw.choice((come_in, change, close, decline, remove))()
            session.commit()
            assert kept(session) == before
        assert payload_sha256(before[0]) == before[1]
        proposal = session.execute(select(Proposal).where(Proposal.reference == reference)).scalar_one()
        assert compute_dossier(proposal, utcnow())["counts"] != before[0]["counts"]


@pytest.mark.parametrize(
    "statement",
    ["UPDATE dossiers SET sha256 = 'x'", "UPDATE dossiers SET payload = '{}'", "DELETE FROM dossiers"],
)
def test_the_database_refuses_to_change_one(in_app: Any, demo: Any, reference: str, statement: str) -> None:
    with in_app() as session:
        before = kept(session)
        with pytest.raises(DatabaseError):
            session.execute(text(statement))
        session.rollback()
        assert kept(session) == before
        kept_with = session.execute(select(Submission)).scalar_one()
        with pytest.raises(DatabaseError):
            session.execute(
                insert(Dossier).values(
                    id="0" * 26,
                    proposal_id=kept_with.proposal_id,
                    submission_id=kept_with.id,
                    computed_at=utcnow(),
                    payload={},
                    sha256="0" * 64,
                )  # fmt: skip
            )
        session.rollback()
        assert session.execute(select(func.count()).select_from(Dossier)).scalar_one() == 1


def words_of(page: str) -> str:
    """The text of a page's main part, blanks made single."""
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def test_the_page_for_the_ministry_and_for_the_chamber(
    client_for: Callable[..., Any], in_app: Any, demo: Any, reference: str
) -> None:
    path = f"/proposals/{reference}/dossier"
    exact = words_of(client_for("assessor").get(path).get_data(as_text=True))
    assert "27 of the 43 questions could not be answered by the post itself. The chamber says 60." in exact
    assert "Is there a need for a hub in Pereira?" in exact
    assert "Questions of women entrepreneurs 15 7 8 fewer. The chamber does not see this number." in exact
    assert "Companies behind the questions 43 43 Equal" in exact
    assert "7 statements of the chamber that can be compared, 4 differ from the register." in exact
    for persona in ("new_manager", "head"):
        answer = client_for(persona).get(path)
        page = answer.get_data(as_text=True)
        shown = words_of(page)
        assert 'data-reader="suppressed"' in page
        assert "27 of the 43 questions" in shown
        assert "Questions of women entrepreneurs 15 not shown cannot be shown" in shown
        assert "Declined, because not in the agreement 3 not shown cannot be shown" in shown
        assert "Late" not in re.findall(r"by whom it was sent to \d+", shown)
        assert "Kanarie" not in page
    assert client_for("auditor").get(path).get_data(as_text=True).count('data-reader="exact"') == 1
    assert client_for("manager").get(path).status_code == 404
    assert client_for("decision_maker").get(path + "?preview=1").status_code == 404
    dutch = client_for("new_manager", "nl").get(path)
    assert dutch.status_code == 200
    for wrong in ("?submission=2", "?submission=x", "?submission=99999999999"):
        assert client_for("new_manager").get(path + wrong).status_code == 404


def test_what_is_hidden_is_hidden_everywhere(
    client_for: Callable[..., Any], api_for: Callable[..., Any], in_app: Any, demo: Any, reference: str
) -> None:
    with in_app() as session:
        proposal_id = session.execute(select(Proposal.id)).scalar_one()
    call = api_for("new_manager")
    answer = call("GET", f"/proposals/{proposal_id}/dossier")
    assert answer.status_code == 200, answer.json
    mine, theirs = answer.json, api_for("assessor")("GET", f"/proposals/{proposal_id}/dossier").json
    assert (mine["reader"], theirs["reader"]) == ("suppressed", "exact")
    totals = {row["code"]: row for row in mine["totals"]}
    assert (totals["all"]["now"], totals["unmet"]["now"], totals["all"]["before"]) == (43, 27, 12)
    # unserved 10, gap 14 and declined 3 make up 27: with 3 hidden, 10 or 14 must be hidden as well
    assert totals["declined"]["now"] is totals["late"]["now"] is totals["unserved"]["now"] is None
    assert totals["gap"]["now"] == 14
    assert {row["code"]: row["now"] for row in theirs["totals"]}["declined"] == 3
    quarters = mine["quarters"][4:]
    for kind, total in (("all", 43), ("unmet", 27)):
        hidden = [row for row in quarters if row[kind] is None]
        rest = total - sum(row[kind] or 0 for row in quarters)
        assert not hidden or (len(hidden) > 1 and rest >= 10)
    groups = {row["code"]: row["all"]["now"] for row in mine["groups"]}
    assert (groups["sme"], groups["women_led"]) == (None, None) or groups["women_led"] is None
    claims = {row["code"]: row for row in mine["claims"]}
    assert claims["women_led_questions"]["difference"] is claims["women_led_questions"]["counted"] is None
    assert claims["women_led_questions"]["verdict"] == "hidden"
    assert {row["hiddenFromApplicant"] for row in mine["claims"]} == {None}
    table = client_for("new_manager").get(f"/proposals/{reference}/dossier.csv").get_data(as_text=True)
    figures = {
        (row[0], row[1], row[2], row[3]): row[4]
        for row in (line.split(",") for line in table.strip().split("\r\n")[1:])
    }
    assert figures["totals", "declined", "", "now"] == figures["claims", "women_led_questions", "counted", "now"] == ""
    assert figures["totals", "all", "", "now"] == "43"
    api_figures = {("totals", row["code"], "", when): row[when] for row in mine["totals"] for when in ("now", "before")}
    assert {key: figures[key] for key in api_figures} == {
        key: "" if value is None else str(value) for key, value in api_figures.items()
    }
    assert call("GET", f"/proposals/{proposal_id}/dossier?submission=0").status_code == 400
    assert call("GET", f"/proposals/{proposal_id}/dossier?submission=7").status_code == 404
    assert api_for("other_manager")("GET", f"/proposals/{proposal_id}/dossier").status_code == 404


def test_a_preview_before_anything_is_handed_in(
    client_for: Callable[..., Any], api_for: Callable[..., Any], in_app: Any, demo: Any
) -> None:
    with in_app() as session:
        fill(session, demo, utcnow())
        proposal = draft_proposal(session, demo, answers=CLAIMS)
        path, proposal_id = f"/proposals/{proposal.reference}/dossier", proposal.id
        session.commit()
    page = client_for("new_staff").get(path).get_data(as_text=True)
    assert 'data-state="preview"' in page
    assert "30 of the 40 questions" in words_of(page)
    assert client_for("assessor").get(path).status_code == 404
    shown = api_for("new_manager")("GET", f"/proposals/{proposal_id}/dossier?preview=true").json
    assert (shown["isFrozen"], shown["submission"], shown["sha256"]) == (False, None, None)
    with in_app() as session:
        assert session.execute(select(func.count()).select_from(Dossier)).scalar_one() == 0


def test_an_empty_market_says_so(client_for: Callable[..., Any], in_app: Any, demo: Any) -> None:
    with in_app() as session:
        proposal = submitted_proposal(session, demo, real=True, markets=("CO", "VN"))
        path = f"/proposals/{proposal.reference}/dossier"
        session.commit()
    shown = words_of(client_for("assessor").get(path).get_data(as_text=True))
    assert "Nobody asked a question about this market" in shown
    assert "Questions through the year" in shown
    mine = words_of(client_for("new_manager").get(path).get_data(as_text=True))
    assert "too few companies" in mine


def test_the_latest_trade_figure_of_each_source(in_app: Any, demo: Any) -> None:
    with in_app() as session:
        rows = [("export_goods", "A", 2019, 5), ("export_goods", "A", 2021, 7), ("export_goods", "B", 2020, 6),
                ("import_goods", "A", None, 3)]  # fmt: skip
        session.add_all(
            TradeFigure(
                reporter="NL", market="XQ", flow=flow, value=value, unit="EUR million", year=year, source=source
            )
            for flow, source, year, value in rows
        )
        session.flush()
        found = [(row.flow, row.source, row.year, row.value) for row in latest_trade(["XQ"])]
    assert found == [
        ("export_goods", "A", 2021, "7"), ("export_goods", "B", 2020, "6"), ("import_goods", "A", None, "3"),
    ]  # fmt: skip
