"""Recipients stop mails of a kind by the link that each has; others go on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from engage.keyring import Keyring
from engage.mailing import Recipient
from engage.notify.refusals import Refusals
from engage.storage.database import Database
from tests.support.mail_sink import MailSink
from tests.support.posting import BEN, PUBLIC_URL, Post, posting
from tests.support.site import site
from tests.unit.notify.test_messages import mail

if TYPE_CHECKING:
    from pathlib import Path

    from engage.notify.model import Mail

MISSED = {"kind": "missed_call", "params": {}}
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def link_of(message: str) -> str:
    found = re.search(rf"{PUBLIC_URL}(/mail/stop/[a-z0-9_.]+)", message)
    assert found is not None, message
    return found[1]


async def test_whoever_stops_a_kind_of_mail_gets_it_no_more(post: Post) -> None:
    async with MailSink() as sink, posting(post):
        await post.use(sink)
        await post.write(**MISSED)
        (first,) = await sink.arrived(1)
        path = link_of(str(first.message["list-unsubscribe"]))
        assert first.message["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
        for kind in ("plain", "html"):
            assert link_of(first.part(kind)) == path
        refusals = post.outbox.refusals
        named = refusals.named(path.removeprefix("/mail/stop/"))
        await refusals.choose(named, wanted=False)
        await refusals.choose(named, wanted=False)

        await post.write(Recipient("BEN@example.test"), **MISSED)
        await post.write()  # a welcome, which nobody refuses
        await post.write(Recipient("ada@example.test"), **MISSED)
        _, welcome, others = await sink.arrived(3)
        assert welcome.message["list-unsubscribe"] is None
        assert others.recipients == ["ada@example.test"]
        assert [each.reason for each in await post.all() if each.state == "cancelled"] == [
            "unwanted"
        ]

        await refusals.choose(named, wanted=True)
        await post.write(**MISSED)
        await sink.arrived(4)


async def test_the_link_asks_first_and_a_mail_program_needs_one_click(tmp_path: Path) -> None:
    async with site(tmp_path) as running:
        beside = await Database.open(f"sqlite:///{tmp_path / 'engage.db'}")
        refusals = Refusals(beside, Keyring.of(tmp_path, None).derive("unwanted mails"))
        missed: Mail = mail(kind="missed_call", address=BEN.address)
        url = running.url + refusals.path(missed)
        token = url.rpartition("/")[2]

        async def page(method: str, where: str = url, **form: str) -> tuple[int, str]:
            async with running.http.request(method, where, data=form or None) as answer:
                return answer.status, await answer.text()

        status, text = await page("GET")
        assert (status, "Stop these emails" in text) == (200, True)
        assert not await refusals.is_refused(refusals.named(token)), "to look is not to stop"
        assert (await page("POST", **ONE_CLICK))[0] == 200
        assert await refusals.is_refused(refusals.named(token))
        _, text = await page("GET")
        assert "Receive them again" in text
        _, text = await page("POST", wanted="yes")
        assert "Stop these emails" in text
        assert not await refusals.is_refused(refusals.named(token))
        for forged in (url + "a", url.replace("missed_call", "transcript"), f"{url}.x.y"):
            assert (await page("POST", forged, **ONE_CLICK))[0] == 404
        await beside.close()
    assert refusals.path(mail(kind="welcome")) == ""
