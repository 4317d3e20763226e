"""Forms of decisions: drafting one with its conditions, signing, hearing before harm, extending the term."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, FieldList, FormField, HiddenField, IntegerField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from hubs.accreditation.models import Decision
from hubs.accreditation.words.decisions import (
    DEPARTURE_WORDS,
    FORM_WORDS,
    OBJECTION_WAIVER_WORDS,
    OWNER_WORDS,
    WAIVER_WORDS,
)
from hubs.core.choices import RadioField, SelectField, SelectMultipleField
from hubs.core.forms import REQUIRED, Form

TOO_LONG = _l("This is too long.")
REASONS, SHORT = 20_000, 2_000
SPARE_ROWS, MOST_ROWS = 3, 30
Choices = Iterable[tuple[str, Any]]


def _long(label: Any, most: int = REASONS) -> TextAreaField:
    return TextAreaField(label, [Optional(), Length(max=most, message=TOO_LONG)])


class ConditionForm(Form):
    """One condition; a row with nothing in it is none."""

    class Meta(Form.Meta):
        csrf = False

    text = _long(_l("Condition"), SHORT)
    text_en = _long(_l("Condition, in English"), SHORT)
    owner = SelectField(_l("Who does it"), default="hub", choices=[(code, word) for code, word in OWNER_WORDS.items()])
    due_on = DateField(_l("Done by"), [Optional()])
    evidence_wanted = _long(_l("What shows it"), SHORT)
    criterion_code = HiddenField(validators=[Optional(), Length(max=12)])

    @property
    def is_empty(self) -> bool:
        return not (self.text.data or self.text_en.data or self.due_on.data or self.evidence_wanted.data)

    def validate(self, extra_validators: Any = None) -> bool:
        """A row that is begun is filled in."""
        sound = super().validate(extra_validators)
        if self.is_empty:
            return sound
        for field in (self.text, self.due_on, self.evidence_wanted):
            if not field.data and not field.errors:
                field.errors = [REQUIRED]
                sound = False
        return sound


class DecisionForm(Form):
    """A draft of a decision; what is lacking is asked for before the signature, not before saving."""

    kind = RadioField(_l("What is decided?"), [InputRequired(_l("Choose one of these."))])
    reasons = _long(_l("Reasons for the letter, in Dutch"))
    reasons_en = _long(_l("Reasons for the letter, in English"))
    departure_reason = SelectField(_l("Why do you depart from the computed result?"), [Optional()])
    departure_note = _long(_l("Explain it"), SHORT)
    starts_on = DateField(_l("First day"), [Optional()])
    ends_on = DateField(_l("Last day"), [Optional()])
    markets = SelectMultipleField(_l("For which countries?"))
    services = SelectMultipleField(_l("For which services?"))
    conditions = FieldList(FormField(ConditionForm), max_entries=MOST_ROWS)
    internal_note = _long(_l("Internal advice"))

    def offer_choices(self, kinds: Choices, markets: Choices, services: Choices) -> None:
        self.kind.choices = list(kinds)
        self.markets.choices = list(markets)
        self.services.choices = list(services)
        self.departure_reason.choices = [("", ""), *DEPARTURE_WORDS.items()]
        if not self.is_submitted():
            for _row in range(min(SPARE_ROWS, MOST_ROWS - len(self.conditions))):
                self.conditions.append_entry()

    def values(self, *, with_scope: bool) -> dict[str, Any]:
        """As the operation takes them; the scope is asked of proposals only."""
        found: dict[str, Any] = {
            "kind": self.kind.data,
            "reasons": self.reasons.data or "",
            "reasons_en": self.reasons_en.data or None,
            "internal_note": self.internal_note.data,
        }
        if with_scope:
            found |= {
                "departure_reason": self.departure_reason.data or None,
                "departure_note": self.departure_note.data or None,
                "starts_on": self.starts_on.data,
                "ends_on": self.ends_on.data,
                "markets": sorted(self.markets.data or ()),
                "services": sorted(self.services.data or ()),
                "conditions": [_condition(row.form) for row in self.conditions if not row.form.is_empty],
            }
        return found


def _condition(row: ConditionForm) -> dict[str, Any]:
    return {
        "text": row.text.data,
        "text_en": row.text_en.data or None,
        "owner": row.owner.data,
        "due_on": row.due_on.data,
        "evidence_wanted": row.evidence_wanted.data,
        "criterion_code": row.criterion_code.data or None,
    }


def data_of(decision: Decision) -> Mapping[str, Any]:
    """A stored draft as the form shows it."""
    names = ("text", "text_en", "owner", "due_on", "evidence_wanted", "criterion_code")
    return {
        "kind": decision.kind,
        "reasons": decision.reasons,
        "reasons_en": decision.reasons_en,
        "departure_reason": decision.departure_reason or "",
        "departure_note": decision.departure_note,
        "starts_on": decision.starts_on,
        "ends_on": decision.ends_on,
        "markets": list(decision.markets),
        "services": list(decision.services),
        "conditions": [{name: getattr(row, name) for name in names} for row in decision.conditions],
    }


class DecisionActionForm(Form):
    """Sign or drop: nothing is typed."""


class HearingForm(Form):
    """What came of hearing the hub, or why it was not heard."""

    form = RadioField(_l("How was the hub heard?"), [Optional()], choices=[*FORM_WORDS.items()])
    held_on = DateField(_l("On which day?"), [Optional()])
    report = _long(_l("What did the hub say?"))
    waiver_reason = SelectField(_l("Why was it not heard?"), [Optional()], choices=[("", ""), *WAIVER_WORDS.items()])

    def values(self) -> dict[str, Any]:
        return {
            "form": self.form.data,
            "held_on": self.held_on.data,
            "report": self.report.data,
            "waiver_reason": self.waiver_reason.data or None,
        }


class ObjectionHearingForm(HearingForm):
    """The same about an objection, with the grounds of Awb 7:3."""

    waiver_reason = SelectField(
        _l("Why was it not heard?"), [Optional()], choices=[("", ""), *OBJECTION_WAIVER_WORDS.items()]
    )


class IntentionForm(Form):
    """Telling a hub that the ministry means to suspend or withdraw its accreditation."""

    intended_kind = RadioField(_l("What do you intend?"), [InputRequired(_l("Choose one of these."))])
    subject = _long(_l("Why? The hub reads this in the letter."))
    answer_by = DateField(_l("Until when can the hub give its view?"), [InputRequired(REQUIRED)])


class ExtensionForm(Form):
    """A later end of the term."""

    days = IntegerField(_l("By how many days?"), [InputRequired(REQUIRED)])
    reason = _long(_l("Why is more time needed?"), SHORT)


class FolderForm(Form):
    """Several drafts to sign at once; which ones is read beside the form."""

    read_all = BooleanField(_l("I have read each of these drafts"), [InputRequired(_l("Read each draft first."))])
