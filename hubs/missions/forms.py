"""The forms of the pages about missions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, DateField, HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from hubs.core.choices import SelectField
from hubs.core.forms import Form
from hubs.missions.models import Mission
from hubs.missions.operations import MissionData, ParticipantData
from hubs.missions.words import CONSENT_CHOICES
from hubs.referrals.forms.intake import CodesField

Choices = Iterable[tuple[str, Any]]


def _length(most: int) -> Length:
    return Length(max=most, message=_l("Use at most %(max)d characters."))


class MissionForm(Form):
    """A mission itself."""

    name_nl = StringField(_l("Name in Dutch"), validators=[_length(200)])
    name_en = StringField(_l("Name in English"), validators=[_length(200)])
    markets = CodesField(_l("Which countries?"), validate_choice=False)
    starts_on = DateField(_l("First day"), validators=[Optional()])
    ends_on = DateField(_l("Last day"), validators=[Optional()])
    theme = SelectField(_l("Theme"), validate_choice=False)
    sectors = CodesField(_l("Sectors"), validate_choice=False)

    def offer(self, markets: Choices, themes: Choices, sectors: Choices) -> None:
        self.markets.choices, self.sectors.choices = list(markets), list(sectors)
        self.theme.choices = [("", _l("No theme")), *themes]

    def values(self) -> MissionData:
        return MissionData(
            name_nl=self.name_nl.data or "",
            name_en=self.name_en.data or "",
            markets=tuple(self.markets.data or ()),
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
            theme=self.theme.data or None,
            sectors=tuple(self.sectors.data or ()),
        )


def seen(text: object) -> int | None:
    """The version a page showed; None when it says none."""
    typed = str(text or "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None


def mission_values(mission: Mission) -> dict[str, Any]:
    """A stored mission as the form's values."""
    names = ("name_nl", "name_en", "starts_on", "ends_on", "theme", "sectors")
    return {**{name: getattr(mission, name) for name in names}, "markets": mission.market_codes}


class WhatForm(Form):
    """What a participant wants to know."""

    services = CodesField(_l("What is needed?"), validate_choice=False)
    question = TextAreaField(_l("What is the question?"), validators=[Optional(), _length(8000)])
    consent = SelectField(_l("May hubs see who asks?"), choices=CONSENT_CHOICES, default="ask", validate_choice=False)

    def offer(self, services: Choices) -> None:
        self.services.choices = list(services)


class ParticipantForm(WhatForm):
    """A participant by hand."""

    company = StringField(_l("Company"), validators=[_length(200)])
    kvk_number = StringField(_l("KvK number"), validators=[Optional(), _length(60)])
    contact = StringField(_l("Contact person"), validators=[_length(120)])
    email = StringField(_l("E-mail address"), validators=[Optional(), _length(254)])
    phone = StringField(_l("Phone number"), validators=[Optional(), _length(40)])
    language = SelectField(
        _l("Language"), choices=[("nl", _l("Dutch")), ("en", _l("English"))], default="nl", validate_choice=False
    )

    def values(self) -> ParticipantData:
        return ParticipantData(
            company=self.company.data or "",
            kvk_number=self.kvk_number.data or None,
            contact=self.contact.data or "",
            email=self.email.data or None,
            phone=self.phone.data or None,
            services=tuple(self.services.data or ()),
            question=self.question.data or None,
            language=self.language.data or "nl",
            consent=self.consent.data or "ask",
        )


class ImportForm(Form):
    """A sheet with participants."""

    file = FileField(_l("The sheet"))
    language = SelectField(
        _l("Language of the participants"), choices=[("nl", _l("Dutch")), ("en", _l("English"))], default="nl",
        validate_choice=False,
    )  # fmt: skip
    consent = SelectField(_l("May hubs see who asks?"), choices=CONSENT_CHOICES, default="ask", validate_choice=False)


class IntakeForm(Form):
    """Questions for many participants."""

    market = SelectField(_l("Which country?"), validate_choice=False)
    participants = CodesField(_l("Participants"), validate_choice=False)


class AskForm(Form):
    """A hub that is asked to have room."""

    office = SelectField(_l("Hub"), validate_choice=False)
    weekly_capacity = IntegerField(_l("New questions a week"), validators=[Optional()])

    def offer(self, offices: Choices) -> None:
        self.office.choices = [("", _l("Choose a hub")), *offices]


class AnswerForm(Form):
    """What a hub answers, and what the desk does with it."""

    action = HiddenField(validators=[Length(max=40)])
    weekly_capacity = IntegerField(_l("New questions a week"), validators=[Optional()])
    note = TextAreaField(_l("A word to the post"), validators=[Optional(), _length(500)])


class StepForm(Form):
    """A next step."""

    participant = HiddenField(validators=[Length(max=26)])
    text = StringField(_l("What has to be done?"), validators=[_length(300)])
    person = SelectField(_l("By whom?"), validate_choice=False)
    due_on = DateField(_l("Before which day?"), validators=[Optional()])

    def offer(self, people: Choices) -> None:
        self.person.choices = [("", _l("Nobody yet")), *people]


class TickForm(Form):
    """A step that is done, or not after all."""

    done = BooleanField()
