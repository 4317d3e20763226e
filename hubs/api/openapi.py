"""The OpenAPI 3.1 document, made from the endpoints and their marshmallow schemas."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema

from hubs.api.endpoints import Endpoint
from hubs.api.fields import AnyOf
from hubs.api.schemas import Problem, camel

API_VERSION = "1.0.0"
PROBLEM = "application/problem+json"
_VALUE = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>")
_PATTERNS = {"id": "^[0-9a-hjkmnp-tv-z]{26}$", "iso2": "^[A-Z]{2}$", "key": "^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$"}
_REFUSALS = {
    400: "The body or the query is not right; every problem at once.",
    401: "No token, or none that counts.",
    403: "The client's role or scopes do not allow this.",
    404: "Absent, or outside the client's scope.",
    409: "Not possible in the present state.",
    412: "Somebody changed it after the version in If-Match.",
    413: "The body is too large.",
    415: "The body is not JSON; for a file: not multipart/form-data.",
    422: "A rule of the domain says no.",
    428: "If-Match is missing.",
    429: "Too many calls; see Retry-After.",
}
_ABOUT = (
    "Questions of Dutch entrepreneurs abroad: record them, route them, refer them to a hub, a post or a partner, "
    "and follow them to the end. Terms, codes and names are those of `/code-lists`."
)


def parameter_names(path: str) -> dict[str, str]:
    """How a path's values are called outside: the first `id`, a further one `evidenceId`, or a key of data."""
    inside = [name for _kind, name in _VALUE.findall(path)]
    first = next((name for name in inside if name.endswith("_id")), None)
    return {name: "id" if name == first else camel(name) for name in inside}


def outside_path(path: str) -> str:
    """`/hubs/<id:hub_id>` as `/hubs/{id}`."""
    names = parameter_names(path)
    return _VALUE.sub(lambda found: "{" + names[found.group(2)] + "}", path)


def _schema_name(schema: Any) -> str:
    kind = schema if isinstance(schema, type) else type(schema)
    return kind.__name__


def _describe_any_of(converter: Any, field: Any, **_more: Any) -> dict[str, Any]:
    """A field that takes one of several forms."""
    if not isinstance(field, AnyOf):
        return {}
    forms = [converter.field2property(choice) for choice in field.choices]
    return {"anyOf": [*forms, {"type": "null"}] if field.allow_none else forms}


def document(endpoints: Iterable[Endpoint], server: str) -> dict[str, Any]:
    """The whole document."""
    plugin = MarshmallowPlugin(schema_name_resolver=_schema_name)
    spec = APISpec(
        title="Hubs",
        version=API_VERSION,
        openapi_version="3.1.0",
        info={"description": _ABOUT},
        plugins=[plugin],
        servers=[{"url": server}],
    )
    converter: Any = plugin.converter
    converter.add_attribute_function(lambda self, field, **more: _describe_any_of(self, field, **more))
    spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    spec.components.schema("Problem", schema=Problem)
    spec.components.header("API-Version", {"schema": {"type": "string"}, "description": "The version of this API."})
    for status, words in _REFUSALS.items():
        spec.components.response(str(status), _refusal(status, words))
    for endpoint in endpoints:
        spec.path(path=outside_path(endpoint.path), operations={endpoint.method.lower(): _operation(endpoint)})
    return spec.to_dict()


def _refusal(status: int, words: str) -> dict[str, Any]:
    headers: dict[str, Any] = {"API-Version": "API-Version"}
    if status == 429:
        headers["Retry-After"] = {"schema": {"type": "integer"}, "description": "Seconds to wait."}
    if status == 401:
        headers["WWW-Authenticate"] = {"schema": {"type": "string"}}
    return {"description": words, "headers": headers, "content": {PROBLEM: {"schema": "Problem"}}}


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "tags": [endpoint.tag],
        "security": [] if endpoint.is_public else [{"bearer": []}],
        "parameters": _parameters(endpoint),
        "responses": _responses(endpoint),
    }
    if endpoint.description:
        operation["description"] = endpoint.description
    if endpoint.body is not None:
        kind = "multipart/form-data" if endpoint.upload else "application/json"
        operation["requestBody"] = {"required": True, "content": {kind: {"schema": endpoint.body}}}
    if not endpoint.is_public:
        operation["x-permission"] = endpoint.access
    return operation


def _parameters(endpoint: Endpoint) -> list[Any]:
    names = parameter_names(endpoint.path)
    listed: list[Any] = [
        {
            "in": "path",
            "name": names[name],
            "required": True,
            "schema": {"type": "string", **({"pattern": _PATTERNS[kind]} if kind in _PATTERNS else {})},
        }
        for kind, name in _VALUE.findall(endpoint.path)
    ]
    if endpoint.query is not None:
        listed.append({"in": "query", "schema": endpoint.query})
    listed.append(_header("Accept-Language", "Language of messages and names: nl or en."))
    if endpoint.creates:
        listed.append(_header("Idempotency-Key", "Sent twice within a day with the same body, done once."))
    if endpoint.match:
        words = "The ETag the change was made on; `*` for whichever."
        listed.append({**_header("If-Match", words), "required": endpoint.match == "required"})
    if endpoint.method == "GET" and not endpoint.is_list:
        listed.append(_header("If-None-Match", "The ETag of the copy one has."))
    return listed


def _header(name: str, words: str) -> dict[str, Any]:
    return {"in": "header", "name": name, "required": False, "description": words, "schema": {"type": "string"}}


def _responses(endpoint: Endpoint) -> dict[str, Any]:
    statuses = set(endpoint.refuses)
    statuses |= set() if endpoint.is_public else {401, 403, 429}
    statuses |= {404} if endpoint.has_subject else set()
    statuses |= {400} if endpoint.query is not None else set()
    statuses |= {400, 413, 415} if endpoint.method != "GET" else set()
    answers: dict[str, Any] = {str(endpoint.status): _success(endpoint)}
    if endpoint.method == "GET" and not endpoint.is_list:
        answers["304"] = {"description": "The copy is still the same.", "headers": {"API-Version": "API-Version"}}
    answers.update({str(status): str(status) for status in sorted(statuses)})
    return answers


def _success(endpoint: Endpoint) -> dict[str, Any]:
    headers: dict[str, Any] = {"API-Version": "API-Version"}
    if not endpoint.is_list:
        headers["ETag"] = {"schema": {"type": "string"}}
    if endpoint.creates:
        headers["Location"] = {"schema": {"type": "string"}}
    return {
        "description": endpoint.summary,
        "headers": headers,
        "content": {"application/json": {"schema": _answer_schema(endpoint)}},
    }


def _answer_schema(endpoint: Endpoint) -> Any:
    item: type[Schema] | dict[str, Any] = endpoint.answer or {"type": "object"}
    if not endpoint.is_list:
        return item
    return {
        "type": "object",
        "required": ["items", "next", "total"],
        "properties": {
            "items": {"type": "array", "items": item},
            "next": {"type": ["string", "null"], "description": "Address of the next page; null at the end."},
            "total": {"type": ["integer", "null"], "description": "How many; null above 10,000."},
        },
    }
