"""Agreement between two rounds of scoring, in plain words."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hubs.accreditation.calibration import Agreement, Limits, Weakness, weaknesses
from hubs.accreditation.words.results import shown_number

WEAKNESS_WORDS: dict[str, Any] = {
    Weakness.KAPPA: _l("Agreement is low"),
    Weakness.WITHIN_ONE: _l("Often more than one level apart"),
    Weakness.DRIFT: _l("The second time stricter or milder"),
}


def percent_words(share: Fraction) -> str:
    return _("%(number)s percent", number=shown_number(share * 100, 0))


def kappa_words(agreement: Agreement) -> str:
    """Two decimals; a word where everybody gave one and the same level."""
    return _("All the same level") if agreement.kappa is None else shown_number(agreement.kappa)


def verdict_words(agreement: Agreement, limits: Limits) -> str:
    """Whether a criterion is weak, and in what."""
    if agreement.pairs < limits.pairs:
        return _("Too few to say")
    weak = weaknesses(agreement, limits)
    return "; ".join(str(WEAKNESS_WORDS[one]) for one in weak) if weak else _("Good enough")
