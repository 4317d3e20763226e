"""Bodies and queries: read first, judged later, because 401, 404 and 403 come before 400 (handles.md, API)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import request
from marshmallow import Schema, ValidationError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, UnsupportedMediaType

from hubs.api.words import explained
from hubs.core.errors import BadInput, Problem

_JSON = ("application/json", "application/merge-patch+json")
_MOST_PROBLEMS = 200
_LONGEST_PATH = 200


@dataclass(frozen=True, slots=True)
class Payload:
    """What was sent: a JSON value, or why there is none."""

    value: Any = None
    refusal: HTTPException | BadInput | None = None

    def action(self) -> str | None:
        """The action named in the body, when there is one; whether it exists is judged elsewhere."""
        found = self.value.get("action") if isinstance(self.value, dict) else None
        return found if isinstance(found, str) else None


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def read_payload() -> Payload:
    """The body as JSON. Nothing is raised here: what is wrong with it is said when the body's turn comes."""
    try:
        raw = request.get_data()
    except RequestEntityTooLarge as error:
        return Payload(refusal=error)
    if not raw:
        return Payload()
    if request.mimetype not in _JSON:
        return Payload(refusal=UnsupportedMediaType())
    try:
        return Payload(json.loads(raw.decode("utf-8"), parse_constant=_no_constant))
    except (ValueError, RecursionError):
        code, message = explained("malformed")
        return Payload(refusal=BadInput([Problem(code, message)], message))


def read_upload() -> Payload:
    """The fields of a multipart form, the file as `file` among them; nothing is raised here either."""
    if request.mimetype != "multipart/form-data":
        return Payload(refusal=UnsupportedMediaType())
    try:
        form, files = request.form.to_dict(), request.files.to_dict()
    except RequestEntityTooLarge as error:
        return Payload(refusal=error)
    return Payload({**{name: value for name, value in form.items() if value != ""}, **files})


def load(schema: Schema, value: Any) -> dict[str, Any]:
    """The value as the schema takes it. Raises BadInput with every problem at once."""
    try:
        return schema.load(value)
    except ValidationError as error:
        raise BadInput(list(problems_of(error.messages))[:_MOST_PROBLEMS]) from error


def problems_of(messages: Any, path: str = "") -> Iterator[Problem]:
    """Every error of a schema as a problem; the field is a path with dots."""
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            deeper = path if key == "_schema" else f"{path}.{key}" if path else str(key)
            yield from problems_of(inner, deeper)
        return
    for error in messages if isinstance(messages, list) else [messages]:
        if isinstance(error, Mapping):
            yield from problems_of(error, path)
        else:
            code, message = explained(str(error))
            yield Problem(code, message, path[:_LONGEST_PATH] or None)


def load_query(schema: Schema) -> dict[str, Any]:
    """The query string as the schema takes it; an empty value counts as none. Raises BadInput."""
    given = request.args.to_dict(flat=False)
    problems = [Problem(*explained("repeated"), field=name[:100]) for name, values in given.items() if len(values) > 1]
    if problems:
        raise BadInput(problems)
    return load(schema, {name: values[0] for name, values in given.items() if values[0] != ""})
