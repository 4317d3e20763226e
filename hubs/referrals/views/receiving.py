"""Files sent along with a form: each is checked by itself, and one that is refused takes nothing else with it."""

from __future__ import annotations

from flask import request
from flask_babel import gettext as _

from hubs.core.errors import Problem, RuleViolation
from hubs.core.uploads import Received, receive


def received_files(field: str = "files") -> tuple[list[Received], list[Problem]]:
    """What passed the checks, and what is wrong with the rest, each by its name; before the transaction begins."""
    found: list[Received] = []
    problems: list[Problem] = []
    for upload in request.files.getlist(field):
        if not upload.filename:
            continue
        try:
            found.append(receive(upload.stream, upload.filename, field=field))
        except RuleViolation as refusal:
            told = refusal.problems[0]
            words = _("%(name)s: %(problem)s", name=upload.filename[:80], problem=told.message)
            problems.append(Problem(told.code, words, field))
    return list({each.sha256: each for each in found}.values()), problems
