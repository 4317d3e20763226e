"""Which version of a profile or office a reader saw, so that a stale page is found out (409) and keeps its text."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.accounts.models import Office
from hubs.core.errors import Stale
from hubs.core.perform import check_version

from .models import PartnerProfile, PostProfile

# of things without a version column: what a page edits
EDITED: Mapping[type, tuple[str, ...]] = {
    Office: ("city", "timezone", "hours", "email", "phone", "weekly_capacity"),
    PartnerProfile: ("website", "contact_email", "contact_phone"),
    PostProfile: ("automatic_services", "district_cities"),
}


def version_of(subject: Any) -> int:
    """The version as a form carries it: the counter of the row, or a checksum of what the form shows."""
    columns = EDITED.get(type(subject))
    if columns is None:
        return subject.version_id
    shown = json.dumps([getattr(subject, name) for name in columns], sort_keys=True, default=str)
    return zlib.crc32(shown.encode())


def check_seen(subject: Any, version: int | None) -> None:
    """Raises Stale when `version` is given and is not the present one."""
    if type(subject) not in EDITED:
        check_version(subject, version)
    elif version is not None and version != version_of(subject):
        raise Stale(_l("Somebody changed this while you had it open. What you typed is kept; check it and send again."))


def version_of_draft(profile: Any, *changes: Any) -> int:
    """The version of a profile with what is drafted and waits beside it, as the form of the draft carries it."""
    parts = [f"{change.id}:{change.version_id}" for change in changes if change is not None]
    return zlib.crc32(":".join([str(profile.version_id), *parts]).encode())


def check_seen_draft(version: int | None, present: int) -> None:
    """Raises Stale when the draft, what waits or what is published changed since."""
    if version is not None and version != present:
        raise Stale(_l("Somebody changed this while you had it open. What you typed is kept; check it and send again."))
