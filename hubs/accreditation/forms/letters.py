"""The form of what every letter says."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from hubs.core.forms import REQUIRED, Form

TOO_LONG = _l("This is too long.")


class LetterSettingsForm(Form):
    """Sender, function of the signatory, and the objection clause, in Dutch and English."""

    sender_nl = TextAreaField(_l("Sender, in Dutch"), [InputRequired(REQUIRED), Length(max=500, message=TOO_LONG)])
    sender_en = TextAreaField(_l("Sender, in English"), [InputRequired(REQUIRED), Length(max=500, message=TOO_LONG)])
    address = TextAreaField(_l("Address and e-mail"), [Length(max=500, message=TOO_LONG)])
    signatory_function_nl = StringField(
        _l("Function under the signature, in Dutch"), [Length(max=200, message=TOO_LONG)]
    )
    signatory_function_en = StringField(
        _l("Function under the signature, in English"), [Length(max=200, message=TOO_LONG)]
    )
    has_objection_clause = BooleanField(_l("Put the objection clause under decisions"))
    objection_clause_nl = TextAreaField(_l("Objection clause, in Dutch"), [Length(max=3000, message=TOO_LONG)])
    objection_clause_en = TextAreaField(_l("Objection clause, in English"), [Length(max=3000, message=TOO_LONG)])
