"""Forms of calibration: drawing a sample. A score is given with the form of an assessment."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from hubs.accreditation.operations.calibrating import LARGEST
from hubs.core.choices import SelectField
from hubs.core.forms import REQUIRED, Form

RANGE = _l("Choose a number from 1 to 200.")


class DrawForm(Form):
    """Under which version, how many, and a seed for who wants to choose it."""

    guideline_version = SelectField(_l("Guideline version"))
    size = IntegerField(
        _l("How many files"),
        [InputRequired(message=REQUIRED), NumberRange(min=1, max=LARGEST, message=RANGE)],
        default=10,
    )
    seed = StringField(_l("Seed of the draw"), [Length(max=64, message=_l("This is too long."))])


class FinishForm(Form):
    """Nothing to fill in."""
