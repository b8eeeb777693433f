"""Subscriptions and publications over real sockets."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest

from pbxcore import commands
from pbxcore.directory import Delta, ExtensionPut, ExtensionRemoved, SettingsChanged
from pbxcore.presence.markup import read
from pbxcore.presence.packages.dialog_info import read_dialogs
from pbxcore.presence.packages.presence import read_pidf
from tests.integration.sip.conftest import extension
from tests.support.watcher import Watcher

if TYPE_CHECKING:
    from tests.integration.sip.conftest import House

PIDF = (
    '<?xml version="1.0"?><presence xmlns="urn:ietf:params:xml:ns:pidf" entity="sip:{0}@127.0.0.1">'
    '<tuple id="t1"><status><basic>{1}</basic></status><note>{2}</note></tuple></presence>'
)
SET_DND = (
    '<?xml version="1.0"?><SetDoNotDisturb xmlns="http://www.ecma-international.org/standards/'
    'ecma-323/csta/ed3"><device/><doNotDisturbOn>{}</doNotDisturbOn></SetDoNotDisturb>'
)
SET_FORWARD = (
    '<?xml version="1.0"?><SetForwarding xmlns="http://www.ecma-international.org/standards/'
    'ecma-323/csta/ed3"><device/><forwardingType>forwardImmediate</forwardingType>'
    "<forwardDN>{}</forwardDN><activateForward>{}</activateForward></SetForwarding>"
)
FEATURE_TYPE = "Content-Type: application/x-as-feature-event+xml\r\n"


def watcher(house: House, number: str) -> Watcher:
    return Watcher(number, f"Sip-{number}!", ("127.0.0.1", house.port))


async def put(house: House, *changes: object) -> None:
    version = house.directory.version + 1
    reply = await house.pbx.handle(commands.ApplyDelta(Delta(version, changes)))  # type: ignore[arg-type]
    assert reply == commands.DirectoryHeld(version)


async def test_presence_is_told_at_once_and_whenever_it_changes(house: House) -> None:
    async with watcher(house, "1000") as one, watcher(house, "1001") as two:
        answer, _ = await one.subscribe("presence", "1001")
        assert answer.status == 200
        assert answer.get("Expires") == "600"
        assert re.fullmatch(rf"<sip:1001@127\.0\.0\.1:{house.port}>", answer.get("Contact"))
        (first,) = await one.notified(1)
        assert first.source == ("127.0.0.1", house.port)
        assert first.get("Event") == "presence"
        assert re.fullmatch(r"active;expires=(600|599)", first.get("Subscription-State"))
        assert first.get("Content-Type") == "application/pidf+xml"
        assert not read_pidf(first.body.encode()).open
        await two.register()
        first, second = await one.notified(2)  # five seconds later: presence is throttled
        assert read_pidf(second.body.encode()).open
        assert second.cseq == first.cseq + 1


async def test_publication_is_seen_changes_and_goes(house: House) -> None:
    async with watcher(house, "1000") as one, watcher(house, "1001") as two:
        made = await two.publish(PIDF.format("1001", "open", "Here"))
        assert made.status == 200
        assert made.get("Expires") == "600"
        await one.subscribe("presence", "1001", expires=0)
        tag = f"SIP-If-Match: {made.get('SIP-ETag')}\r\n"
        changed = await two.publish(PIDF.format("1001", "closed", "Gone"), more=tag)
        assert changed.status == 200
        assert changed.get("SIP-ETag") != made.get("SIP-ETag")
        assert (await two.publish(more=tag)).status == 412
        await one.subscribe("presence", "1001", expires=0)
        tag = f"SIP-If-Match: {changed.get('SIP-ETag')}\r\n"
        assert (await two.publish(expires=0, more=tag)).get("Expires") == "0"
        await one.subscribe("presence", "1001", expires=0)
        states = [read_pidf(each.body.encode()) for each in await one.notified(3)]
        assert [each.services[0].note for each in states] == ["Here", "Gone", ""]
        assert [each.open for each in states] == [True, False, False]
        assert {each.get("Subscription-State") for each in one.notices} == {
            "terminated;reason=timeout"
        }


@pytest.mark.parametrize(
    ("event", "more", "body", "expires", "status"),
    [
        ("", "", PIDF, 600, 489),
        ("dialog", "", PIDF, 600, 489),
        ("presence", "", "<presence/>", 600, 400),
        ("presence", "", "", 600, 400),
        ("presence", "SIP-If-Match: a b\r\n", PIDF, 600, 400),
        ("presence", "SIP-If-Match: none\r\n", PIDF, 600, 412),
        ("presence", "Content-Encoding: gzip\r\n", PIDF, 600, 415),
        ("presence", "", PIDF, 5, 423),
        ("presence", "Require: teleport\r\n", PIDF, 600, 420),
    ],
)
async def test_publications_that_are_refused(
    house: House, event: str, more: str, body: str, expires: int, status: int
) -> None:
    async with watcher(house, "1000") as phone:
        body = body.format("1000", "open", "")
        answer = await phone.publish(body, event=event, more=more, expires=expires)
        assert answer.status == status
        if status == 489:
            assert answer.get("Allow-Events") == "presence"
        if status == 423:
            assert answer.get("Min-Expires") == "60"


@pytest.mark.parametrize(
    ("event", "number", "more", "expires", "status"),
    [
        ("", "1001", "", 600, 489),
        ("weather", "1001", "", 600, 489),
        ("presence", "1999", "", 600, 404),
        ("presence", "1001", "Accept: text/plain\r\n", 600, 406),
        ("presence", "1001", "", 59, 423),
        ("presence", "1001", "Require: teleport\r\n", 600, 420),
        ("message-summary", "1001", "", 600, 403),
        ("as-feature-event", "1001", "", 600, 403),
        ("reg", "1001", "", 600, 403),
    ],
)
async def test_subscriptions_that_are_refused(
    house: House, event: str, number: str, more: str, expires: int, status: int
) -> None:
    async with watcher(house, "1000") as phone:
        answer, _ = await phone.subscribe(event, number, more=more, expires=expires)
        assert answer.status == status
        if status == 489:
            assert answer.get("Allow-Events") == (
                "message-summary, presence, dialog, reg, as-feature-event, call-info, line-seize,"
                " conference"
            )
        if status == 423:
            assert answer.get("Min-Expires") == "60"
        await asyncio.sleep(0)
        assert phone.notices == []


async def test_subscribing_takes_a_password(house: House) -> None:
    async with Watcher("1000", "wrong", ("127.0.0.1", house.port)) as stranger:
        answer, _ = await stranger.subscribe("presence", "1001")
        assert answer.status == 401


async def test_refresh_and_end_in_the_dialog(house: House) -> None:
    async with watcher(house, "1000") as phone, watcher(house, "1001") as other:
        _, dialog = await phone.subscribe("dialog;id=7", "1001")
        assert (await phone.refresh(dialog)).status == 200
        await phone.notified(2)
        wrong = await phone.refresh(type(dialog)(**{**vars(dialog), "theirs": "nothing"}))
        assert wrong.status == 481
        other_id = type(dialog)(**{**vars(dialog), "event": "dialog;id=8"})
        assert (await phone.refresh(other_id)).status == 403
        assert (await other.refresh(type(dialog)(**vars(dialog)))).status == 403
        dialog.cseq = 0
        assert (await phone.refresh(dialog)).status == 500
        dialog.cseq = 50
        assert (await phone.refresh(dialog, expires=0)).status == 200
        first, second, last = await phone.notified(3)
        assert {first.get("Event"), last.get("Event")} == {"dialog;id=7"}
        assert last.get("Subscription-State") == "terminated;reason=timeout"
        assert [read_dialogs(each.body.encode()).version for each in (first, second, last)] == [
            0,
            1,
            2,
        ]
        dialog.cseq = 60
        assert (await phone.refresh(dialog)).status == 481


async def test_phone_that_knows_nothing_of_it_is_told_no_more(house: House) -> None:
    async with watcher(house, "1000") as phone:
        phone.statuses.append(481)
        _, dialog = await phone.subscribe("message-summary", "1000")
        await phone.notified(1)
        await put(house, ExtensionPut(extension("1000")))
        assert (await phone.refresh(dialog)).status == 481


async def test_mailbox_lights_the_lamp_and_puts_it_out(house: House) -> None:
    async with watcher(house, "1000") as phone:
        await phone.subscribe("message-summary", "1000")
        boxes = house.pbx.voicemail.mailboxes
        (message,) = boxes.keep(boxes.receive(["1000"], "1001", "Bob"), 4.0)
        await phone.notified(2)
        boxes.remove("1000", [message.id])
        await phone.notified(3)
        texts = [each.body.splitlines()[0] for each in phone.notices]
        assert texts == [f"Messages-Waiting: {each}" for each in ("no", "yes", "no")]
        assert "Voice-Message: 1/0 (0/0)" in phone.notices[1].body
        assert phone.notices[1].get("Content-Type") == "application/simple-message-summary"


async def test_lamp_goes_out_after_a_restart_too(house: House) -> None:
    async with watcher(house, "1000") as phone:
        await phone.subscribe("message-summary", "1000")
        boxes = house.pbx.voicemail.mailboxes
        (message,) = boxes.keep(boxes.receive(["1000"], "1001", "Bob"), 4.0)
        assert (await phone.notified(2))[-1].body.startswith("Messages-Waiting: yes")
        await house.stop()
        await house.start()
        told = (await phone.notified(3))[-1]
        assert told.body.startswith("Messages-Waiting: yes")
        house.pbx.voicemail.mailboxes.remove("1000", [message.id])
        assert (await phone.notified(4))[-1].body.startswith("Messages-Waiting: no")


async def test_watchers_of_a_line_hear_the_same_in_the_same_order(house: House) -> None:
    async with (
        watcher(house, "1000") as one,
        watcher(house, "1002") as other,
        watcher(house, "1001") as line,
    ):
        for each in one, other:
            await each.subscribe("dialog", "1001")
            await each.notified(1)
        _, features = await line.subscribe("as-feature-event", "1001")
        for changes, on in enumerate(("true", "false", "true"), 2):
            await line.refresh(features, more=FEATURE_TYPE, body=SET_DND.format(on))
            for each in one, other:
                await each.notified(changes)
        told = [
            [
                (report.version, [dialog.state for dialog in report.dialogs])
                for report in (read_dialogs(notice.body.encode()) for notice in each.notices)
            ]
            for each in (one, other)
        ]
        assert told[0] == told[1]
        assert [version for version, _ in told[0]] == [0, 1, 2, 3]


async def test_phone_that_never_subscribes_is_told_of_its_mailbox(house: House) -> None:
    settings = type(house.directory.settings)(domains=("pbx.test",), unsolicited_mwi=True)
    await put(house, SettingsChanged(settings))
    async with watcher(house, "1000") as phone:
        await phone.register()
        (told,) = await phone.notified(1)
        assert told.get("Event") == "message-summary"
        assert told.get("Subscription-State") == "terminated;reason=noresource"
        assert "Message-Account: sip:1000@pbx.test" in told.body
        await phone.register()
        await phone.notified(2)
        boxes = house.pbx.voicemail.mailboxes
        boxes.keep(boxes.receive(["1000"], "1001", "Bob"), 4.0)
        told = (await phone.notified(3))[-1]
        assert told.body.startswith("Messages-Waiting: yes")
        _, dialog = await phone.subscribe("message-summary", "1000")
        await phone.notified(4)
        await phone.register()  # by its subscription it is told, and not twice
        await phone.refresh(dialog)
        assert (await phone.notified(5))[-1].get("Subscription-State").startswith("active")


async def test_do_not_disturb_and_forwarding_reach_all_phones_and_watchers(house: House) -> None:
    async with (
        watcher(house, "1001") as desk,
        watcher(house, "1001") as mobile,
        watcher(house, "1000") as panel,
    ):
        await desk.subscribe("as-feature-event", "1001")
        _, dialog = await mobile.subscribe("as-feature-event", "1001")
        await desk.notified(4)
        await mobile.notified(4)
        await panel.subscribe("dialog", "1001")
        await panel.notified(1)
        answer = await mobile.refresh(dialog, more=FEATURE_TYPE, body=SET_DND.format("true"))
        assert answer.status == 200
        told = (await desk.notified(5))[-1]
        assert told.get("Content-Type") == "application/x-as-feature-event+xml"
        assert "<doNotDisturbOn>true</doNotDisturbOn>" in told.body
        lamp = read_dialogs((await panel.notified(2))[-1].body.encode())
        assert [each.state for each in lamp.dialogs] == ["confirmed"]
        await mobile.refresh(dialog, more=FEATURE_TYPE, body=SET_FORWARD.format("1002", "true"))
        told = (await desk.notified(6))[-1]
        assert "<forwardingType>forwardImmediate</forwardingType>" in told.body
        assert "<forwardStatus>true</forwardStatus><forwardTo>1002</forwardTo>" in told.body
        bad = await mobile.refresh(dialog, more=FEATURE_TYPE, body="<!DOCTYPE a><SetForwarding/>")
        assert bad.status == 400


async def test_extension_sees_its_own_registrations(house: House) -> None:
    async with watcher(house, "1000") as phone:
        await phone.register()
        await phone.subscribe("reg", "1000")
        (told,) = await phone.notified(1)
        contacts = read(told.body.encode()).all("contact")
        assert [each.text_of("uri") for each in contacts] == [phone.contact]


async def test_list_in_a_body_is_watched_by_one_subscription(house: House) -> None:
    members = "".join(f'<entry uri="sip:{each}@127.0.0.1"/>' for each in ("1001", "1002"))
    body = (
        '<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists">'
        f"<list>{members}</list></resource-lists>"
    )
    kind = "Content-Type: application/resource-lists+xml\r\n"
    accept = "Accept: application/dialog-info+xml, multipart/related, application/rlmi+xml\r\n"
    async with watcher(house, "1000") as phone:
        refused, _ = await phone.subscribe("dialog", "1000", more=kind, body=body)
        assert refused.status == 421
        more = f"{kind}{accept}Supported: eventlist\r\nRequire: recipient-list-subscribe\r\n"
        answer, _ = await phone.subscribe("dialog", "1000", more=more, body=body)
        assert answer.status == 200
        assert answer.get("Require") == "eventlist"
        (told,) = await phone.notified(1)
        assert told.get("Require") == "eventlist"
        assert told.get("Content-Type").startswith("multipart/related;")
        assert 'fullState="true"' in told.body
        assert told.body.count("<dialog-info ") == 2


async def test_gone_extension_ends_what_it_watched_and_who_watched_it(house: House) -> None:
    async with watcher(house, "1000") as one, watcher(house, "1001") as two:
        await one.subscribe("presence", "1001")
        await two.subscribe("presence", "1000")
        await two.notified(1)
        await one.notified(1)
        await put(house, ExtensionRemoved("1001"))
        assert (await one.notified(2))[-1].get("Subscription-State") == (
            "terminated;reason=noresource"
        )
        assert (await two.notified(2))[-1].get("Subscription-State") == (
            "terminated;reason=rejected"
        )


async def test_device_is_asked_to_restart_and_may_ask_who_says_so(house: House) -> None:
    async with watcher(house, "1000") as phone:
        await phone.register()
        reply = await house.pbx.handle(commands.CheckSync("1000", phone.contact, reboot=True))
        assert reply == commands.DeviceTold(200)
        (told,) = await phone.notified(1)
        assert told.get("Event") == "check-sync;reboot=true"
        phone.challenge = 'Digest realm="phone", nonce="n1", qop="auth"'
        phone.statuses.append(401)
        reply = await house.pbx.handle(commands.CheckSync("1000", phone.contact))
        assert reply == commands.DeviceTold(200)
        first, second = phone.notices[1:]
        assert second.get("Event") == "check-sync;reboot=false"
        assert second.cseq == first.cseq + 1
        assert 'Digest username="1000", realm="phone"' in second.get("Authorization")
        reply = await house.pbx.handle(commands.CheckSync("1000", "sip:nobody@127.0.0.1"))
        assert reply == commands.DeviceTold(480)


async def test_nobody_is_notified_at_an_address_that_did_not_ask(house: House) -> None:
    async with watcher(house, "1000") as phone, watcher(house, "1002") as victim:
        lie = f"Record-Route: <sip:127.0.0.2:{victim.address.partition(':')[2]};lr>\r\n"
        answer, _ = await phone.subscribe("presence", "1001", more=lie)
        assert answer.get("Record-Route") == lie.partition(": ")[2].strip()
        (told,) = await phone.notified(1)
        assert told.get("Route").startswith("<sip:127.0.0.2:")
        assert victim.notices == []


async def test_one_extension_has_no_more_subscriptions_than_allowed(house: House) -> None:
    settings = house.directory.settings
    limits = type(settings.limits)(subscriptions=2)
    await put(house, SettingsChanged(type(settings)(limits=limits)))
    async with watcher(house, "1000") as phone:
        statuses = [(await phone.subscribe("presence", "1001"))[0].status for _ in range(3)]
        assert statuses == [200, 200, 403]
        assert (await phone.subscribe("presence", "1001", expires=0))[0].status == 403


async def test_watcher_behind_a_gruu_is_told_where_its_phone_is_now(house: House) -> None:
    device = "urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF"
    async with watcher(house, "1000") as phone, watcher(house, "1002") as other:
        gruu = f"sip:1000@127.0.0.1;gr={device}"
        assert await phone.register_device(device) == 200
        await phone.subscribe("presence", "1001", contact=gruu)
        (told,) = await phone.notified(1)
        assert told.text.startswith(f"NOTIFY {phone.contact} SIP/2.0\r\n")
        await other.subscribe("presence", "1001", contact=gruu)  # somebody else's phone
        await phone.subscribe("dialog", "1001", contact=gruu)
        await phone.notified(2)
        assert [each.get("Event") for each in phone.notices] == ["presence", "dialog"]


async def test_credentials_for_a_proxy_are_good_as_well(house: House) -> None:
    async with watcher(house, "1000") as phone:
        phone.authorization = "Proxy-Authorization"
        answer, _ = await phone.subscribe("presence", "1001")
        assert answer.status == 200


async def test_subscriptions_publications_and_features_outlast_the_process(house: House) -> None:
    async with watcher(house, "1000") as phone, watcher(house, "1001") as other:
        _, dialog = await phone.subscribe("dialog;id=3", "1001")
        made = await other.publish(PIDF.format("1001", "open", "Here"))
        _, features = await other.subscribe("as-feature-event", "1001")
        await other.refresh(features, more=FEATURE_TYPE, body=SET_DND.format("true"))
        before = (await phone.notified(2))[-1]
        await house.stop()
        await house.start()
        after = (await phone.notified(3))[-1]
        assert after.get("Call-ID") == before.get("Call-ID")
        assert after.cseq > before.cseq
        report = read_dialogs(after.body.encode())
        assert (report.full, report.version) == (True, after.cseq - 1)
        assert [each.id for each in report.dialogs] == ["dnd"]
        assert (await phone.refresh(dialog)).status == 200
        assert (await phone.notified(4))[-1].cseq == after.cseq + 1
        tag = f"SIP-If-Match: {made.get('SIP-ETag')}\r\n"
        assert (await other.publish(more=tag)).status == 200
