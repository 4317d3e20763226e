"""Tables of accreditation, cut by noun."""

from __future__ import annotations

from hubs.directory.models import StandingPeriod

from .accreditations import Accreditation, Concern, Funding, Obligation
from .assessments import FactCheck, Hearing, Interest, InternalNote, Moderation, PostAdvice, ProposalAssessor, Score
from .calibrations import CalibrationItem, CalibrationRound, CalibrationScore
from .decisions import Condition, Decision, Letter, LetterDelivery, LetterSettings
from .objections import Objection
from .proposals import Dossier, Evidence, Hint, Proposal, ProposalSection, Submission, TermSuspension

__all__ = [
    "Accreditation",
    "CalibrationItem",
    "CalibrationRound",
    "CalibrationScore",
    "Concern",
    "Condition",
    "Decision",
    "Dossier",
    "Evidence",
    "FactCheck",
    "Funding",
    "Hearing",
    "Hint",
    "InternalNote",
    "Interest",
    "Letter",
    "LetterDelivery",
    "LetterSettings",
    "Moderation",
    "Objection",
    "Obligation",
    "PostAdvice",
    "Proposal",
    "ProposalAssessor",
    "ProposalSection",
    "Score",
    "StandingPeriod",
    "Submission",
    "TermSuspension",
]
