"""gunicorn: a few workers with threads; frozen objects keep full garbage collections out of the answers' tail.

The workers share a folder for their figures, so that /metrics answers for all of them.
"""

from __future__ import annotations

import gc
import os
import tempfile
from typing import Any

# before the application, and so prometheus_client, is imported
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="hubs-metrics-"))

workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
worker_class = "gthread"
control_socket_disable = True
graceful_timeout = 10
keepalive = 5
preload_app = True  # what the workers do not change they share
errorlog = "-"
loglevel = os.environ.get("LOG_LEVEL", "warning").lower()


def when_ready(server: Any) -> None:
    gc.collect()
    gc.freeze()  # before the workers are forked, so that the collector writes nothing into what they share


def post_worker_init(worker: Any) -> None:
    gc.collect()
    gc.freeze()


def child_exit(server: Any, worker: Any) -> None:
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)
