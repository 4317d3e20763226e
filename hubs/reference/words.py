"""Who gives a service, in the reader's language."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from .models import Provider

PROVIDER_WORDS = {
    Provider.PUBLIC: _l("The post"),
    Provider.PRIVATE: _l("A hub"),
    Provider.PARTNER: _l("A partner"),
    Provider.EITHER: _l("A hub or the post"),
    Provider.OUT_OF_SCOPE: _l("Nobody here"),
}
