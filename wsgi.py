"""The WSGI application: `gunicorn wsgi:app`, `flask --app wsgi …`."""

from hubs import create_app

app = create_app()
