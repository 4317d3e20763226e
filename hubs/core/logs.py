"""Structured logs on standard error: one JSON object a line in production, readable lines in development."""

from __future__ import annotations

import logging
import secrets
import sys
import time

import structlog
from flask import Flask, Response, g, request


def configure(level: str, *, as_json: bool) -> None:
    processors: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    last = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[*processors, last],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level, logging.INFO)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def init_app(app: Flask) -> None:
    """One line a request: method, endpoint, status, milliseconds. Never a query string, body or address."""
    log = structlog.get_logger()

    @app.before_request
    def _begin() -> None:
        g.started = time.perf_counter()
        g.request_number = secrets.token_hex(8)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=g.request_number)

    @app.after_request
    def _end(response: Response) -> Response:
        if "started" in g and request.endpoint != "static":
            took = (time.perf_counter() - g.started) * 1000
            log.info(
                "request",
                method=request.method,
                endpoint=request.endpoint,
                status=response.status_code,
                ms=round(took, 1),
            )
            response.headers["X-Request-Id"] = g.request_number
        return response
