"""The entrepreneur's question in steps: one thing asked at a time, facts only where they decide where it goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, HiddenField, StringField
from wtforms.validators import Length, Optional

from hubs.companies.operations import CompanyData, ConsentData
from hubs.referrals.forms.intake import CodeField, CodesField, QuestionFields
from hubs.referrals.intake.data import FACT_KEYS, IntakeData, party_problems

QUESTION, SUBJECT, COMPANY, FACTS, CONTACT, CONSENT, REVIEW = (
    "question", "subject", "company", "facts", "contact", "consent", "review",
)  # fmt: skip
# the fields of each step, in the order in which they are asked
STEPS: Mapping[str, tuple[str, ...]] = {
    QUESTION: ("text",),
    SUBJECT: ("market", "more_markets", "city", "services", "services_unknown", "sector"),
    COMPANY: ("company_name", "company_kvk_number", "company_country", "company_region", "company_size"),
    FACTS: (*(f"facts_{key}" for key in FACT_KEYS), "facts_unknown"),
    CONTACT: ("contact_person_name", "contact_person_email", "contact_person_phone"),
    CONSENT: ("consent_recipients", "do_not_tell"),
    REVIEW: (),
}
NAMES: Mapping[str, Any] = {
    QUESTION: _l("your question"),
    SUBJECT: _l("the subject"),
    COMPANY: _l("your company"),
    FACTS: _l("some facts"),
    CONTACT: _l("how we reach you"),
    CONSENT: _l("who sees what"),
    REVIEW: _l("check and send"),
}
# steps as they are numbered for whoever fills in the form without looking
NUMBERED = {"1": QUESTION, "2": SUBJECT, "3": COMPANY, "4": CONTACT, "5": CONSENT, "6": REVIEW}
FIELDS = (*(name for names in STEPS.values() for name in names), "consent_text_version")
REQUIRED: Mapping[str, Any] = {
    "text": _l("Write down your question."),
    "company_name": _l("Fill in the name of your company."),
    "contact_person_name": _l("Fill in your name."),
    "contact_person_email": _l("Fill in your mail address."),
}


class AskForm(QuestionFields):
    """A question by the entrepreneur. Whether the post is ours is checked by the view, for embedded pages too."""

    class Meta(QuestionFields.Meta):
        csrf = False

    services_unknown = BooleanField(_l("I don't know"))
    facts_unknown = CodesField(_l("I don't know"), validate_choice=False)
    company_name = StringField(_l("Name of your company"), validators=[Optional(), Length(max=200)])
    company_kvk_number = StringField(_l("KvK number"), validators=[Optional(), Length(max=60)])
    company_country = CodeField(_l("Registered in"), default="NL")
    consent_recipients = CodesField(_l("Who may see who you are?"))
    consent_text_version = HiddenField(validators=[Length(max=40)])
    submission_key = HiddenField(validators=[Length(max=64)])
    website = StringField(_l("Leave this empty"))  # only a machine fills it in
    files = HiddenField()  # where a problem with a file is said

    decide: Mapping[str, Sequence[str]]  # the facts that decide, each with the instruments that turn on it

    def steps(self) -> list[str]:
        return [step for step in STEPS if step != FACTS or self.decide]

    def fields_of(self, step: str) -> list[Field]:
        return [self[name] for name in STEPS[step]]

    def is_step_right(self, step: str) -> bool:
        """Whether this step is filled in; errors of other steps wait for their turn."""
        self.validate()
        for name, field in self._fields.items():
            if name not in STEPS[step]:
                field.errors = ()
            elif name in REQUIRED and not field.data and not field.errors:
                field.errors = [REQUIRED[name]]
        if step in (COMPANY, CONTACT) and not any(field.errors for field in self.fields_of(step)):
            self._check_parties(step)
        if step == FACTS:
            self._forgive_unknown()
        if step == CONSENT and self.markets() and not self.consent_recipients.data:
            self.consent_recipients.errors = [_("Choose yes or no.")]
        return not any(field.errors for field in self.fields_of(step))

    def first_wrong_step(self) -> str | None:
        """The first step that is not right, with its errors; None, and none, when all are."""
        return next((step for step in self.steps() if not self.is_step_right(step)), None)

    def without_errors(self) -> None:
        for field in self._fields.values():
            field.errors = ()

    def wrong_field_step(self) -> str | None:
        """The step with a field that holds an error, after a refusal."""
        return next((step for step in self.steps() if any(field.errors for field in self.fields_of(step))), None)

    def _check_parties(self, step: str) -> None:
        """Numbers and addresses, said on the step where they were typed."""
        for problem in party_problems(self.intake_data("nl")):
            if problem.field in STEPS[step]:
                field = self[problem.field]
                field.errors = [*field.errors, problem.message]

    def _forgive_unknown(self) -> None:
        """What is not known need not be typed right, nor what is not asked."""
        for key in FACT_KEYS:
            if key in (self.facts_unknown.data or ()) or key not in self.decide:
                self[f"facts_{key}"].errors = ()

    def facts(self) -> dict[str, Any]:
        """Only what was asked and is known."""
        unknown = set(self.facts_unknown.data or ())
        return {key: value for key, value in super().facts().items() if key in self.decide and key not in unknown}

    def intake_data(self, language: str, source: str | None = None) -> IntakeData:
        values = self.common()
        values.update(
            language=language,
            urgency="normal",
            services=() if self.services_unknown.data else values["services"],
            private_notes=None,
            target_groups=(),
        )
        return IntakeData(**values, company=self._company(), consent=self._consent(), channel="web", source=source)

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


def step_named(text: str | None) -> str | None:
    """A step by its name, or by its number for whoever counts."""
    name = NUMBERED.get(text or "", text or "")
    return name if name in STEPS else None


def values_sent(posted: MultiDict[str, str], kept: Mapping[str, Sequence[str]], step: str | None) -> dict[str, Any]:
    """What is known now: what was kept, and over it what was sent; a box left empty in this step counts too."""
    values: dict[str, Any] = {name: list(typed) for name, typed in kept.items() if name in FIELDS}
    for name in FIELDS:
        if name in posted:
            values[name] = posted.getlist(name)
        elif step is not None and name in STEPS[step]:
            values.pop(name, None)
    return values


def as_formdata(values: Mapping[str, Iterable[str]]) -> MultiDict[str, str]:
    return MultiDict([(name, value) for name, typed in values.items() for value in typed])
