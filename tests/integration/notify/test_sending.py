"""Mails go to a real SMTP server: once, whatever it does in the middle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engage.mailing import Recipient
from engage.system.actor import SYSTEM
from tests.support.mail_sink import PASSWORD, USER, MailSink, certificate
from tests.support.posting import BEN, PUBLIC_URL, Post, posting

if TYPE_CHECKING:
    from pathlib import Path


async def test_a_mail_arrives_in_the_recipients_language_with_both_parts(post: Post) -> None:
    async with MailSink() as sink, posting(post):
        await post.use(sink, sender_address="pbx@example.test", sender_name="Müller & Söhne")
        await post.write(reply_to="ada@example.test")
        (mail,) = await sink.arrived(1)
    message = mail.message
    assert mail.recipients == ["ben@example.test"]
    assert mail.sender == "pbx@example.test"
    assert message["to"].addresses[0].display_name == "Ben Osei"
    assert message["from"].addresses[0].display_name == "Müller & Söhne"
    assert str(message["reply-to"]) == "ada@example.test"
    assert message["auto-submitted"] == "auto-generated"
    assert message["content-language"] == "de"
    assert message["date"].datetime is not None
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    for kind in ("plain", "html"):
        assert f"{PUBLIC_URL}/wave/#/p?t=1" in mail.part(kind)
    assert '<html lang="de" dir="ltr">' in mail.part("html")
    sent = await post.one()
    assert (sent.state, sent.reason) == ("sent", "")
    assert sent.words == "250 2.0.0 Taken"
    assert "link" not in (sent.params or {})  # it opens an account: not kept once it is sent


async def test_without_a_server_mails_wait_and_are_sent_once_when_there_is_one(post: Post) -> None:
    async with MailSink() as sink, posting(post):
        await post.write()
        assert post.sending.status.state == "no_server"
        assert (await post.one()).state == "waiting"
        await post.use(sink)
        await sink.arrived(1)
        await post.write()
        await sink.arrived(2)
        assert sink.connections == 1  # kept for the next mail
    assert {mail.state for mail in await post.all()} == {"sent"}


async def test_a_server_that_is_down_blames_no_mail_and_gets_each_once(post: Post) -> None:
    sink = MailSink()
    await post.use(sink)
    for _ in range(3):
        await post.write()
    await post.sending.step()
    status = post.sending.status
    assert status.trouble is not None
    assert (status.state, status.trouble.reason) == ("trouble", "unreachable")
    assert {(mail.state, mail.tries) for mail in await post.all()} == {("waiting", 0)}
    assert await post.sending.step() > 0  # it is left alone for a while
    async with sink, posting(post):
        await sink.arrived(3)
        await post.sending.stop()
    assert len(sink.mails) == 3
    assert len({mail.message["message-id"] for mail in sink.mails}) == 3
    assert {mail.state for mail in await post.all()} == {"sent"}
    assert post.sending.status.state == "ready"


async def test_starttls_and_signing_in(lone_post: Post, tmp_path: Path) -> None:
    context, _ = certificate(tmp_path)
    async with MailSink(tls=context, auth=True) as sink, posting(lone_post):
        await lone_post.use(sink, security="starttls", user=USER, password=PASSWORD)
        await lone_post.write()
        (mail,) = await sink.arrived(1)
        assert mail.encrypted
        assert mail.user == USER


async def test_tls_from_the_first_byte(lone_post: Post, tmp_path: Path) -> None:
    context, _ = certificate(tmp_path)
    async with MailSink(tls=context, implicit_tls=True, auth=True) as sink, posting(lone_post):
        await lone_post.use(sink, security="tls", user=USER, password=PASSWORD)
        await lone_post.write()
        (mail,) = await sink.arrived(1)
        assert mail.encrypted


async def test_encryption_that_is_demanded_but_not_offered_holds_mails_back(
    lone_post: Post,
) -> None:
    async with MailSink() as sink:
        await lone_post.use(sink, security="starttls")
        await lone_post.write()
        await lone_post.sending.step()
        trouble = lone_post.sending.status.trouble
        assert trouble is not None
        assert trouble.reason == "encryption"
        assert sink.mails == []
        assert (await lone_post.one()).state == "waiting"


async def test_a_wrong_password_holds_mails_back_until_it_is_mended(
    lone_post: Post, tmp_path: Path
) -> None:
    context, _ = certificate(tmp_path)
    async with MailSink(tls=context, auth=True) as sink:
        await lone_post.use(sink, user=USER, password="wrong")  # noqa: S106
        await lone_post.write()
        await lone_post.sending.step()
        trouble = lone_post.sending.status.trouble
        assert trouble is not None
        assert trouble.reason == "credentials"
        assert trouble.words.startswith("535")
        await lone_post.use(sink, user=USER, password=PASSWORD)
        assert (await lone_post.settle("sent")).reason == ""


async def test_a_permanent_refusal_is_a_dead_letter_with_the_servers_words(post: Post) -> None:
    async with MailSink(replies={"RCPT": ["550 5.1.1 No such person here"]}) as sink:
        await post.use(sink)
        await post.write()
        dead = await post.settle("failed")
        assert (dead.reason, dead.words) == ("refused", "550 5.1.1 No such person here")
        await post.write(Recipient("ada@example.test"))
        await post.sending.step()
        assert [mail.recipients for mail in sink.mails] == [["ada@example.test"]]
        assert sink.connections == 1
        await post.outbox.retry(SYSTEM, dead.id)
        await post.sending.step()
        assert sink.mails[-1].message["message-id"] == dead.message_id


async def test_a_temporary_refusal_is_tried_again_after_a_minute(post: Post) -> None:
    async with MailSink(replies={"DATA": ["451 4.7.1 Greylisted"]}) as sink:
        await post.use(sink)
        await post.write()
        waiting = await post.settle("waiting")
        assert (waiting.reason, waiting.words) == ("deferred", "451 4.7.1 Greylisted")
        assert waiting.due_at_ms - waiting.updated_at_ms == pytest.approx(60_000, abs=2_000)
        assert await post.sending.step() > 0
        post.clock.offset_ms = 61_000
        await post.settle("sent", tries=2)
        assert len(sink.mails) == 1


async def test_a_mail_put_off_for_ever_fails_after_five_tries(lone_post: Post) -> None:
    async with MailSink(replies={"RCPT": ["452 4.2.2 Mailbox full"] * 9}) as sink:
        await lone_post.use(sink)
        await lone_post.write()
        for tries in range(1, 5):
            await lone_post.settle("waiting", tries=tries)
            lone_post.clock.offset_ms += 3_600_000 + 5_000
        assert (await lone_post.settle("failed", tries=5)).words == "452 4.2.2 Mailbox full"


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
async def test_a_connection_that_dies_in_the_middle_is_made_again(
    lone_post: Post, command: str
) -> None:
    async with MailSink(replies={command: ["DIE"]}) as sink:
        await lone_post.use(sink)
        await lone_post.write()
        await lone_post.write(Recipient("ada@example.test"))
        await lone_post.sending.step()
        first = min(await lone_post.all(), key=lambda each: each.id)
        assert (first.state, first.reason) == ("waiting", "broken_off")
        await lone_post.sending.step()  # the other mail is not held up
        assert [mail.recipients for mail in sink.mails] == [["ada@example.test"]]
        lone_post.clock.offset_ms = 6_000
        await lone_post.sending.step()
        assert {mail.state for mail in await lone_post.all()} == {"sent"}
        assert len(sink.mails) == 2


async def test_a_mail_taken_without_an_answer_comes_twice_under_one_message_id(post: Post) -> None:
    async with MailSink(replies={"DATA": ["DIE AFTER"]}) as sink:
        await post.use(sink)
        await post.write()
        await post.settle("waiting")
        post.clock.offset_ms = 6_000
        await post.settle("sent", tries=2)
        assert len(sink.mails) == 2
        assert len({mail.message["message-id"] for mail in sink.mails}) == 1


async def test_a_connection_the_server_closed_meanwhile_costs_no_mail_a_try(post: Post) -> None:
    async with MailSink() as sink:
        await post.use(sink)
        await post.write()
        await post.sending.step()
        await sink.stop()
        await sink.start()
        await post.write()
        await post.sending.step()
        assert [mail.tries for mail in await post.all()] == [1, 1]
        assert len(sink.mails) == 2


async def test_a_slow_server_is_waited_for(lone_post: Post) -> None:
    async with MailSink(delay_s=1.5) as sink:
        await lone_post.use(sink)
        await lone_post.write()
        await lone_post.settle("sent")
        assert len(sink.mails) == 1


async def test_what_comes_too_late_is_not_sent(lone_post: Post) -> None:
    async with MailSink() as sink:
        await lone_post.write(kind="waiting_inquiry", params={"waiting": 300, "link": "/wave/"})
        lone_post.clock.offset_ms = 25 * 3_600_000
        await lone_post.use(sink)
        assert (await lone_post.settle("failed")).reason == "expired"
        assert sink.mails == []


async def test_names_and_addresses_cannot_change_the_headers(lone_post: Post) -> None:
    evil = Recipient("ben@example.test", 'Ben"\r\nBcc: evil@example.test\r\n\r\nHi')
    async with MailSink() as sink:
        await lone_post.use(sink)
        await lone_post.write(
            evil, kind="offline_message", params={"visitor_name": "x\r\nBcc: a@b.test"}
        )
        await lone_post.settle("sent")
        (mail,) = sink.mails
        assert mail.message["bcc"] is None
        assert mail.recipients == ["ben@example.test"]
        assert mail.message["subject"] == "Message from x Bcc: a@b.test:"


async def test_an_address_that_is_none_is_a_dead_letter(lone_post: Post) -> None:
    async with MailSink() as sink:
        await lone_post.use(sink)
        await lone_post.write(Recipient("ben@example.test>\r\nRCPT TO:<evil@example.test"))
        assert (await lone_post.settle("failed")).reason == "address"
        assert sink.mails == []


@pytest.mark.parametrize(
    ("address", "reached"),
    [
        ("a+b@x.example", "a+b@x.example"),
        ('"a b"@x.example', '"a b"@x.example'),
        ("a@sub.sub.example", "a@sub.sub.example"),
        ("a@bücher.example", "a@xn--bcher-kva.example"),
        ("陈丽@x.example", "陈丽@x.example"),
    ],
)
async def test_every_legal_form_of_an_address_is_reached(
    lone_post: Post, address: str, reached: str
) -> None:
    async with MailSink() as sink:
        await lone_post.use(sink)
        await lone_post.write(Recipient(address, "陈丽"))
        await lone_post.settle("sent")
        assert sink.mails[0].recipients == [reached]
        assert sink.mails[0].message["to"].addresses[0].display_name == "陈丽"


async def test_no_more_than_so_many_a_minute(lone_post: Post) -> None:
    async with MailSink() as sink:
        await lone_post.use(sink, per_minute=60)
        for _ in range(2):
            await lone_post.write()
        assert await lone_post.sending.step() == 0
        assert 0 < await lone_post.sending.step() <= 1
        assert len(sink.mails) == 1


async def test_a_test_mail_tells_the_whole_conversation(lone_post: Post, tmp_path: Path) -> None:
    context, _ = certificate(tmp_path)
    async with MailSink(tls=context, auth=True, replies={"RCPT": [None, "550 No"]}) as sink:
        await lone_post.use(sink, user=USER, password=PASSWORD)
        tried = await lone_post.trial.send(SYSTEM, BEN)
        assert tried.trouble is None
        names = [step.name for step in tried.steps]
        assert names == ["connect", "encrypt", "sign_in", "sender", "recipient", "message"]
        assert PASSWORD not in str(tried)
        tried = await lone_post.trial.send(SYSTEM, BEN)
        assert tried.trouble is not None
        assert tried.trouble.words == "550 No"
        assert tried.steps[-1].name == "recipient"
    assert [mail.state for mail in await lone_post.all()] == ["failed", "sent"]
