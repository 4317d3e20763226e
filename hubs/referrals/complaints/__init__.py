"""When an entrepreneur is not satisfied: said on their own page, answered by the owning desk within a term."""

from .operations import answer_complaint, complain
from .queries import complaints_of, open_complaints

__all__ = ["answer_complaint", "complain", "complaints_of", "open_complaints"]
