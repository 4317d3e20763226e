"""The document: valid OpenAPI 3.1, whole, and without what comes with a later issue."""

from __future__ import annotations

import re
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

RESOURCES = [
    "markets",
    "sectors",
    "services",
    "code-lists",
    "consent-texts",
    "posts",
    "hubs",
    "service-offers",
    "partners",
    "agreements",
    "companies",
    "client-contacts",
    "support-requests",
    "referrals",
    "events",
    "liaisons",
    "capacity-changes",
    "closures",
    "missions",
    "guideline-versions",
    "proposals",
]
LATER = [
    "indicators",
    "webhooks",
    "simulations",
]


def _operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    ]


def test_the_document_is_valid_and_public(client: Any, document: dict[str, Any]) -> None:
    answer = client("")("GET", "/openapi.json")
    assert answer.status_code == 200 and answer.mimetype == "application/json"
    assert document["openapi"].startswith("3.1")
    assert not list(OpenAPIV31SpecValidator(document).iter_errors())


@pytest.mark.parametrize("resource", RESOURCES)
def test_every_resource_has_a_collection_and_items(document: dict[str, Any], resource: str) -> None:
    paths = [path for path in document["paths"] if path.split("/")[1] == resource]
    assert f"/{resource}" in paths
    assert any(re.fullmatch(rf"/{resource}/\{{\w+\}}", path) for path in paths)


def test_nothing_of_a_later_issue_is_there(client: Any, document: dict[str, Any]) -> None:
    words = " ".join(document["paths"])
    assert not [name for name in LATER if name in words]
    assert all(client("post")("GET", f"/{name}").status_code == 404 for name in LATER)


def test_every_operation_is_described_in_full(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _path, _method, operation in _operations(document)]
    assert len(names) == len(set(names))
    for path, method, operation in _operations(document):
        where = f"{method} {path}"
        assert operation["summary"] and operation["tags"], where
        assert operation["security"] == ([] if path == "/openapi.json" else [{"bearer": []}]), where
        named = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "path"}
        assert named == set(re.findall(r"\{(\w+)\}", path)), where
        answers = operation["responses"]
        assert any(status.startswith("2") for status in answers), where
        if path != "/openapi.json":
            assert {"401", "403", "429"} <= set(answers), where
        if method != "get":
            assert {"400", "413", "415"} <= set(answers), where
        if method == "patch":
            assert {"412", "428", "422"} <= set(answers), where
        if "{" in path:
            assert "404" in answers, where


def test_names_are_camel_case_and_inputs_refuse_unknown_fields(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        for key in schema.get("properties", {}):
            assert re.fullmatch(r"[a-z][a-zA-Z0-9]*", key), (name, key)
    for _path, _method, operation in _operations(document):
        body = operation.get("requestBody")
        if body:
            (content,) = body["content"].values()  # JSON, or a form with a file
            reference = content["schema"]["$ref"].rsplit("/", 1)[1]
            assert document["components"]["schemas"][reference]["additionalProperties"] is False, reference


def test_every_endpoint_carries_its_permission(app: Any) -> None:
    from hubs.accounts.permissions import P

    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/")]
    assert len(rules) > 40
    for rule in rules:
        access = app.view_functions[rule.endpoint].__access__
        assert access == "public" if rule.rule.endswith("openapi.json") else P(access), rule
