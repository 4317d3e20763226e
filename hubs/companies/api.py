"""Companies and dealings of one's own organisation, and the texts that ask for consent."""

from __future__ import annotations

from typing import Any

from hubs.accounts.permissions import P
from hubs.api.call import Answer, Call
from hubs.api.endpoints import Routes
from hubs.api.listing import Listing, both_ways, listing
from hubs.api.versions import content_version
from hubs.core.errors import NotFound
from hubs.extensions import db

from .dealings import get_visible_contact, write_down_contact
from .keeping import RecordData, edit_company
from .models import ClientContact, Company, CompanyRecord, ConsentText
from .operations import CompanyData, change_company_record, record_company
from .queries import all_texts, client_contacts_visible_to, companies_found, get_visible_company, present_id
from .schemas import (
    ClientContactNew,
    ClientContactOut,
    ClientContactQuery,
    CompanyNew,
    CompanyOut,
    CompanyPatch,
    CompanyQuery,
    ConsentTextOut,
    ConsentTextQuery,
)

routes = Routes()
_KVK = {"company_name": "name", "company_kvk_number": "kvkNumber"}
HOME = "NL"
_SHOWN = ("name", "city", "region", "vat_number", "establishment_number", "rsin", "note", "created_at")


def company_shown(record: CompanyRecord) -> dict[str, Any]:
    company = record.company
    return {
        "id": record.company_id,
        "country": company.country,
        "kvk_number": company.registration_number if company.country == HOME else None,
        "registration_number": company.registration_number,
        **{name: getattr(record, name) for name in _SHOWN},
    }


def _version(record: CompanyRecord) -> str:
    """A record has no counter: its own words are its version."""
    return content_version(*(getattr(record, name) for name in _SHOWN))


def _answer(record: CompanyRecord, location: str | None = None) -> Answer:
    return Answer(company_shown(record), _version(record), location)


@routes.get(
    "/companies",
    P.COMPANY_READ,
    answer=CompanyOut,
    query=CompanyQuery,
    summary="Companies that one's own organisation wrote down",
    tag="companies",
)
def company_list(call: Call) -> Listing:
    query = call.query()
    statement = companies_found(call.actor, query.get("q") or "")
    if query.get("kvk_number"):
        statement = statement.where(Company.registration_number == query["kvk_number"], Company.country == HOME)
    by_id = (CompanyRecord.company_id, "asc")
    sorts = both_ways(
        name=[(CompanyRecord.name_folded, "asc"), by_id], createdAt=[(CompanyRecord.created_at, "asc"), by_id]
    )
    page = listing(statement, query, sorts)
    return page.showing([company_shown(record) for record in page.items])


@routes.get("/companies/<id:company_id>", P.COMPANY_READ, answer=CompanyOut, summary="A company", tag="companies")
def company_show(call: Call, company_id: str) -> Answer:
    record = get_visible_company(call.sight, company_id)
    call.may(record)
    return _answer(record)


@routes.create(
    "/companies",
    P.COMPANY_WRITE,
    body=CompanyNew,
    answer=CompanyOut,
    summary="Write a company down; one with the same number is linked in silence",
    tag="companies",
    fields=_KVK,
)
def company_create(call: Call) -> Answer:
    values = call.body()
    foreign = values["country"] != HOME
    number = values.get("registration_number" if foreign else "kvk_number")
    data = CompanyData(
        name=values["name"],
        country=values["country"],
        registration_number=number,
        city=values.get("city"),
        region=values.get("region"),
    )
    record = record_company(actor=call.actor, now=call.now, data=data)
    return _answer(record, f"/api/v1/companies/{record.company_id}")


@routes.patch(
    "/companies/<id:company_id>",
    P.COMPANY_WRITE,
    body=CompanyPatch,
    answer=CompanyOut,
    summary="Change what one's own organisation wrote down of a company",
    tag="companies",
    fields={"vat_number": "vatNumber", "establishment_number": "establishmentNumber"},
)
def company_edit(call: Call, company_id: str) -> Answer:
    record = get_visible_company(call.sight, company_id, lock=True)
    call.may(record)
    values = call.body()
    call.match(_version(record))
    names = RecordData.__dataclass_fields__
    if set(names) & set(values):
        data = RecordData(**{name: values.get(name, getattr(record, name)) for name in names})
        edit_company(record, data, actor=call.actor, now=call.now)
    if "note" in values:
        change_company_record(record, actor=call.actor, now=call.now, note=values["note"])
    return _answer(record)


@routes.get(
    "/client-contacts",
    P.COMPANY_READ,
    answer=ClientContactOut,
    query=ClientContactQuery,
    summary="Dealings of one's own organisation with companies",
    tag="client-contacts",
)
def client_contact_list(call: Call) -> Listing:
    query = call.query()
    statement = client_contacts_visible_to(call.actor)
    if query.get("company"):
        statement = statement.where(ClientContact.company_id == present_id(call.actor, query["company"]))
    if query.get("market"):
        statement = statement.where(ClientContact.market == query["market"])
    if query.get("service"):
        statement = statement.where(ClientContact.service == query["service"])
    if query.get("since"):
        statement = statement.where(ClientContact.at >= query["since"])
    return listing(statement, query, both_ways(at=[(ClientContact.at, "asc"), (ClientContact.id, "asc")]))


@routes.get(
    "/client-contacts/<id:contact_id>",
    P.COMPANY_READ,
    answer=ClientContactOut,
    summary="A dealing",
    tag="client-contacts",
)
def client_contact_show(call: Call, contact_id: str) -> Answer:
    contact = get_visible_contact(call.sight, contact_id)
    call.may(contact)
    return Answer(contact)


@routes.create(
    "/client-contacts",
    P.COMPANY_WRITE,
    body=ClientContactNew,
    answer=ClientContactOut,
    summary="Write down a dealing with a company",
    tag="client-contacts",
)
def client_contact_create(call: Call) -> Answer:
    values = dict(call.body())
    company_id, at = values.pop("company"), values.pop("at", None)
    contact = write_down_contact(company_id=company_id, at=at, actor=call.actor, now=call.now, **values)
    return Answer(contact, None, f"/api/v1/client-contacts/{contact.id}")


def _text_shown(call: Call, text: ConsentText) -> dict[str, Any]:
    today = call.now.date()
    names = ("version", "text_nl", "text_en", "purpose", "fields", "starts_on", "ends_on")
    in_force = text.starts_on <= today and (text.ends_on is None or today <= text.ends_on)
    return {**{name: getattr(text, name) for name in names}, "is_in_force": in_force}


@routes.get(
    "/consent-texts",
    P.DIRECTORY_READ,
    answer=ConsentTextOut,
    query=ConsentTextQuery,
    summary="What is read out or shown when consent is asked, by version",
    tag="consent-texts",
)
def consent_text_list(call: Call) -> Listing:
    keys = [(ConsentText.starts_on, "asc"), (ConsentText.version, "asc")]
    page = listing(all_texts(), call.query(), both_ways(startsOn=keys))
    return page.showing([_text_shown(call, text) for text in page.items])


@routes.get(
    "/consent-texts/<key:version>",
    P.DIRECTORY_READ,
    answer=ConsentTextOut,
    summary="A consent text",
    tag="consent-texts",
)
def consent_text_show(call: Call, version: str) -> Answer:
    text = db.session.get(ConsentText, version)
    if text is None:
        raise NotFound()
    call.may()
    return Answer(_text_shown(call, text))
