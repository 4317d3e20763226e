"""A version of the guideline tried on every past proposal: which results would be other ones, and why."""

from __future__ import annotations

from flask import render_template, request
from flask_babel import gettext as _

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.permissions import P
from hubs.accreditation.queries.tryouts import hubs_of, try_out
from hubs.accreditation.tryout import TryOut, Unknown
from hubs.accreditation.words import OUTCOME_WORDS
from hubs.accreditation.words import results as words
from hubs.accreditation.words import tryouts as tryout_words
from hubs.core.templating import locale_code
from hubs.guideline.models import GuidelineVersion
from hubs.guideline.queries import get_visible_version

from . import bp

SHOWN = 200


@bp.get("/guideline/versions/<id:version_id>/try-out")
@permitted(P.ASSESSMENT_READ)
def tryout(version_id: str) -> str:
    actor = current_actor()
    version = get_visible_version(actor, version_id)
    asked = request.args.get("unanswered", "")
    unknown = Unknown(asked) if asked in set(Unknown) else Unknown.LEFT_OUT
    found = try_out(version, actor=actor, unknown=unknown)
    return render_template(
        "accreditation/tryout.html",
        version=version,
        found=found,
        unknown=unknown,
        sentence=tryout_words.summary_sentence(found),
        flips=_flip_rows(found),
        counts=_count_rows(found),
        unknown_criteria=_unknown_rows(found, version),
        not_shown=max(0, len(found.flips) - SHOWN),
        words=tryout_words,
    )


def _flip_rows(found: TryOut) -> list[dict[str, object]]:
    shown = found.flips[:SHOWN]
    hubs, locale = hubs_of(shown), locale_code()
    return [
        {
            "reference": trial.case.reference,
            "hub": hubs[trial.case.hub_id].name(locale),
            "before": OUTCOME_WORDS[trial.before.outcome],
            "after": OUTCOME_WORDS[trial.after.outcome],
            "totals": _(
                "%(before)s to %(after)s percent",
                before=words.number_words(trial.before.shown),
                after=words.number_words(trial.after.shown),
            ),
            "why": tryout_words.reasons_words(trial),
        }
        for trial in shown
    ]


def _count_rows(found: TryOut) -> list[list[object]]:
    """Every pair of results, the unchanged ones first."""
    ordered = sorted(found.counts.items(), key=lambda pair: (pair[0][0] != pair[0][1], -pair[1], pair[0]))
    return [[OUTCOME_WORDS[before], OUTCOME_WORDS[after], number] for (before, after), number in ordered]


def _unknown_rows(found: TryOut, version: GuidelineVersion) -> list[list[object]]:
    names = {row.code: row.name(locale_code()) for row in version.criteria}
    return [
        [_("%(code)s %(name)s", code=code, name=names[code]), number] for code, number in sorted(found.unknown.items())
    ]
