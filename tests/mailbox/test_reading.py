"""Reading mails: who wrote what, in which words; and that no mail, however broken, does any harm."""

from __future__ import annotations

import time
from email.message import EmailMessage

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hubs.mailbox.reading import Unreadable, find_original, own_words, read_mail, split_signature
from hubs.mailbox.reading.kinds import MailKind, is_forged, kind_of, returned_delivery
from tests.mailbox import mails

FORWARDS = {
    "outlook_nl": mails.OUTLOOK_NL,
    "outlook_en": mails.OUTLOOK_EN,
    "gmail_en": mails.GMAIL_EN,
    "gmail_nl": mails.GMAIL_NL,
    "apple_en": mails.APPLE_EN,
    "apple_nl": mails.APPLE_NL,
    "thunderbird_nl": mails.THUNDERBIRD_NL,
}


@pytest.mark.parametrize("name", sorted(FORWARDS))
def test_the_first_sender_of_a_forward_is_found(name: str) -> None:
    subject = "Kassen" if name.startswith("outlook") else "Fwd: Kassen in Colombia"
    raw = mails.mail(FORWARDS[name], sender="Olaf <olaf@post.example>", subject=f"FW: {subject}")
    found = find_original(read_mail(raw))
    assert found.is_forward
    assert (found.name, found.address) == ("Vera Voorbeeld", "vera@voorbeeld.example.nl")
    assert found.subject == "Kassen in Colombia"
    body, signature = split_signature(found.text)
    assert body == mails.QUESTION
    assert signature.startswith("Met vriendelijke groet")
    assert "+31 10 123 4567" in signature


def test_html_alone_is_laid_out_as_text_and_runs_nothing() -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Olaf <olaf@post.example>", "post@hubs.example", "FW: Kassen"
    message.set_content(mails.OUTLOOK_HTML_NL, subtype="html")
    read = read_mail(message.as_bytes())
    assert "alert" not in read.text
    assert "color: red" not in read.text
    assert "tracker" not in read.text
    found = find_original(read)
    assert (found.name, found.address) == ("Vera Voorbeeld", "vera@voorbeeld.example.nl")
    assert split_signature(found.text)[0] == mails.QUESTION


def test_a_mail_forwarded_as_attachment() -> None:
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "Vera Voorbeeld <vera@voorbeeld.example.nl>", "Kassen"
    inner.set_content(mails.QUESTION)
    inner.add_attachment(mails.PDF, maintype="application", subtype="pdf", filename="kas.pdf")
    outer = EmailMessage()
    outer["From"], outer["To"], outer["Subject"] = "olaf@post.example", "post@hubs.example", "voor jullie"
    outer.set_content("Zie bijlage.")
    outer.add_attachment(inner)
    found = find_original(read_mail(outer.as_bytes()))
    assert (found.address, found.subject, found.text) == ("vera@voorbeeld.example.nl", "Kassen", mails.QUESTION)
    assert [each.name for each in found.attachments] == ["kas.pdf"]
    assert found.note == "Zie bijlage."


def test_a_mail_of_the_entrepreneur_is_no_forward_and_an_answer_is_not_one_either() -> None:
    plain = find_original(read_mail(mails.mail(f"{mails.QUESTION}\n\n{mails.CLOSING}")))
    assert not plain.is_forward
    assert plain.address == "vera@voorbeeld.example.nl"
    answer = find_original(read_mail(mails.mail(mails.ANSWERS["outlook_nl"], subject="RE: Vraag")))
    assert not answer.is_forward


def test_a_colleague_who_forwarded_it_first_is_not_who_asks() -> None:
    inside = mails.OUTLOOK_NL.partition("\n\n")[2]
    head = "Van: Collega <collega@post.example>\nVerzonden: dinsdag\nAan: Olaf\nOnderwerp: FW: Kassen"
    twice = f"Ter info\n\n{head}\n\nZie onder.\n\n{inside}"
    found = find_original(read_mail(mails.mail(twice, sender="Olaf <olaf@post.example>", subject="FW: Kassen")))
    assert found.address == "vera@voorbeeld.example.nl"
    assert split_signature(found.text)[0] == mails.QUESTION


@pytest.mark.parametrize("name", sorted(mails.ANSWERS))
def test_what_is_quoted_below_an_answer_is_left_out(name: str) -> None:
    assert own_words(mails.ANSWERS[name]) == "Yes, that is right."


def test_words_that_only_look_like_a_quotation_stay() -> None:
    text = "On Monday I wrote to you about 3 things:\n- price\n- term\nFrom: Rotterdam\nIt goes to Bogotá."
    assert own_words(text) == text
    assert own_words("> only quoted\n> lines") == ""


@pytest.mark.parametrize(
    ("declared", "content", "read"),
    [
        ("utf-8", "Bogotá €".encode(), "Bogotá €"),
        ("iso-8859-1", "Bogotá".encode("latin-1"), "Bogotá"),
        ("windows-1252", "€ 5".encode("cp1252"), "€ 5"),
        ("no-such-charset", "Bogotá".encode(), "Bogotá"),
        ("us-ascii", "Bogotá".encode("latin-1"), "Bogotá"),
        ("rot13", b"hello", "hello"),
    ],
)
def test_charsets_right_wrong_and_unknown(declared: str, content: bytes, read: str) -> None:
    head = f"From: a@b.example\nSubject: x\nContent-Type: text/plain; charset={declared}\n\n".encode()
    assert read_mail(head + content).text == read


def test_encoded_and_raw_header_fields() -> None:
    read = read_mail(
        b"From: =?utf-8?q?V=C3=A9ra?= <vera@voorbeeld.example.nl>\nSubject: Bogot\xc3\xa1 \n =?bad?x?y?=\n\nText"
    )
    assert read.sender_name == "Véra"
    assert read.subject.startswith("Bogotá")


@pytest.mark.parametrize(
    ("fields", "envelope", "kind"),
    [
        ({}, "vera@voorbeeld.example.nl", MailKind.WRITTEN),
        ({}, None, MailKind.WRITTEN),
        ({}, "", MailKind.AUTOMATIC),
        ({"Auto_Submitted": "auto-replied"}, "a@b.example", MailKind.AUTOMATIC),
        ({"Auto_Submitted": "no"}, "a@b.example", MailKind.WRITTEN),
        ({"Precedence": "bulk"}, "a@b.example", MailKind.AUTOMATIC),
        ({"List_Id": "<news.example>"}, "a@b.example", MailKind.LIST),
        ({"Return_Path": "<>"}, None, MailKind.AUTOMATIC),
        ({"sender": "MAILER-DAEMON@mx.example"}, "", MailKind.RETURNED),
    ],
)
def test_what_a_machine_sent_is_known(fields: dict[str, str], envelope: str | None, kind: MailKind) -> None:
    assert kind_of(read_mail(mails.mail(**fields)), envelope) is kind  # type: ignore[arg-type]


def test_a_returned_mail_says_which_one() -> None:
    identifier = "01hzzzzzzzzzzzzzzzzzzzzzzz"
    assert returned_delivery(read_mail(mails.bounce(identifier))) == (identifier, "5.1.1")
    assert returned_delivery(read_mail(mails.bounce(identifier, "4.4.1", "delayed"))) is None
    assert returned_delivery(read_mail(mails.bounce("not-one-of-ours"))) is None
    assert is_forged(read_mail(mails.mail(Authentication_Results="mx.example; dmarc=fail header.from=x")))


def test_pictures_of_a_signature_are_left_out_and_the_rest_is_counted() -> None:
    message = EmailMessage()
    message["From"], message["Subject"] = "a@b.example", "x"
    message.set_content("See")
    message.add_alternative("<p>See <img src='cid:logo'></p>", subtype="html")
    page = list(message.iter_parts())[1]
    assert isinstance(page, EmailMessage)
    page.add_related(b"\x89PNG small", maintype="image", subtype="png", cid="<logo>")
    for number in range(25):
        message.add_attachment(mails.PDF, maintype="application", subtype="pdf", filename=f"{number}.pdf")
    read = read_mail(message.as_bytes())
    assert len(read.attachments) == 20
    assert read.left_out == 5
    assert all(each.name.endswith(".pdf") for each in read.attachments)


def _nested(depth: int) -> bytes:
    head = b"From: a@b.example\nMIME-Version: 1.0\n"
    for level in range(depth):
        head += f'Content-Type: multipart/mixed; boundary="b{level}"\n\n--b{level}\n'.encode()
    return head + b"Content-Type: text/plain\n\ndeep"


def _forwarded_often(depth: int) -> bytes:
    return b"From: a@b.example\n" + b"Content-Type: message/rfc822\n\nFrom: c@d.example\n" * depth + b"\n\nx"


BUILT_TO_HURT = {
    "deep": _nested(3000),
    "forwards": _forwarded_often(3000),
    "giant_field": b"Subject: " + b"x" * 5_000_000 + b"\n\ntext",
    "many_fields": b"X-A: b\n" * 20_000 + b"\ntext",
    "empty": b" \r\n ",
    "zeros": b"\0" * 5000,
}


@pytest.mark.parametrize("name", sorted(BUILT_TO_HURT))
def test_what_is_built_to_hurt_is_refused_quickly(name: str) -> None:
    started = time.process_time()
    with pytest.raises(Unreadable):
        read_mail(BUILT_TO_HURT[name])
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "raw",
    [
        b"From: " + b"(" * 3000 + b"a@b.example\nTo: " + b"<" * 3000 + b"\n\nx",
        b"From: a@b.example\nTo: " + b"a@b.example, " * 5000 + b"\n\nx",
        b"From: a@b.example\nContent-Type: text/html\n\n" + b"<div>" * 20_000 + b"deep",
        b"From: a@b.example\nContent-Type: text/html\n\n" + b"<" * 200_000,
        b"From: a@b.example\nContent-Type: text/html\n\n<table>" + b"<tr><td>" * 5000,
        b"From: a@b.example\n\n" + b"> " * 400_000,
        b"From: a@b.example\n\n" + b"On " * 300_000,
        b"From: a@b.example\n\n" + b"From: a\nSent: b\nTo: c\n" * 20_000,
        b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n" + b"\n--b\n\nx" * 20_000,
        b"From: a@b.example\nContent-Transfer-Encoding: base64\n\n" + b"=" * 200_000,
        b"From: a@b.example\nContent-Type: text/plain; charset*=utf-8''%ff%fe\n\nx",
    ],
)
def test_what_is_odd_is_read_quickly(raw: bytes) -> None:
    started = time.process_time()
    read = read_mail(raw)
    original = find_original(read)
    own_words(read.text)
    split_signature(original.text)
    assert len(read.text) <= 100_000
    assert len(read.attachments) <= 20
    assert time.process_time() - started < 5


_WORDS = st.sampled_from(
    [
        b"From: a@b.example\n", b"From: =?utf-8?b?////?= <x@y>\n", b"Subject: =?x-unknown?q?=ff?=\n", b"To: <<@>>;,\n",
        b"Content-Type: multipart/mixed; boundary=b\n", b"Content-Type: multipart/alternative; boundary=\"b\n",
        b"Content-Type: message/rfc822\n", b"Content-Type: text/html; charset=utf-7\n", b"Content-Type: ;;;\n",
        b"Content-Transfer-Encoding: base64\n", b"Content-Transfer-Encoding: quoted-printable\n",
        b"Content-Disposition: attachment; filename*0*=utf-8''%zz\n", b"Date: Mon, 99 Foo 99999 25:61 +9999\n", b"\n",
        b"--b\n", b"--b--\n", b"Van: x <y@z.example>\nVerzonden: nu\nAan: mij\n", b"=00=ff=\n", b"\xff\xfe\x00", b"> ",
        b"MIME-Version: 1.0\n", b"begin 644 x\n", b"<b><i></b>", b"&#x110000;", b"Message-ID: <[\n", b":\n",
    ]
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(
    st.one_of(st.lists(st.one_of(_WORDS, st.binary(max_size=30)), max_size=40).map(b"".join), st.binary(max_size=500))
)
@example(b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n--b--")
def test_no_mail_raises(raw: bytes) -> None:
    try:
        read = read_mail(raw)
    except Unreadable as refusal:
        assert refusal.code in ("unreadable", "too_complex")
        return
    original = find_original(read)
    for text in (read.text, original.text, own_words(read.text), *split_signature(original.text), read.subject):
        text.encode()
        assert "\0" not in text
    kind_of(read, None)
    returned_delivery(read)
