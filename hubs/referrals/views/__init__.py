"""The pages of questions and referrals; each module adds its own to `bp`."""

from flask import Blueprint

bp = Blueprint("referrals", __name__)

from hubs.referrals.views import (  # noqa: E402, F401
    addresses,
    ask,
    asked,
    companies,
    complaints,
    consents,
    conversation,
    embedding,
    faults,
    feedback,
    handling,
    intake,
    lists,
    merging,
    pauses,
    public_tasks,
    questions,
    referrals,
    saved_views,
    search,
    track,
    undoing,
    work,
)
