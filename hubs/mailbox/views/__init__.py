"""The pages of mail that arrived; each module adds its own to `bp`."""

from flask import Blueprint

bp = Blueprint("mailbox", __name__)

import hubs.mailbox.work  # noqa: E402, F401  (adds its line to the work list)
from hubs.mailbox.views import drafts, mails  # noqa: E402, F401
