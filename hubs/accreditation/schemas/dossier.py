"""The market-need dossier in the API. A figure that the reader may not see is null."""

from __future__ import annotations

from marshmallow import fields

from hubs.accreditation.dossier import Reader
from hubs.accreditation.dossier.payload import CLAIMS
from hubs.accreditation.dossier.reading import CLAIM_VERDICTS, TRENDS
from hubs.accreditation.dossier.supply import GIVES, VERDICTS
from hubs.api.fields import Choice, Flag, Listed, Object, Whole
from hubs.api.schemas import Input, Shape
from hubs.reference.models import Provider

_HIDDEN = "Null: not shown, because it would say something about few companies."


def _figure() -> fields.Integer:
    return fields.Integer(allow_none=True, metadata={"description": _HIDDEN})


class DossierQuery(Input):
    submission = Whole(min=1, max=999_999, from_text=True, metadata={"description": "Its number; without: the last."})
    preview = Flag(from_text=True, metadata={"description": "The chamber itself, before it hands in: as of now."})


class DaysOut(Shape):
    starts_on = fields.Date()
    ends_on = fields.Date(metadata={"description": "The last day, included."})


class PairOut(Shape):
    now = _figure()
    before = _figure()


class CodedPairOut(PairOut):
    code = fields.String()


class SplitOut(Shape):
    code = fields.String()
    all = Object(PairOut)
    unmet = Object(PairOut)


class QuarterOut(DaysOut):
    all = _figure()
    unmet = _figure()


class ScopeOut(Shape):
    """What was counted."""

    markets = Listed(fields.String())
    sectors_wanted = Listed(fields.String())
    sectors = Listed(
        fields.String(), metadata={"description": "Sectors of questions that fall under those; empty: all."}
    )
    cities = Listed(fields.String())
    services = Listed(fields.String())
    target_groups = Listed(fields.String())
    repeat_days = fields.Integer()


class ClaimOut(Shape):
    """A statement of the chamber beside the register."""

    code = Choice(CLAIMS)
    claimed = fields.Integer()
    counted = _figure()
    difference = fields.Integer(allow_none=True, metadata={"description": "The register less the chamber."})
    verdict = Choice(CLAIM_VERDICTS)
    hidden_from_applicant = fields.Boolean(
        allow_none=True, metadata={"description": "For those who see exact numbers; null for others."}
    )


class TradeOut(Shape):
    """A figure as published. Figures of different sources cannot be compared."""

    market = fields.String()
    flow = fields.String()
    value = fields.String(metadata={"description": "Exact, in the unit."})
    unit = fields.String()
    year = fields.Integer(allow_none=True)
    source = fields.String()
    source_date = fields.String(allow_none=True)
    notes = fields.String(allow_none=True)


class SupplierOut(Shape):
    id = fields.String()
    code = fields.String()
    name_nl = fields.String()
    name_en = fields.String()
    status = fields.String(allow_none=True, metadata={"description": "Of a hub on the day of computing."})
    agreements = fields.Integer(allow_none=True, metadata={"description": "In force in this market."})


class HubGivesOut(Shape):
    hub = fields.String(metadata={"description": "Id."})
    gives = Choice(GIVES)
    reasons = Listed(fields.String(), metadata={"description": "Why in part only."})


class SupplyRowOut(Shape):
    service = fields.String()
    provider = Choice(Provider)
    post = Choice(GIVES)
    hubs = Listed(Object(HubGivesOut))
    partner = Choice(GIVES)
    partners = Listed(fields.String())
    instruments = Listed(fields.String())
    wanted = fields.Boolean()
    verdict = Choice(VERDICTS)
    overlap = fields.Integer(metadata={"description": "With how many who give it in full."})


class SupplyOut(Shape):
    posts = Listed(Object(SupplierOut))
    hubs = Listed(Object(SupplierOut))
    rows = Listed(Object(SupplyRowOut))


class TrendOut(Shape):
    all = Choice(TRENDS, allow_none=True)
    unmet = Choice(TRENDS, allow_none=True)


class DossierOut(Shape):
    """The market need of a proposal: computed once and frozen, or a preview that is kept nowhere."""

    submission = fields.Integer(allow_none=True, metadata={"description": "Its number; null: a preview."})
    is_frozen = fields.Boolean()
    sha256 = fields.String(allow_none=True, metadata={"description": "Of what is kept, which is exact."})
    format = fields.Integer()
    computed_at = fields.DateTime()
    reader = Choice(Reader, metadata={"description": "Which view this is: exact, suppressed, or a rounded preview."})
    text = fields.String(metadata={"description": "The finding in one sentence, in the reader's language."})
    query = Object(ScopeOut)
    period = Object(DaysOut)
    before = Object(DaysOut)
    totals = Listed(Object(CodedPairOut))
    companies = Listed(Object(CodedPairOut))
    denominators = Listed(Object(CodedPairOut))
    quarters = Listed(Object(QuarterOut))
    causes = Listed(Object(CodedPairOut))
    reasons = Listed(Object(CodedPairOut))
    services = Listed(Object(SplitOut))
    groups = Listed(Object(SplitOut))
    places = Listed(Object(SplitOut))
    trend = Object(TrendOut)
    claims_year = fields.Integer(allow_none=True)
    claims = Listed(Object(ClaimOut))
    trade = Listed(Object(TradeOut))
    supply = Object(SupplyOut)
