"""Forms of an assessment: a score, a check, a moderated level, advice, hearing, interests, assigning."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, StringField, TextAreaField, ValidationError
from wtforms.validators import Length, Optional

from hubs.accreditation.answers import Field, FieldKind, read_field
from hubs.accreditation.operations.entering import GROUNDS, LARGEST, Entry
from hubs.accreditation.words import assessing as words
from hubs.core.choices import RadioField, SelectField, SelectMultipleField
from hubs.core.forms import Form
from hubs.core.templating import locale_code
from hubs.extensions import db
from hubs.guideline.criteria import Answer, Criterion
from hubs.guideline.rows import WordedCriterion
from hubs.reference.queries import code_list

TOO_LONG = _l("This is too long.")
MOST_TEXT = 8000
Choices = Iterable[tuple[str, str]]
_NUMBER = Field("value", FieldKind.DECIMAL, most=int(LARGEST))


def ground_choices() -> list[tuple[str, str]]:
    """The grounds that can be chosen now, behind an empty one."""
    rows = db.session.execute(code_list(GROUNDS)).scalars()
    return [("", _("Choose a ground")), *((row.code, row.name(locale_code())) for row in rows)]


class EntryForm(Form):
    """What every answer has: the ground where it fails, and the reason."""

    ground = SelectField(_l("Ground"), [Optional()], validate_choice=False)
    reason = TextAreaField(_l("Your explanation"), [Optional(), Length(max=MOST_TEXT, message=TOO_LONG)])

    def entry(self) -> Entry:
        return Entry(reason=self.reason.data or "", ground=self.ground.data or None)


class ScoreForm(EntryForm):
    """A level on the scale."""

    level = RadioField(_l("Your score"), [Optional()], validate_choice=False)

    def entry(self) -> Entry:
        typed = self.level.data or ""
        level = int(typed) if typed.isdecimal() and len(typed) == 1 else None
        return Entry(reason=self.reason.data or "", ground=self.ground.data or None, level=level)


class CheckForm(EntryForm):
    """A fact, document or agreement as found."""

    value = StringField(_l("The number you found"), [Optional(), Length(max=40, message=TOO_LONG)])
    answer = RadioField(_l("What did you find?"), [Optional()], validate_choice=False)
    departs = BooleanField(_l("This departs from what the chamber handed in"))

    def validate_value(self, field: Any) -> None:
        _value, reasons = read_field(_NUMBER, field.data)
        if reasons:
            raise ValidationError(_("Fill in a number from 0, with two decimals at most."))

    def entry(self) -> Entry:
        value, reasons = read_field(_NUMBER, self.value.data)
        return Entry(
            reason=self.reason.data or "",
            ground=self.ground.data or None,
            value=Decimal(value) if value is not None and not reasons else None,
            answer={"yes": True, "no": False}.get(self.answer.data or ""),
            departs=bool(self.departs.data),
        )


def level_choices(item: WordedCriterion) -> list[tuple[str, str]]:
    """The levels from high to low, each with its title."""
    nl = locale_code() == "nl"
    return [
        (
            str(level.level),
            _("%(level)s · %(title)s", level=level.level, title=level.title_nl if nl else level.title_en),
        )
        for level in sorted(item.levels, key=lambda one: -one.level)
    ]


def entry_form(item: WordedCriterion, **data: Any) -> ScoreForm | CheckForm:
    """The form for one criterion, with what is stored in it."""
    criterion = item.criterion
    if criterion.answer == Answer.SCALE:
        score = ScoreForm(data=data)
        score.level.choices = level_choices(item)
        score.ground.choices = ground_choices()
        return score
    check = CheckForm(data=data)
    check.ground.choices = ground_choices()
    check.answer.label.text = words.question_words(criterion)
    check.answer.choices = _answers(criterion)
    return check


def _answers(criterion: Criterion) -> list[tuple[str, str]]:
    listed = {Answer.YES_NO: words.YES_NO_WORDS, Answer.DOCUMENT: words.ACCEPTED_WORDS}
    named = listed.get(criterion.answer, words.SIGNED_WORDS)
    return [("yes", str(named[True])), ("no", str(named[False]))]


class AssignForm(Form):
    """Who assesses in one of the two places, and until when."""

    person = SelectField(_l("Assessor"), [Optional()], validate_choice=False)
    position = StringField(_l("Place"), [Optional(), Length(max=1, message=TOO_LONG)])
    due_on = DateField(_l("Scores wanted until"), [Optional()])

    def place(self) -> int:
        typed = self.position.data or ""
        return int(typed) if typed in ("1", "2") else 0


class AskAdviceForm(Form):
    """Which posts are asked, and until when."""

    posts = SelectMultipleField(_l("Posts in this market"), validate_choice=False)
    due_on = DateField(_l("Advice wanted until"), [Optional()])


class SendBackForm(Form):
    """What is missing, and the last day to complete it."""

    note = TextAreaField(_l("What is missing?"), [Optional(), Length(max=4000, message=TOO_LONG)])
    until_on = DateField(_l("Last day to complete it"), [Optional()])


class WhyForm(Form):
    """Why something is done."""

    note = TextAreaField(_l("Why?"), [Optional(), Length(max=4000, message=TOO_LONG)])


class NoteForm(Form):
    """An internal note."""

    text = TextAreaField(_l("Your note"), [Optional(), Length(max=MOST_TEXT, message=TOO_LONG)])


class AdviceForm(Form):
    """The post's opinion."""

    opinion = RadioField(_l("What do you advise?"), [Optional()], validate_choice=False)
    text = TextAreaField(_l("Your explanation"), [Optional(), Length(max=MOST_TEXT, message=TOO_LONG)])


class InviteForm(Form):
    """An invitation to be heard."""

    subject = TextAreaField(_l("Which facts is it about?"), [Optional(), Length(max=MOST_TEXT, message=TOO_LONG)])
    answer_by = DateField(_l("View wanted until"), [Optional()])


class HeldForm(Form):
    """What came of a hearing."""

    form = RadioField(_l("How was the chamber heard?"), [Optional()], validate_choice=False)
    held_on = DateField(_l("Day of the talk, or of the letter that came in"), [Optional()])
    report = TextAreaField(_l("What did the chamber say?"), [Optional(), Length(max=MOST_TEXT, message=TOO_LONG)])
    waiver_reason = SelectField(_l("Why is it not heard?"), [Optional()], validate_choice=False)

    def offer_choices(self) -> None:
        self.form.choices = [(code, str(label)) for code, label in words.FORM_WORDS.items()]
        waivers = [(code, str(label)) for code, label in words.WAIVER_WORDS.items()]
        self.waiver_reason.choices = [("", ""), *waivers]


class InterestForm(Form):
    """A hub in which one has an interest."""

    hub = SelectField(_l("Hub"), [Optional()], validate_choice=False)
    note = TextAreaField(_l("What is your interest?"), [Optional(), Length(max=2000, message=TOO_LONG)])
