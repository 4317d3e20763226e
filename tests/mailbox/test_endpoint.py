"""The endpoint as a mail server meets it: SMTP and LMTP, 250 only after the commit, 4xx on a fault, 5xx for nobody."""

from __future__ import annotations

import asyncio
import smtplib
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from hubs.extensions import db
from hubs.mailbox import receiving
from hubs.mailbox.models import IncomingMail
from tests.mailbox import mails
from tests.world import World


@pytest.fixture
def port(app: Flask, demo: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The endpoint on a free port, stopped afterwards."""
    monkeypatch.setitem(app.config, "MAIL_IN_MAX_MB", 1)
    loop, ready, found = asyncio.new_event_loop(), threading.Event(), []
    stop = asyncio.Event()

    def started(number: int) -> None:
        found.append(number)
        ready.set()

    thread = threading.Thread(
        target=lambda: loop.run_until_complete(receiving.serve(app, "127.0.0.1:0", stop, started)), daemon=True
    )
    thread.start()
    assert ready.wait(10)
    yield found[0]
    loop.call_soon_threadsafe(stop.set)
    thread.join(10)
    assert not thread.is_alive()
    loop.close()


def stored(app: Flask) -> int:
    with app.app_context():
        number: int = db.session.execute(select(func.count()).select_from(IncomingMail)).scalar_one()
        db.session.remove()
    return number


def test_a_mail_by_smtp_is_stored_before_it_is_taken(app: Flask, demo: World, port: int) -> None:
    post, far = (f"{demo.codes[name]}@hubs.example" for name in ("post", "far_post"))
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as server:
        server.ehlo()
        assert server.has_extn("size")
        assert server.sendmail("olaf@post.example", [post], mails.mail()) == {}
        assert stored(app) == 1
        refused = server.sendmail(
            "olaf@post.example", [post, far, "nobody@hubs.example", "a@else.example"], mails.mail()
        )
        assert sorted(refused) == ["a@else.example", "nobody@hubs.example"]
        assert {code for code, _words in refused.values()} == {550}
        assert stored(app) == 2  # the post had it already
        server.mail("olaf@post.example")
        assert server.rcpt("reply+forged@hubs.example")[0] == 550
        server.rset()
        assert server.mail("a@b.example", ["size=5000000"])[0] == 552
        server.rset()
        large = mails.mail("x" * 70 + "\n" * 2_000_000)
        with pytest.raises(smtplib.SMTPResponseException) as refusal:
            server.sendmail("olaf@post.example", [post], large)
        assert refusal.value.smtp_code == 552
        long_line = b"From: a@b.example\r\nMessage-ID: <long@x>\r\n\r\n" + b"x" * 20_000
        assert server.sendmail("olaf@post.example", [post], long_line) == {}


def test_a_fault_of_ours_is_for_the_sender_to_try_again(
    app: Flask, demo: World, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = f"{demo.codes['post']}@hubs.example"

    def locked(*_args: Any, **_values: Any) -> None:
        raise OperationalError("BEGIN IMMEDIATE", {}, Exception("database is locked"))

    def broken(*_args: Any, **_values: Any) -> None:
        raise AttributeError("a fault of ours")

    arrive = receiving.arrive
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as server:
        for fault in (locked, broken):
            monkeypatch.setattr(receiving, "arrive", fault)
            with pytest.raises(smtplib.SMTPDataError) as refusal:
                server.sendmail("olaf@post.example", [post], mails.mail())
            assert refusal.value.smtp_code == 451
        assert stored(app) == 0
        monkeypatch.setattr(receiving, "arrive", arrive)
        assert server.sendmail("olaf@post.example", [post], mails.mail()) == {}
        assert stored(app) == 1


def _say(connection: socket.socket, line: bytes, answers: int = 1) -> list[bytes]:
    """Send a line; the codes of the answers, continued lines left out."""
    connection.sendall(line + b"\r\n")
    codes: list[bytes] = []
    buffer = b""
    while len(codes) < answers:
        buffer += connection.recv(4096)
        *lines, buffer = buffer.split(b"\r\n")
        codes += [each[:3] for each in lines if each[3:4] == b" "]
    return codes


def test_by_lmtp_every_recipient_gets_an_answer(
    app: Flask, demo: World, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    post, far = (f"{demo.codes[name]}@hubs.example".encode() for name in ("post", "far_post"))
    arrive = receiving.arrive

    def fails_for_far(raw: bytes, recipient: str, **values: Any) -> Any:
        if recipient.encode() == far:
            raise OperationalError("BEGIN", {}, Exception("locked"))
        return arrive(raw, recipient, **values)

    monkeypatch.setattr(receiving, "arrive", fails_for_far)
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.recv(1000)
        assert _say(connection, b"LHLO mx.example") == [b"250"]
        for content, codes in ((mails.mail(), [b"250", b"451"]), (b"y" * 3_000_000, [b"552", b"552"])):
            assert _say(connection, b"MAIL FROM:<olaf@post.example>") == [b"250"]
            assert _say(connection, b"RCPT TO:<" + post + b">") == [b"250"]
            assert _say(connection, b"RCPT TO:<nobody@hubs.example>") == [b"550"]
            assert _say(connection, b"RCPT TO:<" + far + b">") == [b"250"]
            assert _say(connection, b"DATA") == [b"354"]
            lines = content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
            wrapped = (
                b"\r\n".join(lines[at : at + 900] for at in range(0, len(lines), 900)) if len(lines) > 10**6 else lines
            )
            assert _say(connection, wrapped + b"\r\n.", answers=2) == codes
        assert _say(connection, b"QUIT") == [b"221"]
    assert stored(app) == 1


@pytest.mark.parametrize("listen", ["", "host", ":25", "host:", "host:x", "host:70000", "host:²"])
def test_where_to_listen_is_checked(listen: str) -> None:
    with pytest.raises(ValueError, match=None):
        receiving.place_of(listen)
    assert receiving.place_of("[::1]:24") == ("::1", 24)


def test_the_commands(app: Flask, demo: World, tmp_path: Any) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "1.eml").write_bytes(mails.mail(to=f"{demo.codes['post']}@hubs.example"))
    runner = app.test_cli_runner()
    done = runner.invoke(args=["mail", "fetch", "--once", "--json", "--folder", str(tmp_path)])
    assert (done.exit_code, done.output.strip()) == (0, '{"taken": 1, "apart": 0, "left": 0}')
    assert runner.invoke(args=["mail", "serve"]).exit_code == 1
