"""A draft of the guideline tried on 1,000 past proposals, on SQLite and on PostgreSQL.

Each database is made for this run in a process of its own, filled in bulk, and thrown away. Beside it, in the same run,
the plain way: the result of one proposal after another.
"""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime
from typing import Any

from bench.runs import median, on_empty_database, with_reference_data

PROPOSALS = 1_000
ONE_BY_ONE = 50
AIM_SECONDS = 2.0
ROUNDS = 5
NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)


def run() -> list[dict[str, Any]]:
    """One row a database: seconds for the whole try-out, best and median of a few."""
    return on_empty_database("bench.guideline", "guideline")


def show(rows: list[dict[str, Any]]) -> None:
    print(f"\nTry-out of a draft guideline on {PROPOSALS:,} past proposals")
    for row in rows:
        verdict = "reached" if row["median_seconds"] < AIM_SECONDS else "missed"
        print(
            f"  {row['database']:<11} median {row['median_seconds']:.2f} s  best {row['best_seconds']:.2f} s  "
            f"{row['statements']} statements  {row['flips']} flips  "
            f"one by one {row['one_by_one_seconds']:.1f} s   aim < {AIM_SECONDS:.0f} s: {verdict}"
        )


def _times() -> dict[str, Any]:
    from sqlalchemy import event, select

    from hubs.accounts.actor import THE_SERVICE
    from hubs.accreditation.models import Proposal
    from hubs.accreditation.queries.tryouts import try_out
    from hubs.accreditation.results import result_for
    from hubs.extensions import db
    from hubs.guideline.queries import get_version

    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda _c, _cur, text, *_rest: statements.append(text))
    seconds = []
    for _ in range(ROUNDS):
        db.session.expire_all()
        db.session.rollback()
        statements.clear()
        started = time.perf_counter()
        found = try_out(get_version(_draft_id()), actor=THE_SERVICE)
        seconds.append(time.perf_counter() - started)
    counted = len(statements)
    started = time.perf_counter()
    for proposal in db.session.execute(select(Proposal).limit(ONE_BY_ONE)).scalars().all():
        result_for(proposal)
    one_by_one = (time.perf_counter() - started) / ONE_BY_ONE * PROPOSALS
    return {
        "database": db.engine.dialect.name,
        "proposals": found.tried,
        "flips": len(found.flips),
        "best_seconds": round(min(seconds), 3),
        "median_seconds": round(median(seconds), 3),
        "one_by_one_seconds": round(one_by_one, 3),
        "statements": counted,
        "aim_seconds": AIM_SECONDS,
    }


def _draft_id() -> str:
    from sqlalchemy import select

    from hubs.extensions import db
    from hubs.guideline.models import GuidelineVersion

    return db.session.execute(select(GuidelineVersion.id).where(GuidelineVersion.state == "draft")).scalar_one()


def _fill() -> None:
    """Assessed proposals with every answer given, and a draft that asks a little more than the version in force."""
    from decimal import Decimal

    from sqlalchemy import insert, select

    from hubs.accounts.models import Organisation, Person
    from hubs.accreditation.models import FactCheck, Proposal, ProposalAssessor, Score
    from hubs.core.types import new_id, new_reference_body
    from hubs.extensions import db
    from hubs.guideline.models import GuidelineVersion
    from hubs.guideline.rows import content_of, put_content

    version = db.session.execute(select(GuidelineVersion)).scalar_one()
    draft = GuidelineVersion(name="bench", created_at=NOW, based_on_id=version.id)
    put_content(draft, content_of(version))
    next(row for row in draft.criteria if row.code == "B1").threshold = Decimal(3)
    db.session.add(draft)
    people = [
        Person(name=f"Toets {n}", email=f"toets{n}@hubs.example", email_folded=f"toets{n}@hubs.example", created_at=NOW)
        for n in range(2)
    ]
    db.session.add_all(people)
    db.session.flush()
    hubs = db.session.execute(select(Organisation.id, Organisation.market).where(Organisation.kind == "hub")).all()
    draw = random.Random(20261116)  # noqa: S311  repeatable, not secret
    rows: dict[Any, list[dict[str, Any]]] = {Proposal: [], ProposalAssessor: [], Score: [], FactCheck: []}
    for n in range(PROPOSALS):
        hub, proposal_id = hubs[n % len(hubs)], new_id()
        rows[Proposal].append(
            {
                "id": proposal_id, "version_id": 1, "reference": f"V-{new_reference_body()}", "state": "decided",
                "kind": "new", "hub_id": hub.id, "market": hub.market, "markets": [hub.market], "created_at": NOW,
                "guideline_version_id": version.id, "submitted_at": NOW, "assessed_at": NOW, "decided_at": NOW,
            }
        )  # fmt: skip
        for place, person in enumerate(people, 1):
            rows[ProposalAssessor].append(
                {
                    "id": new_id(), "proposal_id": proposal_id, "person_id": person.id, "position": place,
                    "assigned_at": NOW, "finished_at": NOW,
                }
            )  # fmt: skip
        for item in version.criteria:
            common = {"version_id": 1, "proposal_id": proposal_id, "criterion_code": item.code, "saved_at": NOW}
            if item.answer == "scale":
                rows[Score] += [
                    {
                        **common, "id": new_id(), "person_id": person.id, "reason": "Dit blijkt uit de stukken.",
                        "level": draw.choice((2, 3, 3, 4)),
                    }
                    for person in people
                ]  # fmt: skip
                continue
            value = Decimal(draw.randint(1, 20)) if item.answer == "number" else None
            answer = None if item.answer == "number" else draw.random() > 0.02
            rows[FactCheck].append(
                {**common, "id": new_id(), "person_id": people[0].id, "value": value, "answer": answer}
            )
    for model, listed in rows.items():
        db.session.execute(insert(model), listed)


if __name__ == "__main__":
    with_reference_data(NOW, _fill, _times)
