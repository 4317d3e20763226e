"""The pages of questions and referrals; each module adds its own to `bp`."""

from flask import Blueprint

bp = Blueprint("referrals", __name__)

from hubs.referrals.views import ask, asked, companies, consents, intake, questions, referrals, search, track, work  # noqa: E402, F401
