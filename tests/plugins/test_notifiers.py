"""Letters by SMTP and into a folder: what is sent, what is said of it, and what no name can do."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.message import Message
from email.policy import default
from pathlib import Path

import pytest
from tests.plugins.mail_server import Mood, mail_server

from doorstep.domain.letter import Letter
from doorstep.plugins.notifiers.base import is_address
from doorstep.plugins.notifiers.folder.notifier import Folder
from doorstep.plugins.notifiers.smtp.notifier import Smtp

LETTER = Letter(
    "ann@example.com", "Tea & Leaf", "help@tea.example", "It comes later: Größe", "Text.\n", "<p>Text.</p>",
    "<message.1.abc@tower.example>",
)  # fmt: skip


def read(content: bytes) -> Message:
    return message_from_bytes(content, policy=default)


def test_a_letter_arrives_as_it_was_written() -> None:
    with mail_server() as (server, smtp):
        assert smtp.send(LETTER).outcome == "sent"
    mail = read(server.taken[0])
    assert mail["From"] == '"Tea & Leaf" <post@shop.example>' or "post@shop.example" in mail["From"]
    assert (mail["To"], mail["Reply-To"], mail["Subject"]) == (LETTER.to, LETTER.reply_to, LETTER.subject)
    assert mail["Message-ID"] == LETTER.message_id
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]


@pytest.mark.parametrize(
    ("mood", "outcome", "taken"),
    [("greylists", "later", 0), ("refuses", "refused", 0), ("busy_after_data", "later", 0), ("cuts", "unknown", 1)],
)
def test_what_the_server_says_is_what_is_told(mood: Mood, outcome: str, taken: int) -> None:
    with mail_server(mood) as (server, smtp):
        assert smtp.send(LETTER).outcome == outcome
    assert len(server.taken) == taken


def test_a_server_that_is_not_there_has_taken_nothing() -> None:
    with mail_server() as (_, smtp):
        gone = smtp
    assert gone.send(LETTER).outcome == "later"
    assert replace(gone, tls="starttls").send(LETTER).outcome == "later"


def test_a_server_without_tls_gets_nothing_where_tls_is_asked() -> None:
    with mail_server() as (server, smtp):
        assert replace(smtp, tls="starttls").send(LETTER).outcome == "later"
    assert server.taken == []


@pytest.mark.parametrize(
    "hostile", ["Tea\r\nBcc: all@example.com", "Tea\nSubject: x", "\0Tea\u2028Bcc: x", '"><x@y.z>']
)
def test_no_name_adds_a_header(hostile: str) -> None:
    with mail_server() as (server, smtp):
        letter = replace(LETTER, sender_name=hostile, subject=hostile, reply_to=hostile)
        assert smtp.send(letter).outcome == "sent"
    mail = read(server.taken[0])
    assert mail["Bcc"] is None
    assert mail["Reply-To"] is None
    assert len(mail.get_all("Subject", [])) == len(mail.get_all("From", [])) == 1
    assert mail["To"] == LETTER.to


@pytest.mark.parametrize(
    "wrong", ["", "ann", "a@b@c", "a@b.c, d@e.f", "a@b.c\nBcc: x@y.z", "Ann <a@b.c>", "a b@c.d", "a@-"]
)
def test_only_one_plain_address_is_one(wrong: str) -> None:
    assert not is_address(wrong)
    assert is_address("ann.o'neil+tea@mail.example.com")


def test_the_folder_keeps_one_file_of_a_letter(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "mails")
    assert folder.send(LETTER).outcome == folder.send(LETTER).outcome == "sent"
    (file,) = (tmp_path / "mails").iterdir()
    assert file.suffix == ".eml"
    assert read(file.read_bytes())["Message-ID"] == LETTER.message_id


def test_settings_of_the_environment_are_checked() -> None:
    said = {"DOORSTEP_SMTP_HOST": "mail.example", "DOORSTEP_MAIL_FROM": "post@shop.example"}
    assert Smtp.of(said).port == 587
    assert Smtp.of(said | {"DOORSTEP_SMTP_TLS": "implicit"}).port == 465
    for wrong in ({"DOORSTEP_SMTP_TLS": "perhaps"}, {"DOORSTEP_MAIL_FROM": "nobody"}):
        with pytest.raises(ValueError, match="DOORSTEP_"):
            Smtp.of(said | wrong)
