"""Words for codes of reference data: who gives a service, kinds of sectors, the code lists."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from .models import Provider, SectorKind

PROVIDER_WORDS = {
    Provider.PUBLIC: _l("The post"),
    Provider.PRIVATE: _l("A hub"),
    Provider.PARTNER: _l("A partner"),
    Provider.EITHER: _l("A hub or the post"),
    Provider.OUT_OF_SCOPE: _l("Nobody here"),
}
SECTOR_KIND_WORDS = {
    SectorKind.TOPSECTOR: _l("Topsectors"),
    SectorKind.SBI_SECTION: _l("SBI 2008, sections"),
    SectorKind.SBI_DIVISION: _l("SBI 2008, divisions"),
    SectorKind.NACE_SECTION: _l("NACE 2.1, sections"),
    SectorKind.NACE_DIVISION: _l("NACE 2.1, divisions"),
}
CODE_LIST_WORDS = {
    "theme": _l("Themes"),
    "target_group": _l("Target groups"),
    "company_size": _l("Sizes of companies"),
    "channel": _l("Channels"),
    "urgency": _l("Urgency"),
    "decline_reason": _l("Reasons to decline"),
    "return_reason": _l("Reasons to give back"),
    "override_reason": _l("Reasons to choose another place"),
    "request_outcome": _l("Outcomes of questions"),
    "referral_outcome": _l("Outcomes of referrals"),
    "assessment_ground": _l("Grounds in assessments"),
}
