"""Routing: where a question may go and why, as a pure function on a table compiled under a version (domain.md)."""

from hubs.agreements.coverage import Failure

from .receipt import (
    Destination,
    Excluded,
    InstrumentExcluded,
    Moment,
    Note,
    Part,
    Paused,
    Question,
    Receipt,
    RoutingInput,
    TieBreak,
)
from .records import (
    AUTHORITY_SERVICES,
    AgreementRecord,
    CoverageRecord,
    HubRecord,
    InstrumentRecord,
    MarketRecord,
    OfferRecord,
    OfficeRecord,
    PartnerRecord,
    PostRecord,
    SectorRecord,
    ServiceRecord,
    Weights,
    instrument_with_terms,
    service_from_usual_provider,
)
from .route import replay, route
from .split import AMBIGUOUS_NAMES
from .table import RoutingTable, Scope, compile_table

__all__ = [
    "AMBIGUOUS_NAMES",
    "AUTHORITY_SERVICES",
    "AgreementRecord",
    "CoverageRecord",
    "Destination",
    "Excluded",
    "Failure",
    "HubRecord",
    "InstrumentExcluded",
    "InstrumentRecord",
    "MarketRecord",
    "Moment",
    "Note",
    "OfferRecord",
    "OfficeRecord",
    "Part",
    "PartnerRecord",
    "Paused",
    "PostRecord",
    "Question",
    "Receipt",
    "RoutingInput",
    "RoutingTable",
    "Scope",
    "SectorRecord",
    "ServiceRecord",
    "TieBreak",
    "Weights",
    "compile_table",
    "instrument_with_terms",
    "replay",
    "route",
    "service_from_usual_provider",
]
