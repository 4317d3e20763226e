"""Mails as mail programmes make them; everybody in them is fictional."""

from __future__ import annotations

from email.message import EmailMessage

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj"


def mail(
    text: str = "Can you help us find a distributor in Colombia?",
    *,
    to: str = "post@hubs.example",
    sender: str = "Vera Voorbeeld <vera@voorbeeld.example.nl>",
    subject: str = "A question about Colombia",
    message_id: str = "<one@voorbeeld.example.nl>",
    html: str | None = None,
    files: tuple[tuple[str, bytes], ...] = (),
    **fields: str,
) -> bytes:
    """A mail as bytes; `fields` are more header fields, with _ for -."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"], message["Message-ID"] = sender, to, subject, message_id
    message["Date"] = "Mon, 16 Nov 2026 09:30:00 +0100"
    for name, value in fields.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    if html is not None:
        message.add_alternative(html, subtype="html")
    for name, content in files:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


QUESTION = "Wij zoeken een distributeur voor onze kassen in de regio Bogotá.\nKunnen jullie helpen?"
CLOSING = "Met vriendelijke groet,\n\nVera Voorbeeld\nVoorbeeldkassen B.V.\n+31 10 123 4567"

OUTLOOK_NL = f"""Graag oppakken.

________________________________
Van: Vera Voorbeeld <vera@voorbeeld.example.nl>
Verzonden: maandag 16 november 2026 09:30
Aan: Ambassade <info@post.example>
Onderwerp: Kassen in Colombia

{QUESTION}

{CLOSING}
"""

OUTLOOK_EN = f"""Please pick this up.

-----Original Message-----
From: Vera Voorbeeld [mailto:vera@voorbeeld.example.nl]
Sent: Monday, November 16, 2026 9:30 AM
To: Embassy <info@post.example>
Subject: Kassen in Colombia

{QUESTION}

{CLOSING}
"""

GMAIL_EN = f"""---------- Forwarded message ---------
From: Vera Voorbeeld <vera@voorbeeld.example.nl>
Date: Mon, 16 Nov 2026 at 09:30
Subject: Kassen in Colombia
To: <info@post.example>


{QUESTION}

{CLOSING}
"""

GMAIL_NL = f"""---------- Forwarded message ---------
Van: *Vera Voorbeeld* <vera@voorbeeld.example.nl>
Date: ma 16 nov 2026 om 09:30
Subject: Kassen in Colombia
To: <info@post.example>


{QUESTION}

{CLOSING}
"""

APPLE_EN = (
    "FYI\n\nBegin forwarded message:\n\n"
    "> From: Vera Voorbeeld <vera@voorbeeld.example.nl>\n> Subject: Kassen in Colombia\n"
    "> Date: 16 November 2026 at 09:30:00 CET\n> To: info@post.example\n> \n"
    + "\n".join(f"> {line}".rstrip() for line in f"{QUESTION}\n\n{CLOSING}".split("\n"))
)

APPLE_NL = f"""Begin doorgestuurd bericht:

Van: Vera Voorbeeld <vera@voorbeeld.example.nl>
Onderwerp: Kassen in Colombia
Datum: 16 november 2026 om 09:30:00 CET
Aan: info@post.example

{QUESTION}

{CLOSING}
"""

THUNDERBIRD_NL = f"""-------- Doorgestuurd bericht --------
Onderwerp: \tKassen in Colombia
Datum: \tMon, 16 Nov 2026 09:30:00 +0100
Van: \tVera Voorbeeld <vera@voorbeeld.example.nl>
Aan: \tinfo@post.example


{QUESTION}

{CLOSING}
"""

OUTLOOK_HTML_NL = f"""<html><head><style>p {{color: red}}</style></head><body>
<p>Graag oppakken.</p><hr>
<div><b>Van:</b> Vera Voorbeeld &lt;vera@voorbeeld.example.nl&gt;<br>
<b>Verzonden:</b> maandag 16 november 2026 09:30<br><b>Aan:</b> Ambassade &lt;info@post.example&gt;<br>
<b>Onderwerp:</b> Kassen in Colombia</div>
<p>{QUESTION.replace(chr(10), "<br>")}</p><script>alert(1)</script><img src="https://tracker.example/pixel.png">
<p>{CLOSING.replace(chr(10), "<br>")}</p></body></html>"""

ANSWERS = {
    "gmail_en": "Yes, that is right.\n\nOn Mon, 16 Nov 2026 at 09:30, Hubs <noreply@hubs.example> wrote:\n> Is it?\n",
    "gmail_long": "Yes, that is right.\n\nOn Mon, 16 Nov 2026 at 09:30, A Very Long Name Of An Embassy\n"
    "<noreply@hubs.example> wrote:\n\n> Is it?\n",
    "gmail_nl": "Yes, that is right.\n\nOp ma 16 nov 2026 om 09:30 schreef Hubs <noreply@hubs.example>:\n\n> Is it?\n",
    "apple_nl": "Yes, that is right.\n\nVerstuurd vanaf mijn iPhone\n\n> Op 16 nov 2026 om 09:30 heeft Hubs "
    "<noreply@hubs.example> het volgende geschreven:\n> \n> Is it?",
    "outlook_nl": "Yes, that is right.\n\n________________________________\nVan: Hubs <noreply@hubs.example>\n"
    "Verzonden: maandag 16 november 2026 09:30\nAan: Vera <vera@voorbeeld.example.nl>\nOnderwerp: Vraag\n\nIs it?",
    "outlook_en": "Yes, that is right.\n\nFrom: Hubs <noreply@hubs.example>\nSent: Monday, November 16, 2026 9:30 AM\n"
    "To: Vera <vera@voorbeeld.example.nl>\nSubject: Question\n\nIs it?",
    "original_en": "Yes, that is right.\n\n-----Original Message-----\nFrom: Hubs <noreply@hubs.example>\n"
    "Sent: Monday\nTo: Vera\nSubject: Question\n\nIs it?",
    "plain": "Yes, that is right.",
    "quoted_below": "Yes, that is right.\n\n> Is it?\n> Really?\n",
}


def bounce(message_id: str, status: str = "5.1.1", action: str = "failed") -> bytes:
    """A delivery report as a mail server writes it."""
    return f"""From: MAILER-DAEMON@mx.example
To: noreply@hubs.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <report-{message_id[:8]}@mx.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Your mail could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; vera@voorbeeld.example.nl
Action: {action}
Status: {status}
--b
Content-Type: message/rfc822

From: Hubs <noreply@hubs.example>
To: vera@voorbeeld.example.nl
Message-ID: <{message_id}@hubs.example>
Subject: We have your question

Text
--b--
""".replace("\n", "\r\n").encode()
