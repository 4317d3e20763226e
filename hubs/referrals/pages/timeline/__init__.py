"""The history of a case: steps, messages, notes, files and mails in one order."""

from .mails import bounced, mails_of
from .reading import chip, place_of, referral_timeline, timeline
from .shown import FileShown, Line, Show, Timeline

__all__ = [
    "FileShown",
    "Line",
    "Show",
    "Timeline",
    "bounced",
    "chip",
    "mails_of",
    "place_of",
    "referral_timeline",
    "timeline",
]
