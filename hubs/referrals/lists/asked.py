"""What a list was asked for by its address: filters, order and columns are plain parameters, so links are shared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from hubs.core.forms import clean_text
from hubs.core.searching.words import TYPED_AT_MOST
from hubs.referrals.forms.acting import plain_code

US, THEM = "us", "them"
TURNS = (US, THEM)
SORTS = {
    "questions": ("newest", "oldest", "due", "waiting", "market", "company", "handler"),
    "referrals": ("due", "newest", "oldest", "waiting", "handler"),
    "work": ("due", "waiting"),
}
COLUMNS = {
    "questions": ("service", "sector", "market", "handler", "office", "channel", "received", "last_action"),
    "referrals": ("service", "sector", "market", "handler", "office", "sent", "last_action"),
    "work": ("service", "market", "office", "last_action"),
}
_CODES = ("state", "market", "service", "sector", "handler", "office", "channel")
_CHOICES = {
    "turn": TURNS,
    "idle": ("yes",),
    "snoozed": ("yes", "no"),
    "due": ("late", "today", "week"),
    "box": ("out",),
}
_OF_ONE_LIST = {"questions": ("mission",)}
PARAMETERS = (*_CODES, "mission", *_CHOICES, "from", "until", "q", "sort", "columns", "others")


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters of a list as they count; what was not understood is left out."""

    list_name: str
    values: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    view: str = ""  # the saved view it started from

    def get(self, name: str) -> str:
        return self.values.get(name, "")

    @property
    def sort(self) -> str:
        """What has ended has no term to sort by: the newest come first then."""
        first = SORTS[self.list_name][0]
        return self.get("sort") or (first if self.list_name != "referrals" or not self.get("state") else "newest")

    @property
    def first_day(self) -> date | None:
        return _day(self.get("from"))

    @property
    def last_day(self) -> date | None:
        return _day(self.get("until"))

    @property
    def is_filtered(self) -> bool:
        return any(value for name, value in self.values.items() if name not in ("sort", "box", "others"))

    def query(self, **changes: str | None) -> dict[str, str]:
        """The parameters of its address, some of them changed; None leaves one out."""
        kept = dict(self.values)
        if self.columns:
            kept["columns"] = ",".join(self.columns)
        for name, value in changes.items():
            kept.pop(name, None)
            if value:
                kept[name] = value
        return kept


def asked_of(list_name: str, values: Mapping[str, str], columns: list[str] | None = None) -> Asked:
    """The parameters of an address or of a saved view as they count."""
    found: dict[str, str] = {}
    for name in (*_CODES, *_OF_ONE_LIST.get(list_name, ())):
        code = plain_code(values.get(name))
        if code:
            found[name] = code
    for name, allowed in _CHOICES.items():
        if values.get(name) in allowed:
            found[name] = values[name]
    for name in ("from", "until"):
        if _day(values.get(name, "")) is not None:
            found[name] = values[name]
    typed = str(clean_text(values.get("q", "") or ""))[:TYPED_AT_MOST].strip()
    if typed:
        found["q"] = typed
    if values.get("sort") in SORTS[list_name]:
        found["sort"] = values["sort"]
    if list_name == "work" and values.get("others") == "all":
        found["others"] = "all"
    wanted = columns if columns is not None else (values.get("columns") or "").split(",")
    split = [name for entry in wanted for name in entry.split(",")]
    return Asked(list_name, found, tuple(name for name in COLUMNS[list_name] if name in split))


def started_from(asked: Asked, view: str) -> Asked:
    return replace(asked, view=view)


def _day(text: str | None) -> date | None:
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2100 else None
