"""The self-test: the hard requirements in plain words, for everybody, without an account; nothing is kept."""

from __future__ import annotations

from flask import render_template, request

from hubs.accounts.access import public
from hubs.accreditation import words as names
from hubs.accreditation.queries.files import lists_of
from hubs.accreditation.self_test import self_test
from hubs.accreditation.statutory import amsterdam_day
from hubs.accreditation.words import proposals as words
from hubs.core.clock import utcnow
from hubs.guideline.criteria import Moment, ProposalKind, criteria_for
from hubs.guideline.queries import version_in_force
from hubs.guideline.rows import criteria_of
from hubs.reference.labels import label_choices

from . import bp

KINDS = (ProposalKind.NEW, ProposalKind.IN_DEVELOPMENT)


@bp.get("/self-test")
@public
def self_test_show() -> str:
    """Answers come in the address and go with it: there is nothing to store and nothing to sign in for."""
    version = version_in_force(amsterdam_day(utcnow()))
    kind = request.args.get("kind", "")
    kind = kind if kind in KINDS else ProposalKind.NEW
    markets = label_choices("market")
    market = request.args.get("market", "")
    market = market if market in dict(markets) else ""
    test = None
    if version is not None:
        lists = lists_of([market] if market else [])
        asked = criteria_for(criteria_of(version), kind=kind, market_lists=lists, moments=tuple(Moment))
        test = self_test(asked, request.args)
    return render_template(
        "accreditation/self_test_show.html",
        version=version,
        test=test,
        rows={row.code: row for row in version.criteria} if version is not None else {},
        kind=kind,
        kinds=[(code, names.KIND_WORDS[code], words.KIND_HINTS[code]) for code in KINDS],
        market=market,
        markets=markets,
        words=words,
    )
