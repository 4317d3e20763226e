"""The JSON interface: authentication, order of refusals, problems, OpenAPI. Knows no area; areas bring `api.py`."""
