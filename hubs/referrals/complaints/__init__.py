"""When an entrepreneur is not satisfied: said on their own page, answered by the owning desk within a term."""

from .operations import answer_complaint, complain
from .queries import complained_about, complaints_of

__all__ = ["answer_complaint", "complain", "complained_about", "complaints_of"]
