"""An agent answers a message that was left; the visitor's mail comes back into the conversation."""

from __future__ import annotations

import re
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from engage.errors import Unavailable
from tests.support import site as support
from tests.support.dovecot import USER, Dovecot
from tests.support.mail_sink import MailSink, Taken
from tests.support.messaging import eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from engage.notify.incoming.mail import Incoming
    from tests.support.site import Site

pytestmark = pytest.mark.asyncio(loop_scope="module")

FORM = {"full_name": "Vera", "email": "vera@example.test", "phone": "+35312345", "consent": True}


class House:
    """A site with an SMTP sink and an IMAP server; live chat is closed."""

    def __init__(self, site: Site, sink: MailSink, dovecot: Dovecot) -> None:
        self.site, self.sink, self.dovecot = site, sink, dovecot
        self.agent = self.admin = ""

    async def set_up(self) -> None:
        self.admin, self.agent = (
            await self.site.sign_in("admin", "Demo-admin!"),
            await self.site.sign_in("1000"),
        )
        smtp = {"host": "127.0.0.1", "port": self.sink.port, "security": "none"}
        imap = {
            "host": "127.0.0.1",
            "port": self.dovecot.port,
            "security": "none",
            "user": USER,
            "password": self.dovecot.password,
            "address": "support@example.test",
        }
        await self.ask("PATCH", "/v1/settings/email", {"values": smtp})
        await self.ask("PATCH", "/v1/settings/incoming_email", {"values": imap})
        [demo] = (await self.ask("GET", "/v1/livechats"))["items"]
        closed = {"enabled": False, "version": demo["version"]}
        await self.ask("PATCH", f"/v1/livechats/{demo['id']}", closed)
        assert await self.tested() == {"set": True, "read": True, "words": ""}

    async def ask(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        status, answer = await self.site.json(method, path, body, token=self.admin)
        assert status < 300, answer
        return answer

    async def tested(self) -> dict[str, Any]:
        """Press the test button, which also makes it look for mail at once."""
        return await self.ask("POST", "/v1/email/incoming/test")

    async def left(self, text: str) -> str:
        """A message left; its conversation."""
        path = "/v1/livechat/demo/messages"
        status, _ = await self.site.json("POST", path, {**FORM, "text": text})
        assert status == 201
        return str((await self.messages())[0]["conversation"])

    async def messages(self) -> list[dict[str, Any]]:
        _, found = await self.site.json("GET", "/v1/livechat-messages", token=self.agent)
        items: list[dict[str, Any]] = found["items"]
        return items

    async def reply(self, conversation: str, text: str, key: str = "r1") -> int:
        path = f"/v1/livechat-messages/{conversation}/replies"
        body = {"client_id": key, "text": text}
        return (await self.site.json("POST", path, body, token=self.agent))[0]

    async def answer_to(self, text: str) -> Taken:
        """The mail to the visitor that has this text."""
        found: list[Taken] = []

        def arrived() -> bool:
            found[:] = [
                each
                for each in self.sink.mails
                if each.recipients == ["vera@example.test"] and text in each.part("plain")
            ]
            return bool(found)

        await eventually(arrived)
        return found[0]

    async def said(self, conversation: str) -> list[tuple[str, str, str]]:
        path = f"/v1/conversations/{conversation}"
        _, found = await self.site.json("GET", path, token=self.agent)
        return [
            (each["kind"], each["author"]["kind"], words(each))
            for each in found["events"]
            if each["kind"] in ("message", "file", "system")
        ]

    async def has(self, conversation: str, count: int) -> list[tuple[str, str, str]]:
        """Wait until so much was said."""

        async def there() -> bool:
            return len(await self.said(conversation)) >= count

        await eventually(there)
        return await self.said(conversation)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    folder = tmp_path_factory.mktemp("data")
    with Dovecot() as dovecot:
        async with MailSink() as sink, support.site(folder) as site:
            made = House(site, sink, dovecot)
            await made.set_up()
            yield made


def words(event: dict[str, Any]) -> str:
    """What was said, or the name of a file that was, or was refused."""
    return str(event.get("text") or event.get("name") or event["file"]["name"])


def answering(mail: Taken, text: str, **headers: str) -> EmailMessage:
    """As a mail program answers."""
    message = EmailMessage()
    message["From"] = "Vera <vera@example.test>"
    message["To"] = mail.message["Reply-To"]
    message["Subject"] = f"Re: {mail.message['Subject']}"
    message["Message-ID"] = f"<{abs(hash(text))}@mail.example.test>"
    message["In-Reply-To"] = mail.message["Message-ID"]
    for name, value in headers.items():
        del message[name.replace("_", "-")]
        message[name.replace("_", "-")] = value
    message.set_content(f"{text}\n\nOn Monday, Support wrote:\n> Hello\n")
    return message


async def test_an_answer_goes_out_and_the_visitors_comes_back(house: House) -> None:
    """chatwoot#1496: a conversation could not go on by mail."""
    conversation = await house.left("Are you open on Saturday?")
    assert await house.reply(conversation, "Yes, from nine.") == 201
    assert await house.reply(conversation, "Yes, from nine.") == 201  # the same once more
    mail = await house.answer_to("Yes, from nine.")
    message = mail.message
    assert "support+" in message["Reply-To"]
    assert message["In-Reply-To"] == message["References"]
    assert "Auto-Submitted" not in message
    assert "Are you open on Saturday?" in mail.part("plain")
    [left] = [x for x in await house.messages() if x["conversation"] == conversation]
    assert left["answered_by"] == "Ana Costa"
    came = answering(mail, "And on Sunday?")
    came.add_attachment(b"GIF89a", maintype="image", subtype="png", filename="bad.png")
    came.add_attachment(b"Plan\n", maintype="text", subtype="plain", filename="plan.txt")
    house.dovecot.deliver(came)
    house.dovecot.deliver(came)  # as after a crash: it is recognised
    await house.tested()
    said = await house.has(conversation, 5)
    assert said[:3] == [
        ("message", "visitor", "Are you open on Saturday?"),
        ("message", "agent", "Yes, from nine."),
        ("message", "visitor", "And on Sunday?"),
    ]
    assert said[3:] == [("system", "system", "bad.png"), ("file", "visitor", "plan.txt")]
    [open_] = [x for x in await house.messages() if x["conversation"] == conversation]
    assert (open_["answered_at"], open_["text"]) == (None, said[-1][2])
    await eventually(lambda: house.dovecot.seen()[:1] == [True])
    assert sum(mail.recipients == ["vera@example.test"] for mail in house.sink.mails) == 1
    assert await house.reply(conversation, "No.", "r2") == 201
    second = (await house.answer_to("No.")).message
    assert second["References"] == message["References"]  # one thread in the visitor's mailbox


async def test_files_are_not_lost_when_the_server_ends_between_words_and_files(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = await house.left("Shall I send the plan?")
    await house.reply(conversation, "Please do.")
    came = answering(await house.answer_to("Please do."), "Here it is.")
    came.add_attachment(b"The plan\n", maintype="text", subtype="plain", filename="the-plan.txt")
    files = house.site.application._running._uploads.files  # noqa: SLF001
    sends = files.send

    async def gone(*_: Any) -> Any:
        monkeypatch.setattr(files, "send", sends)
        raise Unavailable

    monkeypatch.setattr(files, "send", gone)
    house.dovecot.deliver(came)
    await house.tested()
    await house.has(conversation, 3)
    await house.tested()
    said = await house.has(conversation, 4)
    assert [each[2] for each in said[2:]] == ["Here it is.", "the-plan.txt"]


async def test_a_mail_that_cannot_be_taken_does_not_keep_others_waiting(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = await house.left("Do you have time?")
    await house.reply(conversation, "We have.")
    mail = await house.answer_to("We have.")
    collecting = house.site.application._running._mail.collecting  # noqa: SLF001
    handle = collecting.handle

    async def stumbles(came: Incoming) -> bool:
        monkeypatch.setattr(collecting, "handle", handle)
        raise RuntimeError(came.key)

    monkeypatch.setattr(collecting, "handle", stumbles)
    house.dovecot.deliver(answering(mail, "Lost"))
    house.dovecot.deliver(answering(mail, "A\x07larm"))
    blank = answering(mail, "", Subject=" ")
    blank.set_content("\n")
    house.dovecot.deliver(blank)
    house.dovecot.deliver(answering(mail, "Thanks"))
    await house.tested()
    said = await house.has(conversation, 5)
    assert [each[2] for each in said[2:]] == ["A\ufffdlarm", "…", "Thanks"]


async def test_what_a_banned_visitor_mails_is_dropped(house: House) -> None:
    conversation = await house.left("Fools!")
    await house.reply(conversation, "Goodbye.")
    mail = await house.answer_to("Goodbye.")
    other = await house.left("Are you there?")
    await house.reply(other, "We are.")
    others = await house.answer_to("We are.")
    before = await house.said(conversation)
    asked = {"duration": "1h", "reason": ""}
    ban = await house.ask("POST", f"/v1/conversations/{conversation}/ban", asked)
    house.dovecot.deliver(answering(mail, "Fools again!"))
    house.dovecot.deliver(answering(others, "Fine."))
    await house.tested()
    await house.has(other, 3)
    assert await house.said(conversation) == before
    await house.ask("POST", f"/v1/livechat-bans/{ban['id']}/lift")


async def test_who_wants_no_more_answers_is_sent_none_and_the_agent_is_told(house: House) -> None:
    conversation = await house.left("Do you have it in blue?")
    assert await house.reply(conversation, "We have it in blue.") == 201
    mail = await house.answer_to("We have it in blue.")
    stop = re.search(r"/mail/stop/[a-z0-9_.]+", str(mail.message["List-Unsubscribe"]))
    assert stop is not None

    async def choose(**form: str) -> None:
        async with house.site.http.post(house.site.url + stop[0], data=form) as answer:
            assert answer.status == 200

    await choose(**{"List-Unsubscribe": "One-Click"})
    before = await house.said(conversation)
    path = f"/v1/livechat-messages/{conversation}/replies"
    body = {"client_id": "r2", "text": "And in red."}
    status, refused = await house.site.json("POST", path, body, token=house.agent)
    assert (status, refused["error"]["code"]) == (409, "mail_unwanted")
    assert await house.said(conversation) == before, "what is not sent does not look as if it were"
    await choose(wanted="yes")
    status, _ = await house.site.json("POST", path, body, token=house.agent)
    assert status == 201
    await house.answer_to("And in red.")


async def test_programs_strangers_and_broken_mails_are_left_out(house: House) -> None:
    conversation = await house.left("Do you deliver?")
    await house.reply(conversation, "We do.")
    mail = await house.answer_to("We do.")
    before = await house.said(conversation)
    made_up = mail.message["Reply-To"].replace("+", "+a")
    for number, headers in enumerate(
        (
            {"Auto_Submitted": "auto-replied"},
            {"Precedence": "bulk"},
            {"From": "support@example.test"},
            {"To": made_up, "In_Reply_To": "<nobody@example.test>"},
            {"To": "support@example.test", "In_Reply_To": "<nobody@example.test>"},
        )
    ):
        house.dovecot.deliver(answering(mail, f"Nothing {number}", **headers))
    house.dovecot.deliver(b"Content-Type: multipart/mixed; boundary=\r\n\r\n\xff\xfe")
    # Without its address an answer is still known by what it refers to.
    house.dovecot.deliver(answering(mail, "How soon?", To="support@example.test"))
    await house.tested()
    said = await house.has(conversation, len(before) + 1)
    assert [each[2] for each in said[len(before) :]] == ["How soon?"]


async def test_a_mailbox_that_cannot_be_read_says_why(house: House) -> None:
    path = "/v1/settings/incoming_email"
    await house.ask("PATCH", path, {"values": {"password": "wrong"}})
    tried = await house.tested()
    assert (tried["set"], tried["read"]) == (True, False)
    assert "fail" in tried["words"].lower()
    shown = await house.ask("GET", path)
    assert "wrong" not in str(shown)  # it is never shown
    await house.ask("PATCH", path, {"values": {"password": house.dovecot.password}})
    assert (await house.tested())["read"]


async def test_who_gave_no_address_cannot_be_answered_and_foreign_agents_not_at_all(
    house: House,
) -> None:
    conversation = await house.left("Hello?")
    path = f"/v1/livechat-messages/{conversation}/replies"
    body = {"client_id": "x", "text": "Hi"}
    other = await house.site.sign_in("1003")
    assert (await house.site.json("POST", path, body, token=other))[0] == 404
    assert (await house.site.json("POST", path, {"client_id": "x", "text": ""}, token=house.agent))[
        0
    ] == 422
