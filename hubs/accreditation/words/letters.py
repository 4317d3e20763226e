"""Letters in words: what they are called, and what came of sending them."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.accreditation.letters.content import LetterKind as K

LETTER_KIND_WORDS: dict[str, Any] = {
    K.DECISION_ACCREDIT: _l("Decision: accredited"),
    K.DECISION_CONDITIONS: _l("Decision: accredited under conditions"),
    K.DECISION_DEVELOPMENT: _l("Decision: hub in development"),
    K.DECISION_REFUSE: _l("Decision: not accredited"),
    K.NOT_CONSIDERED: _l("Decision: not considered"),
    K.COMPLETION_REQUEST: _l("Request to complete the proposal"),
    K.EXTENSION: _l("More time needed"),
    K.HEARING_INVITATION: _l("Invitation to give a view"),
    K.INTENTION: _l("Intention"),
    K.SUSPENSION: _l("Decision: suspended"),
    K.LIFT_SUSPENSION: _l("Decision: suspension lifted"),
    K.WITHDRAWAL: _l("Decision: withdrawn"),
    K.OBJECTION_RECEIVED: _l("Receipt of an objection"),
    K.OBJECTION_DECISION: _l("Decision on an objection"),
    K.ADVICE_REQUEST: _l("Request for advice"),
}
DELIVERY_WORDS: dict[str, Any] = {"sent": _l("Sent"), "failed": _l("Not sent"), "waiting": _l("Being sent")}
DELIVERY_TONES: dict[str, str] = {"sent": "success", "failed": "danger", "waiting": "active"}
DETAIL_WORDS: dict[str, Any] = {
    "no_recipient": _l("Nobody of this organisation has an address in Hubs."),
    "dropped": _l("The mail could not be written."),
    "MailRefused": _l("The mail server says that this address takes no mail."),
}
LANGUAGE_WORDS: dict[str, Any] = {"nl": _l("Dutch"), "en": _l("English")}


def delivery_detail(detail: str | None) -> str:
    """Why a sending failed, as far as it can be said plainly; else that the mail server could not be reached."""
    if not detail:
        return ""
    return str(DETAIL_WORDS.get(detail.split()[0], _l("The mail server could not be reached for two days.")))


def delivery_state(letter: Any) -> str:
    """How the last sending went; `waiting` as long as none has been written down."""
    return letter.deliveries[-1].status if letter.deliveries else "waiting"
