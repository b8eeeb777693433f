"""Mails over HTTP: `/v1/email/…`, `/v1/email-templates`, `/v1/mails`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from starlette.routing import Route

from engage.errors import N_, Invalid, NotFound
from engage.i18n import SOURCE_LANGUAGE, languages
from engage.mailing import Recipient
from engage.notify.kinds import KINDS
from engage.notify.library import TemplateFaulty, check
from engage.notify.message import AddressRefused
from engage.notify.model import STATES
from engage.notify.previews import POLICY
from engage.notify.repository import Wanted
from engage.notify.templates import Source
from engage.notify.wire import (
    LANGUAGE,
    LONGEST_TEMPLATE,
    EmailTemplateForm,
    MailDetails,
    MailPage,
    PutTemplate,
    Retried,
    RetryMails,
    SendTest,
    ShownMail,
    ShownPreview,
    ShownStatus,
    ShownTemplate,
    ShownTest,
    TemplatePage,
    fault_fields,
    fault_text,
    kind_json,
    mail_json,
    status_json,
    template_json,
    tried_json,
)
from engage.system.actor import Module
from engage.web.collections import (
    BAD_CURSOR,
    QUERY,
    asked,
    csv_file,
    make_cursor,
    matching,
    read_cursor,
)
from engage.web.openapi import operation
from engage.web.requests import actor, allow_body, answer, language, named, read, word

if TYPE_CHECKING:
    from starlette.requests import Request

    from engage.notify.library import TemplateLibrary
    from engage.notify.outbox import Outbox
    from engage.notify.previews import Previews
    from engage.notify.sending import MailSending
    from engage.notify.trial import Trial
    from engage.notify.writing import Writing
    from engage.web.collections import Asked

LARGEST_EXPORT = 50_000
LARGEST_BODY = 12 * LONGEST_TEMPLATE  # bytes: two texts of characters that JSON may escape
COLUMNS = ("created_at", "kind", "address", "name", "subject", "state", "tries", "words")
ADMIN = ("admin",)
BAD_ADDRESS = N_("Please enter a valid email address.")


class MailRoutes:
    """The outbox, and how mails are sent."""

    def __init__(
        self,
        outbox: Outbox,
        sending: MailSending,
        trial: Trial,
        writing: Writing,
        previews: Previews,
    ) -> None:
        self._outbox, self._sending, self._trial = outbox, sending, trial
        self._writing, self._previews = writing, previews

    def routes(self) -> list[Route]:
        """What is served."""
        one = "/v1/mails/{id}"
        return [
            Route("/v1/email/status", self.status, methods=["GET"]),
            Route("/v1/email/test", self.test, methods=["POST"]),
            Route("/v1/mails", self.page, methods=["GET"]),
            Route("/v1/mails/retry", self.retry_many, methods=["POST"]),
            Route(one, self.get, methods=["GET"]),
            Route(one, self.cancel, methods=["DELETE"]),
            Route(f"{one}/retry", self.retry, methods=["POST"]),
            Route("/v1/email-previews/{id}", self.preview, methods=["GET"]),
        ]

    @operation("Read how sending email goes", answer=ShownStatus, roles=ADMIN)
    async def status(self, request: Request) -> Response:
        """Whether a server is set, what is wrong with it, and how many emails wait."""
        who = await actor(request, "admin")
        counts = await self._outbox.counts(who)
        return answer(status_json(self._sending.status, counts, language(request)))

    @operation("Send a test email", body=SendTest, answer=ShownTest, roles=ADMIN)
    async def test(self, request: Request) -> Response:
        """At once, past the outbox; the answer tells the conversation with the mail server."""
        who = await actor(request, "admin")
        who.check(Module.EMAIL)
        body = await read(request, SendTest)
        tag = language(request)
        try:
            tried = await self._trial.send(who, Recipient(body.to, "", body.language or tag))
        except AddressRefused:
            raise Invalid({"to": BAD_ADDRESS}) from None
        if tried.trouble is None:
            self._sending.wake()
        return answer(tried_json(tried, tag))

    @operation(
        "List emails",
        answer=MailPage,
        roles=ADMIN,
        query=(*QUERY, ("state", "States, separated by commas"), ("kind", "A kind of email")),
    )
    async def page(self, request: Request) -> Response:
        """The send log, newest first."""
        who = await actor(request, "admin")
        query = asked(
            request, sorts=("created_at",), filters=("state", "kind"), usual="-created_at"
        )
        wanted, tag = _wanted(query), language(request)
        if query.as_csv:
            mails, _ = await self._outbox.page(who, wanted, LARGEST_EXPORT)
            return csv_file("emails", COLUMNS, (_row(mail_json(each, tag)) for each in mails))
        mails, total = await self._outbox.page(who, wanted, query.limit + 1)
        shown = mails[: query.limit]
        cursor = None
        if len(mails) > query.limit:
            cursor = make_cursor((1, float(shown[-1].created_at_ms)), shown[-1].id)
        items = [mail_json(each, tag) for each in shown]
        return answer({"items": items, "cursor": cursor, "total": total})

    @operation("Read an email", answer=MailDetails, roles=ADMIN)
    async def get(self, request: Request) -> Response:
        """With its text as it was, or will be, sent."""
        who = await actor(request, "admin")
        mail = await self._outbox.get(who, named(request))
        rendered = await self._writing.shown(mail)
        text = rendered.text if rendered else ""
        page = self._previews.keep(rendered.html) if rendered else None
        return answer({**mail_json(mail, language(request)), "text": text, "page": page})

    @operation("Send an email again", answer=ShownMail, roles=ADMIN)
    async def retry(self, request: Request) -> Response:
        """One that has failed or was cancelled."""
        who = await actor(request, "admin")
        mail = await self._outbox.retry(who, named(request))
        self._sending.wake()
        return answer(mail_json(mail, language(request)))

    @operation("Send failed emails again", body=RetryMails, answer=Retried, roles=ADMIN)
    async def retry_many(self, request: Request) -> Response:
        """All that have failed, or those named that have failed or were cancelled."""
        who = await actor(request, "admin")
        who.check(Module.EMAIL)
        body = await read(request, RetryMails)
        count = await self._outbox.retry_many(who, body.ids)
        self._sending.wake()
        return answer({"count": count})

    @operation("Cancel an email", answer=ShownMail, roles=ADMIN)
    async def cancel(self, request: Request) -> Response:
        """While it waits."""
        who = await actor(request, "admin")
        await self._outbox.cancel(who, named(request))
        mail = await self._outbox.get(who, named(request))
        return answer(mail_json(mail, language(request)))

    @operation("Look at an email's page")
    async def preview(self, request: Request) -> Response:
        """For a few minutes after it was asked for; its address cannot be guessed."""
        html = self._previews.page(named(request))
        headers = {"content-security-policy": POLICY, "cache-control": "no-store"}
        return Response(html, 200, headers, "text/html; charset=utf-8")


class TemplateRoutes:
    """What emails say."""

    def __init__(self, library: TemplateLibrary, writing: Writing, previews: Previews) -> None:
        self._library, self._writing, self._previews = library, writing, previews

    def routes(self) -> list[Route]:
        """What is served."""
        one = "/v1/email-templates/{kind}"
        return [
            Route("/v1/email-templates", self.page, methods=["GET"]),
            Route(one, self.get, methods=["GET"]),
            Route(one, self.put, methods=["PUT"]),
            Route(one, self.restore, methods=["DELETE"]),
            Route(f"{one}/preview", self.preview, methods=["POST"]),
        ]

    @operation("List email templates", answer=TemplatePage, roles=ADMIN, query=QUERY)
    async def page(self, request: Request) -> Response:
        """Every kind of email."""
        who = await actor(request, "admin")
        query = asked(request, sorts=("title",))
        changed = await self._library.changed(who)
        tag = language(request)
        kinds = [kind_json(each, tag) for each in KINDS.values()]
        found = matching(kinds, query, lambda each: each.values())
        found.sort(key=lambda each: each["title"].casefold(), reverse=query.descending)
        items = [
            {**each, "changed": sorted(tag for kind, tag in changed if kind == each["kind"])}
            for each in found
        ]
        if query.as_csv:
            columns = ("kind", "title", "description", "changed")
            rows = ([each[column] for column in columns] for each in items)
            return csv_file("email-templates", columns, rows)
        total = len(items)
        return answer(
            {"items": items, "cursor": None, "total": total, "languages": list(languages())}
        )

    @operation("Read an email template", answer=ShownTemplate, roles=ADMIN, query=(LANGUAGE,))
    async def get(self, request: Request) -> Response:
        """Its text in one language, and what may stand in it."""
        who = await actor(request, "admin")
        template = await self._library.get(who, named(request, "kind"), _language(request))
        return answer(template_json(template, language(request)))

    @operation(
        "Change an email template",
        body=PutTemplate,
        answer=ShownTemplate,
        roles=ADMIN,
        query=(LANGUAGE,),
    )
    async def put(self, request: Request) -> Response:
        """Its text in one language; faults are told with the field and the line."""
        who = await actor(request, "admin")
        who.check(Module.EMAIL)
        allow_body(request, LARGEST_BODY)
        body = await read(request, PutTemplate)
        try:
            template = await self._library.put(
                who,
                named(request, "kind"),
                _language(request),
                Source(body.subject, body.text, body.html),
                body.version,
            )
        except TemplateFaulty as faulty:
            raise _told(faulty, language(request)) from None
        return answer(template_json(template, language(request)))

    @operation("Restore an email template", answer=ShownTemplate, roles=ADMIN, query=(LANGUAGE,))
    async def restore(self, request: Request) -> Response:
        """Use the product's own text in one language again."""
        who = await actor(request, "admin")
        template = await self._library.restore(who, named(request, "kind"), _language(request))
        return answer(template_json(template, language(request)))

    @operation(
        "Preview an email template",
        body=EmailTemplateForm,
        answer=ShownPreview,
        roles=ADMIN,
        query=(LANGUAGE,),
    )
    async def preview(self, request: Request) -> Response:
        """Three texts with sample values; nothing is kept but the page, for a few minutes."""
        who = await actor(request, "admin")
        who.check(Module.EMAIL, "view")
        allow_body(request, LARGEST_BODY)
        body = await read(request, EmailTemplateForm)
        tag = _language(request)
        kind = self._library.known(named(request, "kind"), tag)
        source = Source(body.subject, body.text, body.html)
        try:
            check(kind, source)
        except TemplateFaulty as faulty:
            raise _told(faulty, language(request)) from None
        rendered = self._writing.sample(kind, source, tag)
        return answer(
            {
                "subject": rendered.subject,
                "text": rendered.text,
                "html": rendered.html,
                "page": self._previews.keep(rendered.html),
            }
        )


def _language(request: Request) -> str:
    tag = word(request, "language") or SOURCE_LANGUAGE
    if tag not in languages():
        raise NotFound
    return tag


def _told(faulty: TemplateFaulty, language: str) -> Invalid:
    found = [
        {"field": each.field, "line": each.line, "message": fault_text(each, language)}
        for each in faulty.faults
    ]
    return Invalid(fault_fields(faulty.faults, language), faults=found)


def _wanted(query: Asked) -> Wanted:
    states = tuple(each for each in query.filters.get("state", "").split(",") if each)
    kind = query.filters.get("kind", "")
    if any(each not in STATES for each in states) or (kind and kind not in KINDS):
        field = "kind" if kind and kind not in KINDS else "state"
        raise Invalid({field: N_("This is none of the choices.")})
    after = None
    if query.cursor:
        (form, at_ms), ident = read_cursor(query.cursor)
        if form != 1:
            raise Invalid({"cursor": BAD_CURSOR})
        after = (int(at_ms), ident)
    return Wanted(query.search, states, kind, query.descending, after)


def _row(shown: dict[str, Any]) -> list[object]:
    to = shown["to"]
    flat = {**shown, "address": to["address"], "name": to["name"]}
    return [flat[column] for column in COLUMNS]
