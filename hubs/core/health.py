"""`/live`, `/ready` and `/metrics`: for whoever keeps the service running."""

from __future__ import annotations

import os
import time
from typing import Any

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Response, current_app, g, jsonify, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from hubs.core.clock import utcnow
from hubs.core.events import Event, OutboxItem
from hubs.extensions import db

bp = Blueprint("health", __name__)
registry = CollectorRegistry()
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})  # what anybody may send is no label
REQUESTS = Counter("hubs_requests_total", "Requests answered", ["endpoint", "method", "status"], registry=registry)
SECONDS = Histogram(
    "hubs_request_seconds",
    "Time to answer",
    ["endpoint"],
    registry=registry,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)


def head_revision() -> str | None:
    """The newest migration in the code."""
    config = Config()
    config.set_main_option("script_location", str(current_app.config["MIGRATIONS_DIR"]))
    return ScriptDirectory.from_config(config).get_current_head()


@bp.get("/live")
def live() -> Response:
    return jsonify(status="alive")


@bp.get("/ready")
def ready() -> tuple[Response, int]:
    """200 when the database answers and stands at the newest migration, else 503 with the reason."""
    try:
        connection = db.session.connection()
        present = MigrationContext.configure(connection).get_current_revision()
    except SQLAlchemyError:
        db.session.rollback()
        return jsonify(status="unavailable", reason="database"), 503
    if present != head_revision():
        return jsonify(status="unavailable", reason="migrations", present=present), 503
    return jsonify(status="ready"), 200


def _gauges() -> str:
    open_items = select(func.count(), func.min(Event.at)).select_from(OutboxItem).join(OutboxItem.event)
    count, oldest = db.session.execute(open_items.where(OutboxItem.done_at.is_(None))).one()
    seconds = max(0.0, (utcnow() - oldest).total_seconds()) if oldest else 0.0
    return (
        "# HELP hubs_outbox_waiting Events not yet turned into deliveries\n"
        "# TYPE hubs_outbox_waiting gauge\n"
        f"hubs_outbox_waiting {count}\n"
        "# HELP hubs_outbox_oldest_seconds Age of the oldest such event\n"
        "# TYPE hubs_outbox_oldest_seconds gauge\n"
        f"hubs_outbox_oldest_seconds {seconds}\n"
    )


def _all_workers() -> CollectorRegistry:
    """The figures of every worker when they share a folder (tools/gunicorn_conf.py), else of this process."""
    if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        return registry
    shared = CollectorRegistry()
    multiprocess.MultiProcessCollector(shared)
    return shared


@bp.get("/metrics")
def metrics() -> Response:
    body = generate_latest(_all_workers()).decode() + _gauges()
    return Response(body, content_type=CONTENT_TYPE_LATEST)


for _view in (live, ready, metrics):
    setattr(_view, "__access__", "public")  # noqa: B010


def init_app(app: Any) -> None:
    app.register_blueprint(bp)

    @app.after_request
    def _count(response: Response) -> Response:
        endpoint = request.endpoint or "none"
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(endpoint, method, response.status_code).inc()
        if "started" in g:
            SECONDS.labels(endpoint).observe(time.perf_counter() - g.started)
        return response
