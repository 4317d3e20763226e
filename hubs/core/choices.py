"""Fields with choices: written as pairs of code and words, handed to WTForms as it wants them (`SelectChoice`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from wtforms import RadioField as _Radio
from wtforms import SelectField as _Select
from wtforms import SelectMultipleField as _Several
from wtforms.fields.choices import SelectChoice


class Option(SelectChoice):
    """A choice that can still be read as the pair it was written as."""

    def __iter__(self) -> Iterator[Any]:
        return iter((self.value, self.label))


def listed(choices: Any) -> Any:
    """Pairs as options; None, callables and options stay as they are."""
    if choices is None or callable(choices):
        return choices
    rows: Iterable[Any] = choices
    return [Option(*row) if isinstance(row, tuple | list) else row for row in rows]


class SelectField(_Select):
    def __init__(self, *args: Any, choices: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, choices=listed(choices), **kwargs)

    @property
    def choices(self) -> Any:
        return _Select.choices.fget(self)

    @choices.setter
    def choices(self, value: Any) -> None:
        _Select.choices.fset(self, listed(value))


class SelectMultipleField(_Several):
    def __init__(self, *args: Any, choices: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, choices=listed(choices), **kwargs)

    @property
    def choices(self) -> Any:
        return _Several.choices.fget(self)

    @choices.setter
    def choices(self, value: Any) -> None:
        _Several.choices.fset(self, listed(value))


class RadioField(_Radio):
    def __init__(self, *args: Any, choices: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, choices=listed(choices), **kwargs)

    @property
    def choices(self) -> Any:
        return _Radio.choices.fget(self)

    @choices.setter
    def choices(self, value: Any) -> None:
        _Radio.choices.fset(self, listed(value))
