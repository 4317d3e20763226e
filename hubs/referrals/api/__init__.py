"""Questions, advice, referrals and the audit trail in the API."""

from hubs.api.endpoints import Routes

routes = Routes()

from . import code_lists, conversation, events, handling, questions, referrals  # noqa: E402, F401
