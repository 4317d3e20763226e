"""What the buttons on the pages of a question and of a referral send along; every action reads its own part."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, HiddenField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from hubs.core.choices import SelectField
from hubs.core.errors import BadInput, Problem
from hubs.core.forms import Form
from hubs.referrals.forms.intake import CodesField

NOTE_LENGTH = 4000
_PRINTABLE = re.compile(r"[0-9A-Za-z_.-]{1,64}")


SPOKEN = ("telephone", "email", "visit")  # channels by which people speak to an entrepreneur


def spoken(value: str | None) -> str:
    """The channel of a talk; by telephone unless another one was chosen."""
    return value if value in SPOKEN else SPOKEN[0]


def plain_code(value: str | None) -> str:
    """A code or identifier as it was sent; what cannot be one is a code that nothing has (never an odd character)."""
    text = (value or "").strip()
    return text if not text or _PRINTABLE.fullmatch(text) else "-"


def _length(most: int) -> Length:
    return Length(max=most, message=_l("Use at most %(max)d characters."))


class ActingForm(Form):
    """The common fields of lifecycle actions."""

    action = HiddenField(validators=[_length(40)])
    version = HiddenField(validators=[Optional(), _length(12)])
    note = TextAreaField(_l("Note"), validators=[Optional(), _length(NOTE_LENGTH)])
    reason = SelectField(_l("Reason"), choices=[], validate_choice=False)
    handler_id = SelectField(_l("Handler"), choices=[], validate_choice=False)

    def seen_version(self) -> int | None:
        """The version the reader saw. Raises BadInput for what is not a number."""
        text = (self.version.data or "").strip()
        if not text:
            return None
        if not (text.isascii() and text.isdigit()):
            raise BadInput([Problem("version", _l("Load the page again and send it again."), "version")])
        return int(text)

    def handler(self) -> str:
        return plain_code(self.handler_id.data)

    def common(self) -> dict[str, Any]:
        return {
            "note": self.note.data or None,
            "reason": plain_code(self.reason.data) or None,
            "handler_id": self.handler() or None,
        }


class QuestionActForm(ActingForm):
    """Actions on a question."""

    destinations = CodesField(_l("Place"), validate_choice=False)
    services = CodesField(_l("Parts"), validate_choice=False)
    receipt_hash = HiddenField(validators=[Optional(), _length(64)])
    mode = HiddenField(validators=[Optional(), _length(10)])
    channel = SelectField(_l("How"), choices=[], validate_choice=False)
    sanctions_checked = BooleanField(_l("I checked this market against the sanctions."))

    def places(self) -> list[str]:
        return list(dict.fromkeys(plain_code(place) for place in self.destinations.data or ()))

    def values(self) -> dict[str, Any]:
        """The input of `act_on_request`: each place with the parts named, or with every part it takes."""
        services = [plain_code(code) for code in self.services.data or ()]
        return {
            **self.common(),
            "destinations": [{"organisation": place, "services": services} for place in self.places()],
            "services": services,
            "receipt_hash": self.receipt_hash.data or None,
            "mode": self.mode.data or None,
            "sanctions_checked": bool(self.sanctions_checked.data),
        }


class ReferralActForm(ActingForm):
    """Actions on a referral, by its receiver or its sender."""

    outcome = SelectField(_l("What came of it?"), choices=[], validate_choice=False)
    channel = SelectField(_l("How did you speak?"), choices=[], validate_choice=False)
    pause_until = DateField(_l("Full until"), validators=[Optional()])
    pause_scope = HiddenField(validators=[Optional(), _length(20)])
    partner_reference = StringField(_l("Your own reference"), validators=[Optional(), _length(60)])

    def values(self) -> dict[str, Any]:
        """The input of `act_on_referral`."""
        return {
            **self.common(),
            "outcome": plain_code(self.outcome.data) or None,
            "channel": spoken(self.channel.data),
            "partner_reference": self.partner_reference.data or None,
            "pause_until": self.pause_until.data,
            "pause_scope": plain_code(self.pause_scope.data) or None,
        }
