"""Asking a register about a company: numbers by their form here, and by look-up through a small adapter.

The look-up is off until a setting names a register. It runs outside any transaction, its answer is written down
afterwards, and nothing an officer typed depends on it.
"""

from .answers import Answer, Outcome, Question, Register, outcome_of
from .choosing import asked_of, registers

__all__ = ["Answer", "Outcome", "Question", "Register", "asked_of", "outcome_of", "registers"]
