"""The answers of entrepreneurs in words."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

ANSWER_WORDS: dict[str, Any] = {
    "helped": _l("I was helped"),
    "partly": _l("I was helped in part"),
    "not_helped": _l("I was not helped"),
}
ANSWER_TONES = {"helped": "success", "partly": "warning", "not_helped": "danger"}
BUSINESS_WORDS: dict[str, Any] = {
    "yes": _l("It led to business"),
    "not_yet": _l("No business yet"),
    "no": _l("It did not lead to business"),
}
BUSINESS_ANSWERS: dict[str, Any] = {
    "yes": _l("Yes, it led to business"),
    "not_yet": _l("Not yet, but I expect it"),
    "no": _l("No"),
}
YES_NO_ANSWERS: dict[str, Any] = {"yes": _l("Yes"), "no": _l("No")}
DEAL_SIZE_ANSWERS: dict[str, Any] = {
    "up_to_10k": _l("Up to 10,000 euros"),
    "up_to_100k": _l("10,000 to 100,000 euros"),
    "up_to_1m": _l("100,000 to 1 million euros"),
    "above_1m": _l("More than 1 million euros"),
    "not_said": _l("I do not know, or rather not say"),
}
