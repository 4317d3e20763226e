"""The market-need dossier of a market with 100,000 questions, on SQLite and on PostgreSQL.

All of them came in during the three years a dossier reads: two that it counts, one to know what was repeated. Each
database is made for this run in a process of its own, filled in bulk, and thrown away.
"""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.runs import median, on_empty_database, with_reference_data

QUESTIONS = 100_000
COMPANIES = 30_000
AIM_SECONDS = 1.0
ROUNDS = 5
NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)
MARKET, OTHER_MARKET = "CO", "VN"


def run() -> list[dict[str, Any]]:
    """One row a database: seconds for the whole dossier, best and median of a few."""
    return on_empty_database("bench.dossier", "dossier")


def show(rows: list[dict[str, Any]]) -> None:
    print(f"\nMarket-need dossier, {QUESTIONS:,} questions in the market")
    for row in rows:
        verdict = "reached" if row["median_seconds"] < AIM_SECONDS else "missed"
        print(
            f"  {row['database']:<11} median {row['median_seconds']:.2f} s  best {row['best_seconds']:.2f} s  "
            f"processor here {row['processor_seconds']:.2f} s  "
            f"{row['statements']} statements   aim < {AIM_SECONDS:.0f} s: {verdict}"
        )


def _times() -> dict[str, Any]:
    from sqlalchemy import event

    from hubs.accreditation.dossier import Reader, Scope, payload_sha256, shown_dossier
    from hubs.accreditation.queries.dossier import payload_for
    from hubs.extensions import db

    scope = Scope(
        markets=(MARKET,), cities=("Cali",), services=("commercial_referral", "partner_search"), claims={"companies": 5}
    )
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda _c, _cur, text, *_rest: statements.append(text))
    seconds, processor = [], []
    for _ in range(ROUNDS):
        statements.clear()
        db.session.rollback()
        started, worked = time.perf_counter(), time.process_time()
        payload = payload_for(scope, "nobody", now=NOW)
        payload_sha256(payload)
        shown_dossier(payload, Reader.SUPPRESSED)
        seconds.append(time.perf_counter() - started)
        processor.append(time.process_time() - worked)
    counted = payload["counts"]["totals"]["all"]
    return {
        "database": db.engine.dialect.name,
        "questions": QUESTIONS,
        "counted": counted["now"]["questions"] + counted["before"]["questions"],
        "best_seconds": round(min(seconds), 3),
        "processor_seconds": round(min(processor), 3),  # of this process: without a server's
        "median_seconds": round(median(seconds), 3),
        "statements": len(statements),
        "aim_seconds": AIM_SECONDS,
    }


def _fill() -> None:
    """Questions with texts of ordinary length, so that reading rows instead of indexes would show."""
    from sqlalchemy import select

    from hubs.accounts.models import Office, Organisation
    from hubs.companies.models import Company
    from hubs.core.types import new_id
    from hubs.extensions import db
    from hubs.reference.models import Service
    from hubs.referrals.models import Referral, RequestPart, SupportRequest

    draw = random.Random(20261116)  # noqa: S311  repeatable, not secret
    desk = db.session.execute(
        select(Organisation.id, Office.id).join(Office, Office.organisation_id == Organisation.id)
        .where(Organisation.kind == "post", Organisation.market == MARKET)
    ).first()  # fmt: skip
    assert desk is not None
    services = list(db.session.execute(select(Service.code)).scalars())
    companies = [new_id() for _ in range(COMPANIES)]
    _insert(Company, [
        {"id": one, "country": "NL", "registration_number": f"{n:08d}", "created_at": NOW}
        for n, one in enumerate(companies)
    ])  # fmt: skip
    requests, parts, referrals = [], [], []
    first, minutes = datetime(2023, 11, 3, tzinfo=UTC), 1090 * 24 * 60
    every = QUESTIONS + QUESTIONS // 10
    moments = sorted(first + timedelta(minutes=draw.randrange(minutes)) for _ in range(every))
    for number, came_in in enumerate(moments):
        market = OTHER_MARKET if number % 11 == 0 else MARKET
        request = _request(draw, number, came_in, market, desk, companies)
        requests.append(request)
        chosen = draw.sample(services, draw.choice((1, 1, 1, 1, 2)))
        parts += [_part(request["id"], place, service) for place, service in enumerate(chosen)]
        if draw.random() < 0.5:
            referrals.append(_referral(draw, number, request, desk))
    _insert(SupportRequest, requests)
    _insert(RequestPart, parts)
    _insert(Referral, referrals)


def _insert(model: Any, rows: list[dict[str, Any]]) -> None:
    from sqlalchemy import insert

    from hubs.extensions import db

    for start in range(0, len(rows), 5_000):
        db.session.execute(insert(model.__table__), rows[start : start + 5_000])


def _id(draw: random.Random, at: datetime) -> str:
    """An id as it would have been made at that moment: in the order of time (docs/adr/0004)."""
    from hubs.core.types import _BASE32

    number = (int(at.timestamp() * 1000) << 80) | draw.getrandbits(80)
    return "".join([_BASE32[(number >> shift) & 31] for shift in range(125, -1, -5)])


def _request(
    draw: random.Random, number: int, came_in: datetime, market: str, desk: Any, companies: list[str]
) -> dict[str, Any]:
    gap = draw.random() < 0.3
    return {
        "id": _id(draw, came_in), "version_id": 1, "reference": f"H-{number:08d}", "state": "closed",
        "owner_id": desk[0], "office_id": desk[1], "market": market, "channel": "web",
        "text": "Een vraag over de markt. " * 30,
        "company_id": draw.choice(companies), "sector": draw.choice(("01", "10", "28", "46", None)),
        "city": draw.choice(("Cali", "Bogotá", "Medellín", None)), "created_at": came_in, "received_at": came_in,
        "outcome": draw.choice(("served", "served", "served", "unserved")), "has_gap": gap,
        "gap_causes": draw.choice((["no_hub"], ["agreement", "offer"], ["status"])) if gap else [],
        "target_groups": draw.choice(([], ["sme"], ["sme", "women_led"], ["startup"])), "facts": {}, "language": "nl",
        "urgency": "normal", "do_not_tell": [], "is_demo": False, "link_version": 1,
        "late_at": came_in if draw.random() < 0.1 else None,
    }  # fmt: skip


def _part(request_id: str, place: int, service: str) -> dict[str, Any]:
    from hubs.core.types import new_id

    return {
        "id": new_id(), "support_request_id": request_id, "position": place, "service": service, "state": "served",
    }  # fmt: skip


def _referral(draw: random.Random, number: int, request: dict[str, Any], desk: Any) -> dict[str, Any]:
    from hubs.core.types import new_id

    declined = draw.random() < 0.2
    return {
        "id": new_id(), "version_id": 1, "reference": f"D-{number:08d}-1", "support_request_id": request["id"],
        "number": 1, "kind": "referral", "mode": "warm", "state": "declined" if declined else "closed",
        "from_id": desk[0], "from_office_id": desk[1], "to_id": desk[0], "to_office_id": desk[1], "is_demo": False,
        "reason": draw.choice(("outside_territory", "outside_sector", "no_capacity")) if declined else None,
        "sent_at": request["received_at"], "late_at": request["received_at"] if draw.random() < 0.1 else None,
    }  # fmt: skip


if __name__ == "__main__":
    with_reference_data(NOW, _fill, _times)
