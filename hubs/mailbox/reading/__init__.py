"""Reading a mail as it came in, without trusting any of it: bounded, never raising, nothing fetched from elsewhere."""

from .content import Attached, Mail, Unreadable, read_mail
from .forwarding import Original, find_original
from .quoting import own_words, split_signature

__all__ = [
    "Attached",
    "Mail",
    "Original",
    "Unreadable",
    "find_original",
    "own_words",
    "read_mail",
    "split_signature",
]
