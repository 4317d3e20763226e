"""What the page of a question needs to show what its entrepreneur said of it."""

from __future__ import annotations

from typing import Any

from hubs.referrals.feedback.queries import said_about
from hubs.referrals.feedback.words import ANSWER_TONES, ANSWER_WORDS, BUSINESS_WORDS, DEAL_SIZE_ANSWERS
from hubs.referrals.models import SupportRequest


def feedback_context(support_request: SupportRequest) -> dict[str, Any]:
    """For `referrals/_feedback_card.html`."""
    return {
        "said": said_about(support_request),
        "answer_words": ANSWER_WORDS,
        "answer_tones": ANSWER_TONES,
        "business_words": BUSINESS_WORDS,
        "deal_sizes": DEAL_SIZE_ANSWERS,
    }
