"""gunicorn: a few workers with threads; frozen objects keep full garbage collections out of the answers' tail."""

from __future__ import annotations

import gc
import os
from typing import Any

workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
worker_class = "gthread"
control_socket_disable = True
graceful_timeout = 10
keepalive = 5
preload_app = False
errorlog = "-"
loglevel = os.environ.get("LOG_LEVEL", "warning").lower()


def post_worker_init(worker: Any) -> None:
    gc.collect()
    gc.freeze()
