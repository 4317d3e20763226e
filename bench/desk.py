"""A desk's daily calls beside bare Flask doing the same, in one interleaved run (rows 1 to 6 of docs/performance.md).

The real application with real sign-in or token, permission check and audit event, on the demonstration world made
large; everything in one process, one call at a time, so that only the work itself is compared.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from bench.bare import Creation, bare_app
from bench.client import Caller, signed_in, with_token
from bench.runs import median, share

ROUNDS, WARM = 300, 20
OFFICER, TOKEN = "noor.proefstra@example.nl", "demo-token-ambassade-bogota-not-a-secret"
AIMS = {"item": 0.5, "list": 0.7, "create": 0.5, "page": 0.4}
NAMES = {
    "item": "1 JSON item ÷ bare Flask",
    "list": "2 JSON list of 50 ÷ bare Flask",
    "create": "3 create ÷ bare Flask writing the same rows",
    "page": "4 HTML list of 50 ÷ bare Jinja page of 50",
}
PAGES = ("/work", "/questions", "/referrals", "/companies", "/register", "/search?q=machines")
TAIL_AIM, STATEMENTS_AIM = 4.0, 6


def show(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        print(f"\nA desk's calls: {row['database']}, {row['questions']:,} questions")
        for kind, name in NAMES.items():
            found = row[kind]
            verdict = "reached" if found["ratio"] >= AIMS[kind] else "missed"
            print(
                f"  {name:<46} {found['ratio']:.2f}   ours {found['ours_ms']:6.2f} ms  "
                f"bare {found['bare_ms']:6.2f} ms  {found['statements']:>2} statements   aim ≥ {AIMS[kind]}: {verdict}"
            )
        most = max(row["statements"].values())
        verdict = "reached" if most <= STATEMENTS_AIM else "missed"
        print(f"  5 statements per list page: {row['statements']}   aim ≤ {STATEMENTS_AIM}: {verdict}")
        verdict = "reached" if row["tail"]["ratio"] <= TAIL_AIM else "missed"
        print(
            f"  6 p99 ÷ p50, one call at a time                {row['tail']['ratio']:.2f}   "
            f"p50 {row['tail']['p50_ms']:.2f} ms  p99 {row['tail']['p99_ms']:.2f} ms   aim ≤ {TAIL_AIM:.0f}: {verdict}"
        )


class Counted:
    """The SQL statements the application sends, with their values, while somebody listens."""

    def __init__(self, engine: Any) -> None:
        from sqlalchemy import event

        self.sent: list[tuple[str, Any]] = []
        event.listen(engine, "before_cursor_execute", self._note)

    def _note(self, _connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool) -> None:
        self.sent.append((statement, values))

    def of(self, work: Callable[[], Any]) -> list[tuple[str, Any]]:
        self.sent.clear()
        work()
        return [(statement, values) for statement, values in self.sent if not statement.startswith(("BEGIN", "PRAGMA"))]


def _main() -> None:
    import gc

    from hubs import create_app
    from hubs.demo.cast import PASSWORD
    from hubs.extensions import db

    app = create_app()
    with app.app_context():
        engine = db.engine
        facts = _facts()
    officer, system = signed_in(app, OFFICER, PASSWORD), with_token(app, TOKEN)
    counted = Counted(engine)
    with app.app_context():
        creation = _creation(counted, system, facts)
    bare = Caller(bare_app(engine, facts["owner"], creation))
    pairs: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
        "item": (
            lambda: system.call(f"/api/v1/support-requests/{facts['item']}"),
            lambda: bare.call(f"/item/{facts['item']}"),
        ),
        "list": (lambda: system.call("/api/v1/support-requests?pageSize=50"), lambda: bare.call("/list")),
        "create": (
            lambda: system.call("/api/v1/support-requests", method="POST", body=_new(facts), status=201),
            lambda: bare.call("/create", method="POST", body=_new(facts), status=201),
        ),
        "page": (lambda: officer.call("/questions?state=all"), lambda: bare.call("/page")),
    }
    row: dict[str, Any] = {"database": engine.dialect.name, "questions": facts["questions"]}
    gc.collect()
    gc.freeze()  # as a worker does after start
    for kind, (ours, theirs) in pairs.items():
        row[kind] = {**_compared(ours, theirs), "statements": len(counted.of(ours))}
    for page in PAGES:  # a process that has served before knows the calendars
        officer.call(page)
    row["statements"] = {page: len(counted.of(lambda page=page: officer.call(page))) for page in PAGES}  # type: ignore[misc]
    row["tail"] = _tail(officer)
    print(json.dumps(row))


def _facts() -> dict[str, Any]:
    """The desk of the token and one of its questions that has everything."""
    from sqlalchemy import func, select

    from hubs.accounts.models import ApiClient
    from hubs.companies.models import Company
    from hubs.core.tokens import hash_token
    from hubs.extensions import db
    from hubs.referrals.models import Referral, SupportRequest

    owner = db.session.execute(
        select(ApiClient.organisation_id).where(ApiClient.token_hash == hash_token(TOKEN))
    ).scalar_one()
    found = db.session.execute(
        select(SupportRequest.id, Company.registration_number, SupportRequest.market)
        .join(Company, Company.id == SupportRequest.company_id)
        .join(Referral, Referral.support_request_id == SupportRequest.id)
        .where(SupportRequest.owner_id == owner, SupportRequest.consent_id.is_not(None))
        .order_by(SupportRequest.id.desc())
        .limit(1)
    ).one()
    questions = db.session.execute(select(func.count()).select_from(SupportRequest)).scalar_one()
    return {
        "owner": owner, "item": found.id, "number": found.registration_number, "market": found.market,
        "questions": questions,
    }  # fmt: skip


def _new(facts: dict[str, Any]) -> dict[str, Any]:
    return {
        "market": facts["market"],
        "services": ["commercial_referral"],
        "channel": "telephone",
        "language": "nl",
        "text": "We would like to hire three mechanics and look for an office that knows the rules for contracts.",
        "company": {"name": "Verzonnen Meting BV", "kvkNumber": facts["number"], "country": "NL"},
        "contactPerson": {"name": "Mira Meetveld", "email": "mira.meetveld@example.nl"},
    }


def _creation(counted: Counted, system: Caller, facts: dict[str, Any]) -> Creation:
    """What one question recorded wrote: its statements in their order, the ids it made."""
    from hubs.core.types import new_id

    answers: list[bytes] = []
    record = partial(system.call, "/api/v1/support-requests", method="POST", body=_new(facts), status=201)
    record()  # the first one looks things up that later ones know
    before = new_id()
    sent = counted.of(lambda: answers.append(record()[1]))
    after = new_id()
    body = json.loads(answers[0])
    writes = [one for one in sent if one[0].startswith(("INSERT", "UPDATE"))]
    rows = [row for _statement, values in writes for row in (values if isinstance(values, list) else [values])]
    flat = [value for row in rows for value in (row.values() if isinstance(row, dict) else row)]
    made = [value for value in flat if isinstance(value, str) and len(value) == 26 and before < value < after]
    return Creation(writes, [*dict.fromkeys(made), body["reference"]], _events_of(body["id"]))


def _events_of(request_id: str) -> list[int]:
    from sqlalchemy import select

    from hubs.core.events import Event
    from hubs.extensions import db

    about = (Event.subject_id == request_id) | (Event.related_id == request_id)
    return list(db.session.execute(select(Event.id).where(about).order_by(Event.id)).scalars())


def _compared(ours: Callable[[], Any], theirs: Callable[[], Any]) -> dict[str, float]:
    """The two in turns, so that a busy machine slows both."""
    mine, bare = [], []
    for number in range(ROUNDS + WARM):
        one, other = ours()[0], theirs()[0]
        if number >= WARM:
            mine.append(one)
            bare.append(other)
    return {
        "ratio": round(median(bare) / median(mine), 3),
        "ours_ms": round(median(mine) * 1000, 3),
        "bare_ms": round(median(bare) * 1000, 3),
    }


def _tail(officer: Caller) -> dict[str, float]:
    """One page over and over, as a worker that has run for a while answers it."""
    seconds = [officer.call("/work")[0] for _ in range(1_000)]
    p50, p99 = median(seconds), share(seconds, 0.99)
    return {"ratio": round(p99 / p50, 2), "p50_ms": round(p50 * 1000, 2), "p99_ms": round(p99 * 1000, 2)}


if __name__ == "__main__":
    sys.exit(_main())
