"""Mails as they come in: what of them counts, and what does not."""

from __future__ import annotations

import sys
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.livechat.replies.threads import Threads
from engage.notify.incoming.mail import NoMail, read
from engage.notify.incoming.quoting import said
from engage.notify.incoming.settings import IncomingSettings

if TYPE_CHECKING:
    from collections.abc import Callable


def mail(text: str = "Yes please.", **headers: str) -> EmailMessage:
    message = EmailMessage()
    given = {"from": "Vera <Vera@example.test>", "to": "support@example.test", **headers}
    for name, value in given.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def test_a_mail_is_read() -> None:
    message = mail(
        subject="Re: Answer", message_id="<1@x>", in_reply_to="<a.b@h>", references="<t@h> <a.b@h>"
    )
    message.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="a.pdf")
    found = read(message.as_bytes())
    assert (found.sender, found.subject) == ("vera@example.test", "Re: Answer")
    assert found.recipients == ("support@example.test",)
    assert found.references == ("a.b@h", "t@h", "a.b@h")
    assert (found.text.strip(), found.automatic) == ("Yes please.", False)
    assert found.attachments == (("a.pdf", b"%PDF-1.4"),)
    assert read(message.as_bytes()).key == found.key


def test_a_page_is_read_as_words_without_what_it_quotes() -> None:
    message = mail()
    message.set_content(
        "<html><head><title>No</title></head><body><p>Yes &amp; no</p><script>x()</script>"
        "<blockquote>old</blockquote></body></html>",
        subtype="html",
    )
    assert read(message.as_bytes()).text == "Yes & no"


@pytest.mark.parametrize(
    "headers",
    [
        {"auto_submitted": "auto-replied"},
        {"precedence": "bulk"},
        {"list_id": "<news.example.test>"},
        {"x_autoreply": "yes"},
        {"return_path": "<>"},
        {"from": "MAILER-DAEMON@example.test"},
    ],
)
def test_what_a_program_wrote_is_known(headers: dict[str, str]) -> None:
    assert read(mail(**headers).as_bytes()).automatic


def test_who_says_that_a_person_wrote_is_believed() -> None:
    assert not read(mail(auto_submitted="no").as_bytes()).automatic


@given(st.binary(max_size=2000))
def test_anything_is_a_mail_or_none(raw: bytes) -> None:
    try:
        found = read(raw)
    except NoMail:
        return
    assert isinstance(said(found.text), str)


@given(st.text(max_size=400), st.sampled_from(["text/plain; charset=x-unknown", "text/html", "?"]))
def test_odd_contents_are_a_mail_or_none(text: str, kind: str) -> None:
    raw = f"From: a@b.test\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    try:
        read(raw.encode() + text.encode("utf-8", "replace"))
    except NoMail:
        return


@pytest.mark.parametrize(
    "quoted",
    [
        "\n\nOn Mon, 3 Feb 2025 at 10:00, Support <support@x.test> wrote:\n> Hello\n> there\n",
        "\n\nAm 03.02.2025 um 10:00 schrieb Support\n<support+aaaa@x.test>:\n\n> Hallo\n",
        "\n\n-----Original Message-----\nFrom: Support\nHello\n",
        "\n\n________________________________\nVon: Support\nGesendet: heute\n",
        "\n\nFrom: Support <s@x.test>\nSent: Monday\nTo: Vera\n\nHello\n",
        "\n-- \nVera, Head of Things\n",
        "",
    ],
)
def test_what_is_quoted_is_cut_off(quoted: str) -> None:
    assert said("Yes please.\n\nSee you: soon." + quoted) == "Yes please.\n\nSee you: soon."


def test_answers_between_the_lines_stay() -> None:
    assert said("> One?\nYes.\n> Two?\nNo.\n") == "Yes.\nNo."


def steps(work: Callable[[], object]) -> int:
    """How many functions are entered, generators resumed and built-ins called."""
    count = 0

    def counted(_: Any, event: str, __: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("mail", ["> a\n", "\n", "x\n", "> a\n\n", "x:\n> a\nFrom: x\n\n"])
def test_the_work_grows_with_the_mail_and_not_with_its_square(mail: str) -> None:
    small, large = (mail * each + "end" for each in (100, 400))
    assert steps(lambda: said(large)) < 5 * steps(lambda: said(small))


def test_of_an_endless_mail_only_the_beginning_is_read() -> None:
    assert said("x\n" * 100_000).count("x") == 5_000
    assert len(said("x" * 1_000_000)) == 200_000


def test_what_was_said_is_found_while_a_mail_is_read() -> None:
    found = read(mail("Yes please.\n\nSupport wrote:\n> Hello\n").as_bytes())
    assert found.said == "Yes please."


def test_a_token_names_its_conversation_and_cannot_be_made_up() -> None:
    ours, others = Threads(b"k" * 32), Threads(b"x" * 32)
    conversation = str(uuid4())
    token = ours.token(conversation)
    settings = IncomingSettings(host="imap.x", address="support@example.test")
    address = settings.address_for(token)
    assert ours.conversation((address.upper(),)) == conversation
    assert ours.conversation((f"0195.{token}@pbx.example",)) == conversation
    assert len(address.partition("@")[0]) <= 64
    assert others.conversation((address,)) is None
    assert ours.conversation((address.replace(token, "a" * 26 + token[26:]), "")) is None
    assert settings.model_copy(update={"subaddressing": False}).address_for(token) == (
        "support@example.test"
    )
