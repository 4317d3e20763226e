"""Pages of sign-in, one's own account and an organisation's people."""

from hubs.accounts.views import absences, account, administration, leaving, people, sign_in
from hubs.accounts.views.blueprint import bp

__all__ = ["absences", "account", "administration", "bp", "leaving", "people", "sign_in"]
