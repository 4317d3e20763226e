"""What a template gives a field besides its label reaches the page: how long, of what kind, how it is filled in."""

from __future__ import annotations

import pytest
from flask import Flask, render_template_string

from hubs.core.forms import Form
from hubs.referrals.forms.listing import ViewForm

IMPORT = "{% from 'components/form.html' import field, raw_field %}"


@pytest.mark.parametrize(
    ("call", "attributes"),
    [
        ("raw_field('q', 'Words', maxlength=200, autocomplete='off')", ('maxlength="200"', 'autocomplete="off"')),
        ("raw_field('f', 'Files', type='file', multiple=true, accept='.pdf')", (" multiple", 'accept=".pdf"')),
        ("raw_field('t', 'Text', type='textarea', maxlength=4000)", ('maxlength="4000"', 'rows="4"')),
        ("raw_field('a', 'Address', value='x@y', readonly=true)", (" readonly", 'value="x@y"')),
        ("field(form.name, autocomplete='name', inputmode='text')", ('autocomplete="name"', 'inputmode="text"')),
    ],
)
def test_attributes_reach_the_field(app: Flask, call: str, attributes: tuple[str, ...]) -> None:
    with app.test_request_context("/?lang=en"):
        form: Form = ViewForm()
        page = render_template_string(f"{IMPORT}{{{{ {call} }}}}", form=form)
    for attribute in attributes:
        assert attribute in page, page
