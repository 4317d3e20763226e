"""Endpoints: a thin decorator that ties a view to its route, its permission, its schemas and its documentation.

The wrapper goes the one way every call goes: token, transaction, view, dump, throttle, commit (docs/adr/0002).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from flask import Response, request
from marshmallow import Schema

from hubs.accounts.actor import ANONYMOUS
from hubs.accounts.permissions import P
from hubs.api import idempotency
from hubs.api.authentication import authenticated, throttled
from hubs.api.call import Answer, Call
from hubs.api.dumping import dumper
from hubs.api.listing import Listing
from hubs.api.payload import Payload, read_payload, read_upload
from hubs.api.schemas import Empty, ListQuery, camel
from hubs.api.versions import etag_of
from hubs.core.clock import utcnow
from hubs.core.errors import DomainError, Problem
from hubs.core.uploads import accepts_upload
from hubs.extensions import db, write_transaction

PUBLIC = "public"
View = Callable[..., Any]
JSON = "application/json"


@dataclass(frozen=True)
class Endpoint:
    """One method on one path. `match`: If-Match is `required`, `optional` or (None) has no meaning."""

    method: str
    path: str
    view: View
    access: str
    summary: str
    tag: str
    answer: type[Schema] | None
    body: type[Schema] | None = None
    query: type[Schema] | None = None
    status: int = 200
    match: str | None = None
    writes: bool = False
    creates: bool = False
    upload: bool = False  # takes multipart/form-data with a file; reads it before its transaction begins
    refuses: tuple[int, ...] = ()
    description: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)  # what an operation calls a field -> its path here

    @property
    def name(self) -> str:
        return self.view.__name__

    @property
    def is_public(self) -> bool:
        return self.access == PUBLIC

    @property
    def has_subject(self) -> bool:
        return "<" in self.path

    @property
    def is_list(self) -> bool:
        return self.query is not None and issubclass(self.query, ListQuery)

    @property
    def body_optional(self) -> bool:
        return self.body is None

    @cached_property
    def body_schema(self) -> Schema:
        return (self.body or Empty)()

    @cached_property
    def query_schema(self) -> Schema:
        return (self.query or Empty)()


class Routes:
    """The endpoints of one area, in the order in which they are declared."""

    def __init__(self) -> None:
        self.endpoints: list[Endpoint] = []

    def endpoint(self, method: str, path: str, access: P | str, **more: Any) -> Callable[[View], View]:
        """Declare a view. It gets a Call and the path's values, and gives an Answer or a Listing."""

        def decorate(view: View) -> View:
            self.endpoints.append(Endpoint(method=method, path=path, view=view, access=str(access), **more))
            return view

        return decorate

    def get(self, path: str, access: P | str, **more: Any) -> Callable[[View], View]:
        return self.endpoint("GET", path, access, **more)

    def create(self, path: str, access: P | str, **more: Any) -> Callable[[View], View]:
        more.setdefault("refuses", (409, 422))
        return self.endpoint("POST", path, access, status=201, writes=True, creates=True, **more)

    def upload(self, path: str, access: P | str, **more: Any) -> Callable[[View], View]:
        """A file with words about it. The view begins the transaction (`Call.begin`), after the file was read."""
        return self.create(path, access, upload=True, **more)

    def patch(self, path: str, access: P | str, **more: Any) -> Callable[[View], View]:
        more.setdefault("refuses", (409, 412, 422, 428))
        return self.endpoint("PATCH", path, access, writes=True, match="required", **more)

    def transitions(self, path: str, access: P | str, **more: Any) -> Callable[[View], View]:
        more.setdefault("refuses", (409, 412, 422))
        return self.endpoint("POST", path, access, writes=True, match="optional", **more)


def handler_of(endpoint: Endpoint) -> View:
    """The Flask view of an endpoint, with its permission where `rules dump` and the tests read it."""

    def handle(**values: Any) -> Response:
        now = utcnow()
        actor = ANONYMOUS if endpoint.is_public else authenticated(now)
        over = None if endpoint.is_public else throttled(actor, now)
        payload = Payload() if endpoint.method == "GET" else read_upload() if endpoint.upload else read_payload()
        call = Call(endpoint, actor, now, payload, is_checked=endpoint.is_public)
        try:
            response = _served(call, values)
        except DomainError as refusal:
            refusal.problems = tuple(_with_path(endpoint, problem) for problem in refusal.problems)
            raise
        if over is not None:
            raise over
        if endpoint.writes:
            db.session.commit()
        return response

    handle.__name__ = endpoint.name
    handle.__doc__ = endpoint.summary
    marked: Any = handle
    marked.__access__ = endpoint.access
    return accepts_upload(handle) if endpoint.upload else handle


def _with_path(endpoint: Endpoint, problem: Problem) -> Problem:
    """The problem with its field as the API calls it."""
    if problem.field is None:
        return problem
    return replace(problem, field=endpoint.fields.get(problem.field) or camel(problem.field))


def _served(call: Call, values: dict[str, Any]) -> Response:
    endpoint = call.endpoint
    if not endpoint.has_subject and not endpoint.is_public:
        call.may()
    if endpoint.writes and not endpoint.upload:
        write_transaction()
    try:
        answer = endpoint.view(call, **values)
    except idempotency.MadeBefore as found:
        return _replayed(found.row)
    if not call.is_checked:
        raise RuntimeError(f"{endpoint.name} answered without asking whether the caller may")
    if endpoint.creates and not call.is_read:
        raise RuntimeError(f"{endpoint.name} made something without asking whether it was made before")
    response = _response(endpoint, answer)
    if call.key is not None:
        _keep(call, call.key, response)
    return response


def _response(endpoint: Endpoint, answer: Answer | Listing) -> Response:
    dump = dumper(endpoint.answer) if endpoint.answer else None
    if isinstance(answer, Listing):
        items = [dump(item) for item in answer.items] if dump else answer.items
        return _json({"items": items, "next": answer.next, "total": answer.total})
    if isinstance(answer.body, bytes):
        response = Response(answer.body, mimetype=JSON)
    else:
        response = _json(dump(answer.body) if dump else answer.body)
    response.status_code = endpoint.status
    response.set_etag(etag_of(response.get_data(), answer.version))
    if answer.location:
        response.headers["Location"] = answer.location
    if endpoint.method == "GET":
        response.make_conditional(request)
    return response


def _json(body: Any) -> Response:
    return Response(json.dumps(body, ensure_ascii=False, separators=(",", ":")), mimetype=JSON)


def _keep(call: Call, key: str, response: Response) -> None:
    idempotency.keep_answer(
        str(call.actor.id),
        key,
        status=response.status_code,
        answer=response.get_data(as_text=True),
        location=response.headers.get("Location"),
        etag=response.headers.get("ETag"),
    )


def _replayed(earlier: idempotency.IdempotencyKey) -> Response:
    response = Response(earlier.answer, status=earlier.status, mimetype=JSON)
    for name, value in (("Location", earlier.location), ("ETag", earlier.etag)):
        if value:
            response.headers[name] = value
    return response
