"""Administration of email over HTTP: settings, test email, templates, send log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from engage.doctor import examine
from engage.settings import load
from tests.support.mail_sink import PASSWORD, USER, MailSink, certificate
from tests.support.messaging import eventually
from tests.support.site import site

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.support.site import Site


class Admin:
    """An administrator's requests."""

    def __init__(self, site: Site, token: str) -> None:
        self.site, self._token = site, token

    async def ask(self, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
        return await self.site.json(method, path, body, token=self._token)

    async def get(self, path: str) -> dict[str, Any]:
        status, body = await self.ask("GET", path)
        assert status == 200, body
        return body

    async def use(self, sink: MailSink, **values: Any) -> None:
        values = {"host": "127.0.0.1", "port": sink.port, "security": "auto", **values}
        status, body = await self.ask("PATCH", "/v1/settings/email", {"values": values})
        assert status == 200, body

    async def state(self, mail_id: str, state: str) -> dict[str, Any]:
        mail: dict[str, Any] = {}

        async def reached() -> bool:
            mail.update(await self.get(f"/v1/mails/{mail_id}"))
            return bool(mail["state"] == state)

        await eventually(reached)
        return mail


async def admin_of(site: Site) -> Admin:
    return Admin(site, await site.sign_in("admin", "Demo-admin!"))


@pytest.fixture
async def admin(tmp_path: Path) -> AsyncIterator[Admin]:
    async with site(tmp_path) as running:
        yield await admin_of(running)


def database_of(data: Path) -> bytes:
    return b"".join(path.read_bytes() for path in data.rglob("engage.db*"))


async def dead_letter(admin: Admin, sink: MailSink) -> dict[str, Any]:
    sink.replies["RCPT"] = ["550 5.1.1 No such person"]
    await admin.ask("POST", "/v1/email/test", {"to": "gone@example.test"})
    (mail,) = (await admin.get("/v1/mails?state=failed"))["items"]
    return dict(mail)


async def test_without_a_server_the_administration_says_so(admin: Admin) -> None:
    status = await admin.get("/v1/email/status")
    assert status["state"] == "no_server"
    refused, body = await admin.ask("POST", "/v1/email/test", {"to": "ada@example.test"})
    assert (refused, body["error"]["code"]) == (409, "no_mail_server")


async def test_a_test_email_tells_what_the_server_said(admin: Admin, tmp_path: Path) -> None:
    context, _ = certificate(tmp_path)
    async with MailSink(tls=context, auth=True) as sink:
        await admin.use(sink, user=USER, password=PASSWORD)
        status, tried = await admin.ask("POST", "/v1/email/test", {"to": "ada@example.test"})
        assert (status, tried["sent"]) == (200, True), tried
        assert [step["title"] for step in tried["steps"]] == [
            "Connection",
            "Encryption",
            "Sign-in",
            "Sender",
            "Recipient",
            "Message",
        ]
        assert sink.mails[0].encrypted
        assert "admin asked for this test" in sink.mails[0].part("plain")
        await admin.use(sink, user=USER, password="wrong")  # noqa: S106
        _, tried = await admin.ask("POST", "/v1/email/test", {"to": "ada@example.test"})
        assert (tried["sent"], tried["reason"]) == (False, "credentials")
        assert tried["words"].startswith("535 ")
        status, body = await admin.ask("POST", "/v1/email/test", {"to": "nobody"})
        assert (status, list(body["error"]["fields"])) == (422, ["to"])


async def test_the_password_is_sealed_and_never_shown(admin: Admin, tmp_path: Path) -> None:
    async with MailSink() as sink:
        await admin.use(sink, user=USER, password=PASSWORD)
    shown = await admin.get("/v1/settings/email")
    assert "password" not in shown["values"]
    assert shown["secrets_set"] == ["password"]
    assert PASSWORD not in str(shown)
    assert PASSWORD.encode() not in database_of(tmp_path)
    await admin.ask("PATCH", "/v1/settings/email", {"values": {"sender_name": "Acme"}})
    assert (await admin.get("/v1/settings/email"))["secrets_set"] == ["password"]
    other = {"host": "collector.example"}  # a password is for one server
    await admin.ask("PATCH", "/v1/settings/email", {"values": other})
    assert (await admin.get("/v1/settings/email"))["secrets_set"] == []
    for given, kept in (PASSWORD, ["password"]), (None, []):  # null takes it away
        changed = {"values": {"password": given}}
        status, shown = await admin.ask("PATCH", "/v1/settings/email", changed)
        assert (status, shown["secrets_set"]) == (200, kept)


async def test_a_start_setting_rules_and_says_so(tmp_path: Path) -> None:
    async with (
        MailSink(auth=True) as sink,
        site(tmp_path, smtp=f"smtp://{USER}:pass%20word%2F%40%3A@127.0.0.1:{sink.port}") as running,
    ):
        admin = await admin_of(running)
        shown = await admin.get("/v1/settings/email")
        ruled = {"host", "port", "security", "verify", "user", "password"}
        assert shown["read_only"].keys() == ruled
        assert (await admin.get("/v1/email/status"))["start_option"]
        assert "--smtp" in shown["read_only"]["host"]
        assert (shown["values"]["host"], shown["values"]["port"]) == ("127.0.0.1", sink.port)
        assert "password" not in shown["values"]
        status, body = await admin.ask(
            "PATCH", "/v1/settings/email", {"values": {"host": "evil.example"}}
        )
        assert (status, list(body["error"]["fields"])) == (422, ["host"])
        status, _ = await admin.ask(
            "PATCH", "/v1/settings/email", {"values": {"sender_name": "Acme"}}
        )
        assert status == 200
        _, tried = await admin.ask("POST", "/v1/email/test", {"to": "ada@example.test"})
        assert tried["sent"], tried
        assert sink.mails[0].user == USER
        assert sink.mails[0].message["from"].addresses[0].display_name == "Acme"


async def test_a_dead_letter_is_sent_again(admin: Admin) -> None:
    async with MailSink() as sink:
        await admin.use(sink)
        mail = await dead_letter(admin, sink)
        assert mail["words"] == "550 5.1.1 No such person"
        assert mail["message"] == "The mail server refused this email."
        status, again = await admin.ask("POST", f"/v1/mails/{mail['id']}/retry")
        assert (status, again["state"]) == (200, "waiting")
        await admin.state(mail["id"], "sent")
        assert sink.mails[0].message["message-id"] == mail["message_id"]
        status, body = await admin.ask("POST", f"/v1/mails/{mail['id']}/retry")
        assert (status, body["error"]["code"]) == (409, "mail_not_failed")
        status, body = await admin.ask("DELETE", f"/v1/mails/{mail['id']}")
        assert (status, body["error"]["code"]) == (409, "mail_not_waiting")
        mail = await dead_letter(admin, sink)
        assert (await admin.ask("POST", "/v1/mails/retry", {}))[1] == {"count": 1}
        await admin.state(mail["id"], "sent")


async def test_the_send_log_is_searched_paged_and_exported(admin: Admin) -> None:
    async with MailSink() as sink:
        await admin.use(sink)
        for n in range(5):
            await admin.ask("POST", "/v1/email/test", {"to": f"user{n}@example.test"})
    first = await admin.get("/v1/mails?limit=2")
    assert first["total"] == 5
    assert [each["to"]["address"] for each in first["items"]] == [
        "user4@example.test",
        "user3@example.test",
    ]
    second = await admin.get(f"/v1/mails?limit=2&cursor={first['cursor']}")
    assert second["items"][0]["to"]["address"] == "user2@example.test"
    assert (await admin.get("/v1/mails?q=user3"))["total"] == 1
    assert (await admin.get("/v1/mails?state=failed,waiting"))["items"] == []
    upwards = await admin.get("/v1/mails?sort=created_at&limit=1")
    assert upwards["items"][0]["to"]["address"] == "user0@example.test"
    for bad in ("state=nonsense", "kind=nonsense", "cursor=x", "sort=name", "colour=red"):
        assert (await admin.ask("GET", f"/v1/mails?{bad}"))[0] == 422
    async with admin.site.http.get(
        admin.site.url + "/v1/mails?format=csv",
        headers={"authorization": f"Bearer {admin._token}"},  # noqa: SLF001
    ) as reply:
        assert (await reply.text()).count("user") >= 5


async def test_a_template_is_changed_previewed_and_restored(admin: Admin) -> None:
    path = "/v1/email-templates/waiting_inquiry?language=de"
    own = await admin.get(path)
    assert own["version"] == 0
    assert {"visitor_name", "recipient_name"} <= {each["name"] for each in own["variables"]}
    texts = {
        "subject": "{{ visitor_name }} wartet",
        "text": "Hallo {{ recipient_name }}: {{ link }}",
        "html": '<p id="mine">Hallo {{ recipient_name }}</p>{{ button(link, "Los") }}',
    }
    preview_path = path.replace("?", "/preview?")
    status, preview = await admin.ask("POST", preview_path, texts)
    assert status == 200, preview
    assert preview["subject"] == "Ada Lovelace wartet"
    async with admin.site.http.get(admin.site.url + preview["page"]) as reply:
        policy = reply.headers["content-security-policy"]
        assert policy.startswith("sandbox;")
        assert "default-src 'none'" in policy
        assert '<p id="mine">' in await reply.text()
    assert (await admin.get(path))["version"] == 0
    status, put = await admin.ask("PUT", path, {**texts, "version": 0})
    assert (status, put["version"]) == (200, 1)
    status, body = await admin.ask("PUT", path, {**texts, "version": 0})
    assert (status, body["error"]["code"]) == (409, "edited")
    listed = (await admin.get("/v1/email-templates"))["items"]
    assert {each["kind"]: each["changed"] for each in listed}["waiting_inquiry"] == ["de"]
    status, restored = await admin.ask("DELETE", path)
    assert status == 200
    assert restored == own
    assert (await admin.get(path)) == own


async def test_faults_are_told_with_their_field_and_line(admin: Admin) -> None:
    path = "/v1/email-templates/welcome"
    texts = {"subject": "{{ nobody }}", "text": "a\n{{ full_name", "html": "a\n\n{{ a.b }}"}
    for method, where in (("PUT", path), ("POST", f"{path}/preview")):
        status, body = await admin.ask(method, where, texts)
        error = body["error"]
        assert (status, error["code"]) == (422, "invalid")
        assert error["fields"].keys() == {"subject", "text", "html"}
        assert error["fields"]["subject"] == "Line 1: “nobody” is not known."
        assert error["fields"]["text"].startswith("Line 2: This cannot be read:")
        assert {each["line"] for each in error["faults"] if each["field"] == "html"} == {3}
    assert (await admin.get(path))["version"] == 0
    long = {"subject": "s", "text": "陈" * 40_000, "html": "<p>" * 13_000}
    assert (await admin.ask("POST", f"{path}/preview", long))[0] == 200
    status, body = await admin.ask("PUT", path, {**long, "text": "陈" * 40_001})
    assert (status, list(body["error"]["fields"])) == (422, ["text"])
    for method, where in (("GET", "/v1/email-templates/none"), ("GET", f"{path}?language=xx")):
        assert (await admin.ask(method, where))[0] == 404


async def test_links_that_open_accounts_are_hidden_from_administrators(admin: Admin) -> None:
    from engage.mailing import Recipient

    parts = admin.site.application._running  # noqa: SLF001
    values = {"full_name": "Ben", "link": "/wave/#/password?token=sesame"}
    to = Recipient("ben@example.test", "Ben")
    outbox = parts._mail.outbox  # noqa: SLF001
    await parts._platform.database.write(  # noqa: SLF001
        lambda connection: outbox.post(connection, "welcome", to=to, params=values)
    )
    (mail,) = (await admin.get("/v1/mails"))["items"]
    shown = await admin.get(f"/v1/mails/{mail['id']}")
    assert "sesame" not in str(shown)
    assert "Welcome, Ben" in shown["text"]
    async with admin.site.http.get(admin.site.url + shown["page"]) as reply:
        assert "sesame" not in await reply.text()
    status, cancelled = await admin.ask("DELETE", f"/v1/mails/{mail['id']}")
    assert (status, cancelled["state"]) == (200, "cancelled")


async def test_the_doctor_speaks_to_the_server_that_is_set(admin: Admin, tmp_path: Path) -> None:
    settings = load({"data": str(tmp_path), "secret_key": "k" * 32}, {})
    async with MailSink() as sink:
        await admin.use(sink)
        finding = next(each for each in await examine(settings) if each.what == "SMTP")
        assert finding.well, finding
        assert finding.seen.startswith(f"127.0.0.1:{sink.port}: 250 sink.example.test")
        assert sink.mails == []
    finding = next(each for each in await examine(settings) if each.what == "SMTP")
    assert not finding.well
    ruled = load({"data": str(tmp_path), "smtp": "smtp://127.0.0.1:1"}, {})
    finding = next(each for each in await examine(ruled) if each.what == "SMTP")
    assert finding.seen.startswith("127.0.0.1:1: ")


async def test_the_figures_tell_how_many_mails_there_are(admin: Admin) -> None:
    async with MailSink() as sink:
        await admin.use(sink)
        mail = await dead_letter(admin, sink)
        await admin.ask("POST", f"/v1/mails/{mail['id']}/retry")
        await admin.state(mail["id"], "sent")
    text = ""

    async def counted() -> bool:
        nonlocal text
        async with admin.site.http.get(admin.site.url + "/metrics") as reply:
            text = await reply.text()
        return 'engage_mails{state="sent"} 1.0' in text

    await eventually(counted)
    assert 'engage_mails_settled_total{kind="test",state="sent"} 1.0' in text
    async with admin.site.http.get(admin.site.url + "/readyz") as reply:
        assert "email" not in await reply.text()
