"""What an organisation is called in a sentence: its name without what stands behind it in brackets."""

from __future__ import annotations

import re

_AFTERTHOUGHT = re.compile(r"\s*\([^()]*\)\s*$")


def short_name(name: str) -> str:
    """ "RVO (Rijksdienst voor Ondernemend Nederland)" is called RVO."""
    return _AFTERTHOUGHT.sub("", name) or name
