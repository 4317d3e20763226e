"""The pages of questions and referrals; each module adds its own to `bp`."""

from flask import Blueprint

bp = Blueprint("referrals", __name__)

from hubs.referrals.views import (  # noqa: E402, F401
    ask,
    asked,
    companies,
    complaints,
    consents,
    intake,
    merging,
    questions,
    referrals,
    search,
    track,
    work,
)
