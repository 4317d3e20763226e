"""The bare variants: Flask and SQL with nothing around it. No sign-in, no permission, no words, no audit.

What they do is as little as the same answer can be made with, on the same database in the same run.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, render_template_string, request
from sqlalchemy import Engine, text

_REQUEST = """
    SELECT r.*, o.kind AS owner_kind, o.code AS owner_code, o.name_en AS owner_name, c.country AS company_country,
           c.registration_number AS number, cr.name AS company, cp.name AS person, cp.email AS email,
           cp.phone AS phone, s.text_version AS text_version, s.recipients_kind AS recipients_kind,
           s.given_at AS given_at, f.city AS office_city
    FROM support_requests r
    JOIN organisations o ON o.id = r.owner_id
    JOIN offices f ON f.id = r.office_id
    LEFT JOIN companies c ON c.id = r.company_id
    LEFT JOIN company_records cr ON cr.company_id = r.company_id AND cr.organisation_id = r.owner_id
    LEFT JOIN contact_persons cp ON cp.id = r.contact_person_id
    LEFT JOIN consents s ON s.id = r.consent_id
"""
ITEM = text(_REQUEST + "WHERE r.id = :id")
LIST = text(_REQUEST + "WHERE r.owner_id = :owner ORDER BY r.id DESC LIMIT 50")
COUNT = text("SELECT count(*) FROM (SELECT 1 FROM support_requests WHERE owner_id = :owner LIMIT 10001) AS few")
LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
PAGE = """<!doctype html><html lang="en"><head><title>Questions</title></head><body><h1>Questions</h1><table>
{% for row in rows %}<tr><td>{{ row.reference }}</td><td>{{ row.state }}</td><td>{{ row.market }}</td>
<td>{{ row.text[:80] }}</td><td>{{ row.company }}</td><td>{{ row.due_at }}</td><td>{{ row.owner_name }}</td>
<td><a href="/questions/{{ row.reference }}">open</a></td></tr>{% endfor %}</table></body></html>"""


@dataclass(frozen=True)
class Creation:
    """The statements that wrote one question, with their values; the ids it made, and the numbers of its events."""

    statements: list[tuple[str, Any]]
    made: list[str]
    events: list[int]


def _of(ids: Iterable[str], table: str, column: str) -> Any:
    listed = ", ".join(f"'{one}'" for one in ids)  # ids of this database, read just before
    return text(f"SELECT * FROM {table} WHERE {column} IN ({listed})")  # noqa: S608


def bare_app(engine: Engine, owner: str, creation: Creation) -> Flask:
    """An application over `engine`; `creation` is what one question recorded wrote."""
    app = Flask("bare")

    def rows_with_parts(connection: Any, rows: list[Any]) -> list[dict[str, Any]]:
        found = {row.id: {**row._mapping, "parts": [], "referrals": [], "messages": []} for row in rows}
        for name, table in (("parts", "request_parts"), ("referrals", "referrals")):
            for row in connection.execute(_of(found, table, "support_request_id")):
                found[row.support_request_id][name].append(dict(row._mapping))
        return list(found.values())

    def answered(body: Any, status: int = 200) -> Response:
        return Response(json.dumps(body, default=str, separators=(",", ":")), status, mimetype="application/json")

    @app.get("/item/<identifier>")
    def item(identifier: str) -> Response:
        with engine.connect() as connection:
            found = rows_with_parts(connection, list(connection.execute(ITEM, {"id": identifier})))[0]
            asked = _of([identifier], "messages", "support_request_id")
            found["messages"] = [dict(row._mapping) for row in connection.execute(asked)]
            return answered(found)

    @app.get("/list")
    def listed() -> Response:
        with engine.connect() as connection:
            rows = rows_with_parts(connection, list(connection.execute(LIST, {"owner": owner})))
            total = connection.execute(COUNT, {"owner": owner}).scalar_one()
            return answered({"items": rows, "total": total})

    @app.get("/page")
    def page() -> str:
        with engine.connect() as connection:
            return render_template_string(PAGE, rows=list(connection.execute(LIST, {"owner": owner})))

    @app.post("/create")
    def create() -> Response:
        request.get_json()
        connection = engine.raw_connection()
        try:
            reference = _write_again(connection, creation)
            connection.commit()
        finally:
            connection.close()
        return answered({"reference": reference}, 201)

    return app


def _write_again(connection: Any, creation: Creation) -> str:
    """The same rows once more under new ids; the new reference."""
    fresh: dict[Any, Any] = {}
    for value in creation.made:
        fresh[value] = "".join(secrets.choice(LETTERS) for _ in range(len(value)))
    events = iter(creation.events)
    cursor = connection.cursor()
    for statement, values in creation.statements:
        (cursor.executemany if isinstance(values, list) else cursor.execute)(statement, _renamed(values, fresh))
        if statement.startswith("INSERT INTO events"):
            made = cursor.fetchone()[0] if "RETURNING" in statement else cursor.lastrowid
            fresh[next(events)] = made
    return str(next(new for old, new in fresh.items() if str(old).startswith("H-")))


def _renamed(value: Any, fresh: dict[Any, Any]) -> Any:
    if isinstance(value, dict):
        return {name: _renamed(one, fresh) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_renamed(one, fresh) for one in value)
    return fresh.get(value, value) if isinstance(value, str | int) and not isinstance(value, bool) else value
