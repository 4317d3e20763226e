"""What a line of a case's history shows: a step, something said, a note, a file or a mail."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What a line is; the first four are what the chips let through."""

    STEP = "step"
    MESSAGE = "message"
    NOTE = "note"
    FILE = "file"


class Show(StrEnum):
    """The chips over a history."""

    ALL = "all"
    MESSAGES = "messages"
    STEPS = "steps"


OF_CHIP: dict[Show, frozenset[Kind]] = {
    Show.ALL: frozenset(Kind),
    Show.MESSAGES: frozenset({Kind.MESSAGE, Kind.NOTE, Kind.FILE}),
    Show.STEPS: frozenset({Kind.STEP}),
}


@dataclass(frozen=True, slots=True)
class FileShown:
    """A file as a page lists it."""

    id: str
    name: str
    size: int
    who: str
    when: str
    when_iso: str
    is_scanned: bool
    may_remove: bool
    only_us: bool  # nobody but the reader's own organisation sees it
    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class MailShown:
    """What became of a mail about a step or message."""

    code: str  # sent, waiting, failed, dropped
    words: str


@dataclass(slots=True)
class Line:
    """One line. `title` is bold; `note` follows it; `text` is quoted below."""

    kind: Kind
    key: str  # what sorts lines of one moment, and names the line
    at: datetime
    title: str
    note: str = ""
    text: str = ""
    meta: str = ""
    ref: str = ""  # the message or file, for outside tools
    code: str = ""
    files: list[FileShown] = field(default_factory=list)
    mails: list[MailShown] = field(default_factory=list)
    when: str = ""
    when_iso: str = ""
    state: str | None = None
    is_new: bool = False

    @property
    def place(self) -> tuple[datetime, str]:
        """Where it stands in the order."""
        return self.at, self.key


@dataclass(frozen=True, slots=True)
class Timeline:
    """One page of a history, newest first."""

    lines: list[Line]
    show: Show
    older: str | None = None  # the cursor of what came before
    is_first: bool = True
    unread: int = 0
    files: list[FileShown] = field(default_factory=list)  # every file this reader may open, oldest first


def joined(title: str, note: str) -> str:
    """The title with what divides it from its note: a comma before a lower-case word, else a full stop."""
    if not note:
        return title
    return f"{title}," if note[:1].islower() else f"{title}."
