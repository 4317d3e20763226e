"""Codes of companies in words: what a register said, how somebody made sure of an address."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

SOURCES: dict[str, Any] = {"kvk": _l("KVK business register"), "vies": _l("VAT register of the EU (VIES)")}
CHECK_WORDS: dict[str, Any] = {
    "found": _l("Found, the name is right"),
    "name_differs": _l("Found under another name"),
    "struck_off": _l("No longer registered"),
    "not_found": _l("Not found"),
    "not_available": _l("The register did not answer"),
}
CHECK_TONES = {
    "found": "success",
    "name_differs": "warning",
    "struck_off": "danger",
    "not_found": "danger",
    "not_available": "neutral",
}
CHECK_FLASHES: dict[str, tuple[Any, str]] = {
    "found": (_l("The register knows this company under this name."), "success"),
    "name_differs": (_l("The register knows this number under another name. Compare the two."), "warning"),
    "struck_off": (_l("This company is no longer registered."), "warning"),
    "not_found": (_l("The register does not know this number. Check whether it was typed rightly."), "warning"),
    "not_available": (_l("The register did not answer. Nothing was changed; try again later."), "info"),
}
MERGED_TABLES: dict[str, Any] = {
    "contact_persons": _l("People"),
    "consents": _l("Consents"),
    "client_contacts": _l("Client contacts"),
    "support_requests": _l("Questions"),
    "register_checks": _l("Register checks"),
}
SURE_BECAUSE: dict[str, Any] = {
    "called_back": _l("I called them back on a number we already had"),
    "in_person": _l("They told me in person"),
    "letter": _l("It is in a signed letter or mail from the company"),
    "typing_error": _l("The old address was a typing error and nothing could be delivered there"),
}
