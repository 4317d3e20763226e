"""The forms of a version: its head and numbers, its groups, one criterion with its levels, and its days."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    Field,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp, StopValidation

from hubs.core.choices import RadioField, SelectField, SelectMultipleField
from hubs.core.errors import DomainError
from hubs.core.forms import REQUIRED, Form, put_problems
from hubs.directory.forms import listed
from hubs.reference.market_lists import MARKET_LISTS

from .content import Group, Level, WordedCriterion
from .criteria import SCALE_LEVELS, Answer, Better, Consequence, Criterion, Moment, Rule
from .rows import LEVEL_WORDS
from .versions import GROUP_CODE, NUMBER_LIMITS, criterion_problems
from .words import (
    ANSWER_WORDS,
    BETTER_WORDS,
    CONSEQUENCE_WORDS,
    FIELD_NAMES,
    KIND_WORDS,
    MOMENT_WORDS,
    RULE_WORDS,
    UNIT_WORDS,
    plain_number,
)

TOO_LONG = _l("This is too long.")
_EXACT = re.compile(r"\d{1,10}([.,]\d{1,6})?")
LEVEL_LENGTHS = {"title_nl": 80, "title_en": 80, "text_nl": 600, "text_en": 600}


class ExactField(StringField):
    """A number that is not rounded, with a comma or a point; shown as it was typed."""

    def process_data(self, value: Any) -> None:
        self.data = plain_number(value) if value is not None else None

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            self.data = valuelist[0].strip()

    def pre_validate(self, form: Any) -> None:
        if self.data and not _EXACT.fullmatch(self.data):
            raise StopValidation(_l("Fill in a number, such as 2 or 2.5."))

    @property
    def number(self) -> Decimal | None:
        """The number typed; None when the field is empty or holds no number."""
        typed = self.data or ""
        return Decimal(typed.replace(",", ".")) if _EXACT.fullmatch(typed) else None


def _choices(words: Mapping[Any, Any]) -> list[Any]:
    return listed({str(code): label for code, label in words.items()})


def _whole(name: str) -> IntegerField:
    least, most = NUMBER_LIMITS[name]
    message = _l("Fill in a whole number from %(min)s to %(max)s.")
    return IntegerField(FIELD_NAMES[name], [InputRequired(REQUIRED), NumberRange(least, most, message=message)])


def _text(name: str, most: int, *, required: bool = False, field: type[Field] = StringField) -> Field:
    needed = InputRequired(REQUIRED) if required else Optional()
    return field(FIELD_NAMES[name], [needed, Length(max=most, message=TOO_LONG)])


class DraftForm(Form):
    """A new draft: from which version, under which name."""

    based_on = SelectField(_l("Start from"))
    name = _text("name", 40, required=True)
    note = _text("note", 2000, field=TextAreaField)


class VersionForm(Form):
    """The head and the numbers of a draft."""

    name = _text("name", 40, required=True)
    note = _text("note", 2000, field=TextAreaField)
    is_proposal = BooleanField(FIELD_NAMES["is_proposal"])
    pass_mark = ExactField(FIELD_NAMES["pass_mark"], [InputRequired(REQUIRED)])
    moderation_distance = _whole("moderation_distance")
    term_years = _whole("term_years")
    mid_term_months = _whole("mid_term_months")
    development_months = _whole("development_months")

    def validate_pass_mark(self, field: Any) -> None:
        if field.number is not None and field.number.as_tuple().exponent < -2:
            raise ValidationError(_l("Two decimals at most."))

    def values(self) -> dict[str, Any]:
        """What the operation takes."""
        found = {name: field.data for name, field in self._fields.items() if name in FIELD_NAMES}
        return {**found, "pass_mark": self.pass_mark.number, "note": self.note.data or None}


class GroupRow(Form):
    """One group; a new one is told by its code."""

    class Meta(Form.Meta):
        csrf = False

    code = StringField(
        FIELD_NAMES["code"],
        [Optional(), Regexp(rf"{GROUP_CODE}\Z", message=_l("Small letters, digits and underscores, such as market."))],
    )
    known = HiddenField()
    name_nl = _text("name_nl", 250)
    name_en = _text("name_en", 250)
    position = IntegerField(FIELD_NAMES["position"], [Optional(), NumberRange(0, 999, message=_l("From 0 to 999."))])
    remove = BooleanField(_l("Remove this group"))

    @property
    def is_blank(self) -> bool:
        return not any((self.code.data, self.known.data, self.name_nl.data, self.name_en.data))

    def validate_name_nl(self, field: Field) -> None:
        if not (self.code.data or self.known.data) and (field.data or self.name_en.data):
            raise ValidationError(_l("Give this group a code too."))


class GroupsForm(Form):
    """All groups of a draft, and one empty line for a new one."""

    groups = FieldList(FormField(GroupRow), max_entries=41)

    def kept(self) -> list[tuple[int, Group]]:
        """The groups to keep, in the order asked for, each with its line."""
        found = []
        for number, entry in enumerate(self.groups.entries):
            row = entry.form
            if row.is_blank or row.remove.data:
                continue
            code = row.known.data or row.code.data or ""
            place = row.position.data if row.position.data is not None else 999
            found.append((number, Group(code, row.name_nl.data or "", row.name_en.data or "", place)))
        return sorted(found, key=lambda pair: (pair[1].position, pair[0]))


def put_group_problems(form: GroupsForm, refusal: DomainError) -> None:
    """Each problem beside the field of its line (`groups.2.name_nl`); the others to the form as a whole."""
    rest = []
    for problem in refusal.problems:
        place = (problem.field or "").split(".")
        if len(place) == 3:
            field = form.groups.entries[int(place[1])].form[place[2]]
            field.errors = [*field.errors, problem.message]
        else:
            rest.append(replace(problem, field=None))
    put_problems(form, rest if refusal.problems else refusal)


class CriterionForm(Form):
    """Everything one criterion says; the level fields are added below."""

    code = StringField(FIELD_NAMES["code"], [InputRequired(REQUIRED), Length(max=6, message=TOO_LONG)])
    group = SelectField(FIELD_NAMES["group"], [InputRequired(REQUIRED)])
    name_nl = _text("name_nl", 250, required=True)
    name_en = _text("name_en", 250, required=True)
    explanation_nl = _text("explanation_nl", 4000, field=TextAreaField)
    explanation_en = _text("explanation_en", 4000, field=TextAreaField)
    answer = RadioField(FIELD_NAMES["answer"], choices=_choices(ANSWER_WORDS), validators=[InputRequired(REQUIRED)])
    unit = SelectField(FIELD_NAMES["unit"], choices=_choices({"": _l("No unit"), **UNIT_WORDS}))
    better = SelectField(FIELD_NAMES["better"], choices=_choices({"": _l("No direction"), **BETTER_WORDS}))
    threshold = ExactField(FIELD_NAMES["threshold"])
    rule = RadioField(FIELD_NAMES["rule"], choices=_choices(RULE_WORDS), validators=[InputRequired(REQUIRED)])
    weight = ExactField(FIELD_NAMES["weight"], [InputRequired(REQUIRED)])
    consequence = SelectField(FIELD_NAMES["consequence"], choices=_choices(CONSEQUENCE_WORDS))
    moment = RadioField(FIELD_NAMES["moment"], choices=_choices(MOMENT_WORDS), validators=[InputRequired(REQUIRED)])
    kinds = SelectMultipleField(FIELD_NAMES["kinds"], choices=_choices(KIND_WORDS))
    market_lists = SelectMultipleField(FIELD_NAMES["market_lists"], choices=_choices(MARKET_LISTS))
    source = _text("source", 500)
    source_nl = _text("source_nl", 500)

    def offer_groups(self, groups: Iterable[tuple[str, str]]) -> None:
        self.group.choices = _choices({"": "", **dict(groups)})

    def validate(self, extra_validators: Any = None) -> bool:
        """The fields, and what is wrong with them together: everything at once."""
        is_valid = super().validate(extra_validators)
        if any(self[name].errors for name in ("answer", "rule", "moment", "better", "consequence")):
            return False
        for problem in criterion_problems(self.worded(), market_lists=MARKET_LISTS):
            field = self._fields[problem.field or "code"]
            if not field.errors:
                field.errors = [problem.message]
                is_valid = False
        return is_valid

    def level_fields(self, number: int) -> list[Field]:
        """The four fields of one level."""
        return [self[f"level_{number}_{name}"] for name in LEVEL_WORDS]

    def worded(self) -> WordedCriterion:
        """The criterion as the operation takes it; the form has validated."""
        answer = Answer(self.answer.data)
        criterion = Criterion(
            code=self.code.data or "",
            group=self.group.data,
            answer=answer,
            rule=Rule(self.rule.data),
            unit=self.unit.data or "",
            weight=self.weight.number or Decimal(0),
            threshold=self.threshold.number,
            better=Better(self.better.data) if self.better.data else None,
            moment=Moment(self.moment.data),
            kinds=frozenset(self.kinds.data or ()),
            market_lists=frozenset(self.market_lists.data or ()),
            consequence=Consequence(self.consequence.data or ""),
        )
        words = ("name_nl", "name_en", "explanation_nl", "explanation_en", "source", "source_nl")
        levels = tuple(self._level(number) for number in SCALE_LEVELS) if answer == Answer.SCALE else ()
        return WordedCriterion(criterion, **{name: self[name].data or "" for name in words}, levels=levels)

    def _level(self, number: int) -> Level:
        return Level(number, *(field.data or "" for field in self.level_fields(number)))


_LEVEL_LABELS = {
    "title_nl": _l("Title in Dutch"),
    "title_en": _l("Title in English"),
    "text_nl": _l("Sentence in Dutch"),
    "text_en": _l("Sentence in English"),
}
for _number in SCALE_LEVELS:
    for _name in LEVEL_WORDS:
        _kind = TextAreaField if _name.startswith("text") else StringField
        _limit = Length(max=LEVEL_LENGTHS[_name], message=TOO_LONG)
        setattr(CriterionForm, f"level_{_number}_{_name}", _kind(_LEVEL_LABELS[_name], [Optional(), _limit]))


def data_of(item: WordedCriterion) -> Mapping[str, Any]:
    """What the form shows of a criterion."""
    rules = item.criterion
    names = ("code", "group", "answer", "unit", "weight", "rule", "threshold", "moment", "consequence")
    words = ("name_nl", "name_en", "explanation_nl", "explanation_en", "source", "source_nl")
    levels = {f"level_{level.level}_{name}": getattr(level, name) for level in item.levels for name in LEVEL_WORDS}
    return {
        **{name: getattr(rules, name) for name in names},
        **{name: getattr(item, name) for name in words},
        **levels,
        "better": rules.better or "",
        "kinds": sorted(rules.kinds),
        "market_lists": sorted(rules.market_lists),
    }


class VersionActionForm(Form):
    """The day that goes with an action on a version."""

    in_force_on = DateField(FIELD_NAMES["in_force_on"], [Optional()])
    retired_on = DateField(FIELD_NAMES["retired_on"], [Optional()])
