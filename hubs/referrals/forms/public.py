"""The entrepreneur's forms: asking in steps, finding back a lost link."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, HiddenField, StringField
from wtforms.validators import Length, Optional

from hubs.companies.operations import CompanyData, ConsentData
from hubs.core.forms import Form
from hubs.referrals.forms.intake import CodeField, CodesField, QuestionFields
from hubs.referrals.intake.data import IntakeData, party_problems

# the fields of each step, in the order in which they are asked
STEPS: tuple[tuple[str, ...], ...] = (
    ("text",),
    ("market", "more_markets", "city", "services", "services_unknown", "sector"),
    ("company_name", "company_kvk_number", "company_country", "company_region", "company_size"),
    ("contact_person_name", "contact_person_email", "contact_person_phone"),
    ("consent_recipients", "do_not_tell"),
)
LAST = len(STEPS)
_REQUIRED: dict[str, Any] = {
    "text": _l("Write down your question."),
    "company_name": _l("Fill in the name of your company."),
    "contact_person_name": _l("Fill in your name."),
    "contact_person_email": _l("Fill in your mail address."),
}


class AskForm(QuestionFields):
    """A question by the entrepreneur; what other steps hold travels along in hidden fields."""

    services_unknown = BooleanField(_l("I don't know"))
    company_name = StringField(_l("Name of your company"), validators=[Optional(), Length(max=200)])
    company_kvk_number = StringField(_l("KvK number"), validators=[Optional(), Length(max=60)])
    company_country = CodeField(_l("Registered in"), default="NL")
    consent_recipients = CodesField(_l("Who may see who you are?"))
    consent_text_version = HiddenField()
    submission_key = HiddenField(validators=[Length(max=64)])
    step = HiddenField()
    website = StringField(_l("Leave this empty"))  # only a machine fills it in

    @property
    def number(self) -> int:
        text = self.step.data or "1"
        return min(max(int(text), 1), LAST) if text.isascii() and text.isdigit() and len(text) < 3 else 1

    def fields_of(self, step: int) -> list[Field]:
        return [self[name] for name in STEPS[step - 1]]

    def carried(self, step: int) -> Iterator[tuple[str, Any]]:
        """What other steps hold, as hidden values."""
        for place, names in enumerate(STEPS, start=1):
            if place == step:
                continue
            for name in names:
                field = self[name]
                values = field.data if isinstance(field, CodesField) else [field.data]
                for value in values or ():
                    if value not in (None, "", False):
                        yield name, "y" if value is True else value

    def is_step_right(self, step: int) -> bool:
        """Whether this step is filled in; errors of other steps wait for their turn."""
        self.validate()
        for place, names in enumerate(STEPS, start=1):
            for name in names:
                field = self[name]
                if place != step:
                    field.errors = ()
                elif name in _REQUIRED and not field.data and not field.errors:
                    field.errors = [_REQUIRED[name]]
        if step in (3, 4) and not any(field.errors for field in self.fields_of(step)):
            self._check_parties(step)
        if step == LAST and self.markets() and not self.consent_recipients.data:
            self.consent_recipients.errors = [_("Choose yes or no.")]
        return not any(field.errors for field in self.fields_of(step))

    def _check_parties(self, step: int) -> None:
        """Numbers and addresses, said on the step where they were typed."""
        for problem in party_problems(self.intake_data("nl")):
            if problem.field in STEPS[step - 1]:
                field = self[problem.field]
                field.errors = [*field.errors, problem.message]

    def first_wrong_step(self) -> int | None:
        return next((n for n in range(1, LAST + 1) if any(field.errors for field in self.fields_of(n))), None)

    def intake_data(self, language: str) -> IntakeData:
        values = self.common()
        contact = self.contact()
        values.update(
            language=language,
            urgency="normal",
            facts={},
            services=() if self.services_unknown.data else values["services"],
            private_notes=None,
            target_groups=(),
            contact=contact,
        )
        return IntakeData(**values, channel="web", company=self._company(), consent=self._consent())

    def _company(self) -> CompanyData | None:
        if not (self.company_name.data or self.company_kvk_number.data):
            return None
        return CompanyData(
            name=self.company_name.data or "",
            registration_number=self.company_kvk_number.data or None,
            country=self.company_country.data or "NL",
            region=self.company_region.data or None,
        )

    def _consent(self) -> ConsentData | None:
        if "market" not in (self.consent_recipients.data or ()) or not self.markets():
            return None
        return ConsentData(recipients="market", text_version=self.consent_text_version.data or None, channel="web")


class LostLinkForm(Form):
    """Whoever knows the address and the number of a question gets its link mailed to that address."""

    email = StringField(_l("Your e-mail address"), validators=[Length(max=254)])
    reference = StringField(_l("Number of your question"), validators=[Length(max=40)])

    def is_filled(self) -> bool:
        self.validate()
        if not self.email.data:
            self.email.errors = [_REQUIRED["contact_person_email"]]
        if not self.reference.data:
            self.reference.errors = [_l("Fill in the number of your question.")]
        return not (self.email.errors or self.reference.errors)
