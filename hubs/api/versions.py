"""ETags: the version of the thing and a hash of the answer, `"7.1f0c…"`.

The whole says whether a reader's copy is still the same (it differs by reader and language); the part before the
dot says which version a change was made on.
"""

from __future__ import annotations

import hashlib
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import PreconditionRequired
from werkzeug.http import parse_etags

from hubs.core.errors import Stale

_HASH_LENGTH = 16


def etag_of(content: bytes, version: Any = None) -> str:
    """The tag of an answer, without its quotes."""
    digest = hashlib.sha256(content).hexdigest()[:_HASH_LENGTH]
    return digest if version is None else f"{version}.{digest}"


def content_version(*values: Any) -> str:
    """A version for what has no counter: a hash of its values."""
    return hashlib.sha256(repr(values).encode("utf-8", "replace")).hexdigest()[:_HASH_LENGTH]


def check_match(version: Any, *, required: bool) -> None:
    """428 when a change says not which version it was made on, 412 when that is not the present one."""
    header = request.headers.get("If-Match")
    if header is None:
        if required:
            raise PreconditionRequired()
        return
    tags = parse_etags(header)
    if tags.star_tag:
        return
    seen = {(tag or "").partition(".")[0] for tag in tags.as_set(include_weak=True)}
    if str(version) not in seen:
        raise Stale(_l("Somebody changed this after you read it. Read it again and send your change once more."))
