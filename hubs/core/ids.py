"""URL converters: what does not look like an identifier or a reference does not exist (404)."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import BaseConverter


class IdConverter(BaseConverter):
    regex = r"[0-9a-hjkmnp-tv-z]{26}"


class ReferenceConverter(BaseConverter):
    """H-7K4-29Q, and D-7K4-29Q-2 for a referral."""

    regex = r"[HD]-[0-9B-DF-HJKM-NP-TV-XZ]{3}-[0-9B-DF-HJKM-NP-TV-XZ]{3}(?:-[0-9]{1,3})?"


class ProposalReferenceConverter(BaseConverter):
    """V-7K4-29Q."""

    regex = r"V-[0-9B-DF-HJKM-NP-TV-XZ]{3}-[0-9B-DF-HJKM-NP-TV-XZ]{3}"


class DecisionReferenceConverter(BaseConverter):
    """B-7K4-29Q."""

    regex = r"B-[0-9B-DF-HJKM-NP-TV-XZ]{3}-[0-9B-DF-HJKM-NP-TV-XZ]{3}"


class Iso2Converter(BaseConverter):
    """A market."""

    regex = r"[A-Z]{2}"


class CodeConverter(BaseConverter):
    regex = r"[a-z0-9][a-z0-9_-]{0,63}"


def init_app(app: Flask) -> None:
    app.url_map.converters["id"] = IdConverter
    app.url_map.converters["ref"] = ReferenceConverter
    app.url_map.converters["vref"] = ProposalReferenceConverter
    app.url_map.converters["bref"] = DecisionReferenceConverter
    app.url_map.converters["iso2"] = Iso2Converter
    app.url_map.converters["code"] = CodeConverter
