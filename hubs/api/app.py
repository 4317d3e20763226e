"""Puts the API together: areas' endpoints under /api/v1, the document, and the version on every answer."""

from __future__ import annotations

import importlib
import json
from typing import Any

from flask import Blueprint, Flask, Response, request
from werkzeug.routing import BaseConverter

from hubs.api import authentication
from hubs.api.call import Answer, Call
from hubs.api.endpoints import PUBLIC, Routes, handler_of
from hubs.api.openapi import API_VERSION, document
from hubs.core.links import external
from hubs.extensions import csrf

PREFIX = "/api/v1"
AREAS = ("reference", "directory", "agreements", "companies", "referrals", "missions", "guideline", "accreditation")


class KeyConverter(BaseConverter):
    """The key of a row of reference data."""

    regex = r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}"


def _document_routes(areas: list[Routes]) -> Routes:
    routes = Routes()
    made: dict[str, bytes] = {}

    @routes.get("/openapi.json", PUBLIC, answer=None, summary="This API as OpenAPI 3.1", tag="openapi")
    def openapi_show(_call: Call) -> Answer:
        server = external(PREFIX)
        if server not in made:
            endpoints = [endpoint for listed in (routes, *areas) for endpoint in listed.endpoints]
            made[server] = json.dumps(document(endpoints, server), ensure_ascii=False).encode()
        return Answer(made[server])

    return routes


def _version_on_answers(app: Flask) -> None:
    @app.after_request
    def _say_version(response: Response) -> Any:
        if request.path.startswith("/api/"):
            response.headers["API-Version"] = API_VERSION
            response.vary.add("Authorization")
        return response


def init_app(app: Flask) -> None:
    app.url_map.converters.update(key=KeyConverter)
    authentication.init_app(app)
    areas = [importlib.import_module(f"hubs.{area}.api").routes for area in AREAS]
    blueprint = Blueprint("api", __name__, url_prefix=PREFIX)
    for routes in (_document_routes(areas), *areas):
        for endpoint in routes.endpoints:
            blueprint.add_url_rule(
                endpoint.path,
                endpoint=endpoint.name,
                view_func=handler_of(endpoint),
                methods=[endpoint.method],
                provide_automatic_options=False,
            )
    app.register_blueprint(blueprint)
    csrf.exempt(blueprint)
    _version_on_answers(app)
