"""One mission and a few mails of the demonstration world; everybody in them is made up, and so is every word."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from functools import partial

from sqlalchemy import select

from hubs.accounts.models import Office, Person
from hubs.core.clock import local_day
from hubs.core.perform import Actor
from hubs.demo.actors import Actors
from hubs.demo.intake import reference_of
from hubs.extensions import db
from hubs.mailbox.addresses import desk_address
from hubs.mailbox.arrivals import fingerprint, keep_raw
from hubs.mailbox.operations.taking import Files, settle, write_down
from hubs.mailbox.reading import read_mail
from hubs.mailbox.sorting import sort_mail
from hubs.missions.operations import (
    MissionData,
    ParticipantData,
    act_on_mission,
    add_participant,
    add_step,
    answer_ask,
    ask_hub,
    create_mission,
)

POST, HUB, MARKET = "ambassade-bogota", "hh-colombia", "CO"
BEGINS, LASTS = timedelta(days=24), timedelta(days=4)
PARTICIPANTS = (
    ("Proefkassen B.V.", "90010001", "Bram Proefkas", "market_information", "Which growers near Bogotá buy greenhouses?"),
    ("Verzonnen Bloemen", "90010002", "Fleur Verzonnen", "partner_search", "We look for a grower to work with."),
    ("Fictief Water B.V.", "90010003", "Wout Fictief", "commercial_referral", ""),
)  # fmt: skip
FORWARD = """Kunnen jullie deze oppakken?

________________________________
Van: Karel Denkbeeld <karel@denkbeeldfruit.example>
Verzonden: maandag 9:12
Aan: Ambassade
Onderwerp: Certificaat voor avocado's

Wij willen avocado's uit Antioquia invoeren. Welke certificaten vraagt Colombia van de teler?
Onze eerste zending is over twee maanden.

Met vriendelijke groet,

Karel Denkbeeld
Denkbeeldfruit B.V.
010 000 00 00
"""
MAILS: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("{officer}", "FW: Certificaat voor avocado's", FORWARD, {}),
    (
        "Ella Bedacht <ella@bedachtemode.example>",
        "Distributor for rain coats",
        "Dear embassy,\n\nWe make rain coats and would like to sell them in Medellín. Who can help us?\n\n"
        "Kind regards,\nElla Bedacht",
        {},
    ),
    (
        "Afwezig <afwezig@bedachtemode.example>",
        "Automatic reply: back on Monday",
        "I am not at work this week.",
        {"Auto-Submitted": "auto-replied"},
    ),
)


def _add_mission(actors: Actors, now: datetime) -> None:
    """A mission in three weeks: announced, three participants, and a hub that makes room."""
    officer, manager = actors.of(actors.ids[POST], "officer"), actors.of(actors.ids[HUB], "manager")
    if officer is None or manager is None:
        return
    starts_on = local_day(now + BEGINS)
    data = MissionData(
        name_nl="Proefmissie tuinbouw Bogotá",
        name_en="Trial mission horticulture Bogotá",
        markets=(MARKET,),
        starts_on=starts_on,
        ends_on=starts_on + LASTS,
        theme="sustainability",
        sectors=("01",),
        is_demo=True,
    )
    mission = create_mission(data, office=_office(actors.ids[POST]), actor=officer, now=now)
    act_on_mission(mission, "announce", actor=officer, now=now)
    for company, number, contact, service, question in PARTICIPANTS:
        person = ParticipantData(
            company=company, kvk_number=number, contact=contact, email=_address(contact), services=(service,),
            question=question or None,
        )  # fmt: skip
        participant, _new = add_participant(mission, person, actor=officer, now=now)
        if not question:
            due_on = local_day(now + timedelta(days=7))
            add_step(
                participant, "Bel wat ze willen weten", person_id=officer.id, due_on=due_on, actor=officer, now=now
            )
    ask = ask_hub(mission, _office(actors.ids[HUB]).id, 12, actor=officer, now=now)
    answer_ask(ask, "agree", actor=manager, now=now, weekly=10, note="Ten a week works for us.")


def _address(name: str) -> str:
    return f"{name.split()[0].lower()}@{name.split()[-1].lower()}.example"


def _office(organisation_id: str) -> Office:
    statement = select(Office).where(Office.organisation_id == organisation_id, Office.closed_on.is_(None))
    return db.session.execute(statement.order_by(Office.position, Office.id).limit(1)).scalar_one()


def steps_of_visits(actors: Actors, now: datetime) -> Iterator[tuple[datetime, Callable[[datetime], None]]]:
    """The mission three days ago, and this day's mails: two that became drafts and one that was set apart."""
    yield now - timedelta(days=3), partial(_add_mission, actors)
    for number in range(len(MAILS)):
        yield now - timedelta(hours=5 - number), partial(_add_mail, actors, number)


def _add_mail(actors: Actors, number: int, now: datetime) -> None:
    officer, recipient = actors.of(actors.ids[POST], "officer"), desk_address(POST)
    if officer is None or recipient is None:
        return
    sender, subject, text, marks = MAILS[number]
    raw = _mail(_sender(sender, officer), recipient, subject, text, marks, number, now)
    mail = read_mail(raw)
    verdict = sort_mail(mail, recipient, envelope_from="" if marks else mail.sender_address, now=now)
    mark = fingerprint(raw, recipient, mail)
    row = write_down(verdict, mail, keep_raw(raw), Files(), fingerprint=mark, recipient=recipient, now=now)
    settle(row, verdict, mail, Files(), now=now)
    if row.support_request is not None:
        row.support_request.is_demo = True
        row.support_request.reference = reference_of(f"mail-{number}")


def _sender(template: str, officer: Actor) -> str:
    person = db.session.get_one(Person, officer.id)
    return template.format(officer=f"{person.name} <{person.email}>")


def _mail(
    sender: str, recipient: str, subject: str, text: str, marks: dict[str, str], number: int, at: datetime
) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, recipient, subject
    message["Date"], message["Message-ID"] = format_datetime(at), f"<demo-{number}@mail.example>"
    for name, value in marks.items():
        message[name] = value
    message.set_content(text)
    return message.as_bytes()
