"""The WSGI application: `gunicorn wsgi:app`, `flask --app wsgi …`."""

import sys

from config import SettingsError
from hubs import create_app

BOOT_ERROR = 3  # gunicorn stops on it instead of trying again

try:
    app = create_app()
except SettingsError as problem:
    print(f"Hubs does not start: {problem}", file=sys.stderr)
    sys.exit(BOOT_ERROR)
