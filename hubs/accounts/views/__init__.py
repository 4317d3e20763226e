"""Pages of sign-in, one's own account and an organisation's people."""

from hubs.accounts.views import account, people, sign_in
from hubs.accounts.views.blueprint import bp

__all__ = ["account", "bp", "people", "sign_in"]
