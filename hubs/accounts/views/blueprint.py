"""The blueprint that the pages of this area hang on."""

from flask import Blueprint

bp = Blueprint("accounts", __name__)

WORK = "/work"  # where one goes after signing in
