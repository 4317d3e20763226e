"""The life of a guideline version: a draft is edited, one in force never changes (domain.md, Nouns)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.accounts.permissions import P
from hubs.core.errors import Problem
from hubs.core.lifecycle import Change, Lifecycle, t


class VersionState(StrEnum):
    DRAFT = "draft"
    IN_FORCE = "in_force"
    RETIRED = "retired"


V = VersionState


def _is_ready(_version: Any, change: Change) -> Iterable[Problem]:
    if change.data.get("in_force_on") is None:
        yield Problem("date_required", _l("Fill in from which day it holds."), "in_force_on")


def _put_in_force(version: Any, change: Change) -> None:
    version.in_force_on = change.data["in_force_on"]
    version.put_in_force_at = change.now


def _retire(version: Any, change: Change) -> None:
    version.retired_on = change.data["retired_on"]


GUIDELINE_VERSION = Lifecycle(
    "guideline_version",
    VersionState,
    V.DRAFT,
    (
        t(
            "put_in_force",
            _l("Put in force"),
            {V.DRAFT},
            V.IN_FORCE,
            P.GUIDELINE_PUT_IN_FORCE,
            guard=_is_ready,
            effect=_put_in_force,
        ),
        t("retire", _l("Retire"), {V.IN_FORCE}, V.RETIRED, P.GUIDELINE_PUT_IN_FORCE, effect=_retire),
    ),
)
