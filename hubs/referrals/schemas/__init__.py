"""The contract of questions, advice, referrals and events in the API."""

from .advice import RoutingOut
from .events import EventOut, EventQuery
from .questions import (
    SupportRequestNew,
    SupportRequestOut,
    SupportRequestPatch,
    SupportRequestQuery,
    SupportRequestTransition,
)
from .referrals import ReferralOut, ReferralQuery, ReferralTransition

__all__ = [
    "EventOut",
    "EventQuery",
    "ReferralOut",
    "ReferralQuery",
    "ReferralTransition",
    "RoutingOut",
    "SupportRequestNew",
    "SupportRequestOut",
    "SupportRequestPatch",
    "SupportRequestQuery",
    "SupportRequestTransition",
]
