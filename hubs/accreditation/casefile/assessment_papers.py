"""The assessment as a paper: scores of both assessors with their reasons, moderation, facts checked; and the trail."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence

from flask_babel import gettext as _

from hubs.accreditation.casefile.papers import Binder, moment
from hubs.accreditation.letters.content import Chapter, DocumentContent, Line, Table
from hubs.accreditation.models import FactCheck, Moderation, Proposal, Score
from hubs.core.events import Event
from hubs.reference.labels import label


def assessment_paper(
    proposal: Proposal,
    scores: Sequence[Score],
    moderations: Iterable[Moderation],
    checks: Sequence[FactCheck],
    binder: Binder,
) -> DocumentContent:
    """Every score and check, criterion by criterion in the order of the guideline."""
    by_criterion: dict[str, list[Score]] = defaultdict(list)
    for score in scores:
        by_criterion[score.criterion_code].append(score)
    moderated = {row.criterion_code: row for row in moderations}
    checked = {row.criterion_code: row for row in checks}
    chapters = []
    for row in proposal.guideline_version.criteria:
        if row.code in by_criterion or row.code in checked:
            title = f"{row.code} {row.name(binder.language)}"
            scored, check = by_criterion[row.code], checked.get(row.code)
            chapters.append(_criterion(title, scored, moderated.get(row.code), check, binder))
    facts = [
        Line(_("Guideline"), proposal.guideline_version.name),
        Line(_("Assessed"), moment(proposal.assessed_at)),
        *(
            Line(_("Assessor %(number)s", number=row.position), binder.names.of(row.person_id))
            for row in proposal.assessors
        ),
    ]
    return binder.paper(_("Assessment"), facts, chapters)


def _criterion(
    title: str, scores: Sequence[Score], moderation: Moderation | None, check: FactCheck | None, binder: Binder
) -> Chapter:
    names = binder.names
    rows = [
        (names.of(score.person_id), _level(score.level), _ground(score.ground), names.text(score.reason))
        for score in scores
    ]
    if moderation is not None:
        reason = names.text(moderation.reason)
        rows.append((_("Together"), _level(moderation.level), _ground(moderation.ground), reason))
    if check is not None:
        rows.append((names.of(check.person_id), _found(check), _ground(check.ground), names.text(check.reason)))
    columns = (_("Who"), _("Found"), _("Ground"), _("Reason"))
    return Chapter(title, 1, table=Table(columns, tuple(rows), (3, 2, 3, 7)))


def _level(level: int) -> str:
    return _("level %(level)s of 4", level=level)


def _ground(code: str | None) -> str:
    return label("assessment_ground", code) if code else ""


def _found(check: FactCheck) -> str:
    found = str(check.value.normalize()) if check.value is not None else ""
    if check.answer is not None:
        found = _("yes") if check.answer else _("no")
    return _("%(found)s (not as handed in)", found=found) if check.departs else found


def trail_paper(events: Sequence[Event], organisations: dict[str, str], binder: Binder) -> DocumentContent:
    """Everything that happened, in order; people by name or role, what an event holds by its codes and numbers."""
    rows = tuple(
        (
            moment(entry.at),
            entry.kind,
            binder.names.of(entry.actor_id) if entry.actor_kind == "person" else _actor(entry.actor_kind),
            organisations.get(entry.organisation_id or "", ""),
            _details(entry, binder),
        )
        for entry in events
    )
    columns = (_("When"), _("What"), _("Who"), _("For"), _("Details"))
    table = Table(columns, rows, (3, 4, 4, 3, 6)) if rows else None
    chapter = Chapter(_("Events"), 1, table=table, empty="" if rows else _("Nothing has happened."))
    return binder.paper(_("Everything that happened"), (), [chapter], landscape=True)


def _details(entry: Event, binder: Binder) -> str:
    """What the event holds; numbers of people are left out where their names are."""
    if not entry.data or binder.names.hidden:
        return ""
    return json.dumps(entry.data, ensure_ascii=False, sort_keys=True)


def _actor(kind: str) -> str:
    return {"system": _("the service"), "client": _("a computer system")}.get(kind, kind)
