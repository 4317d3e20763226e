"""Forms of objections: lodging one, recording one that came by post, handling and deciding."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from hubs.accreditation.words.objections import OUTCOME_OF_OBJECTION
from hubs.core.choices import RadioField, SelectField
from hubs.core.forms import Form

TOO_LONG = _l("This is too long.")
LONG = 20_000


class ObjectionForm(Form):
    """Why the hub does not agree; two days that only the ministry fills in, for what came by post.

    What must be filled in is the operation's to say, beside the field.
    """

    grounds = TextAreaField(_l("Why do you not agree?"), [Optional(), Length(max=LONG, message=TOO_LONG)])
    lateness_reason = TextAreaField(
        _l("Why does the objection come late?"), [Optional(), Length(max=4000, message=TOO_LONG)]
    )
    received_on = DateField(_l("On which day did it come in?"), [Optional()])
    posted_on = DateField(_l("On which day was it posted?"), [Optional()])

    def values(self) -> dict[str, Any]:
        return {name: getattr(self, name).data for name in ("grounds", "lateness_reason", "received_on", "posted_on")}


class HandlerForm(Form):
    """Who handles it."""

    handler_id = SelectField(_l("Who handles it?"), [InputRequired(_l("Choose one of these."))])
    has_committee = BooleanField(_l("A committee advises (Awb 7:13): twelve weeks instead of six"))


class OutcomeForm(Form):
    """The decision on an objection."""

    outcome = RadioField(
        _l("What is decided?"), [InputRequired(_l("Choose one of these."))], choices=[*OUTCOME_OF_OBJECTION.items()]
    )
    reasons = TextAreaField(_l("Reasons for the letter"), [Optional(), Length(max=LONG, message=TOO_LONG)])


class ObjectionActionForm(Form):
    """An action without anything typed."""

    note = TextAreaField(_l("Note"), [Optional(), Length(max=4000, message=TOO_LONG)])
