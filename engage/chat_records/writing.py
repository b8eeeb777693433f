"""A chat written down: as lines of text, or as a page that needs nothing but itself. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING, Any

from engage.errors import N_
from engage.i18n import direction
from engage.livechat.wording import SAID, called, said, sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import tzinfo

    from engage.chat_records.model import Record
    from engage.livechat.model import Consent


@dataclass(frozen=True, slots=True)
class Page:
    """In which language and time zone it is written."""

    language: str
    zone: tzinfo

    def at(self, at_ms: int) -> str:
        """A moment."""
        return (
            f"{datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(self.zone):%Y-%m-%d %H:%M:%S}"
        )

    def say(self, message: str, **values: object) -> str:
        """A sentence, its places filled."""
        return sentence(message, self.language, **values)


def as_text(
    record: Record, consent: Consent | None, events: Iterable[dict[str, Any]], page: Page
) -> str:
    """A line for each message, and what it is about before them."""
    head = [f"{name}: {value}" for name, value in _head(record, consent, page)]
    lines = []
    for event in events:
        if words := _words(event, page):
            who = event["author"]["name"] if event["kind"] in SAID else ""
            lines.append(f"[{_moment(event, page)}] " + (f"{who}: {words}" if who else words))
    return "\n".join([*head, "", *lines]) + "\n"


def as_html(
    record: Record, consent: Consent | None, events: Sequence[dict[str, Any]], page: Page
) -> str:
    """A document with its own style, fit to be printed; what people wrote is text in it."""
    title = f"{record.livechat.name} #{record.inquiry.number}"
    head = "".join(
        f"<dt>{escape(name)}</dt><dd><bdi>{escape(value)}</bdi></dd>"
        for name, value in _head(record, consent, page)
    )
    lines = "".join(_line(event, page) for event in events)
    way = direction(page.language)
    return (
        f'<!doctype html><html lang="{escape(page.language)}" dir="{way}"><head>'
        f'<meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style></head>'
        f"<body><main><h1><bdi>{escape(title)}</bdi></h1><dl>{head}</dl>"
        f"<ol>{lines}</ol></main></body></html>\n"
    )


_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;color:#1b1f24;background:#fff;margin:2rem}"
    "main{max-width:46rem;margin:auto}h1{font-size:1.4rem}"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dt{color:#57606a}"
    "dd{margin:0}ol{list-style:none;padding:0}li{margin:.7rem 0;padding:.5rem .8rem;"
    "border:1px solid #d0d7de;border-radius:.5rem}li p{margin:.2rem 0 0;white-space:pre-wrap;"
    "overflow-wrap:anywhere}.visitor{background:#f6f8fa}.note{background:#fff8c5}"
    ".fact{border:0;padding:0;color:#57606a;text-align:center}time{color:#57606a}"
)


def _line(event: dict[str, Any], page: Page) -> str:
    words = _words(event, page)
    if not words:
        return ""
    at = f'<time datetime="{escape(event["at"])}">{_moment(event, page)}</time>'
    if event["kind"] not in SAID:
        return f'<li class="fact">{at} {escape(words)}</li>'
    kind = "note" if event["kind"] == "note" else event["author"]["kind"]
    name = escape(event["author"]["name"])
    return (
        f'<li class="{escape(kind)}"><strong><bdi>{name}</bdi></strong> {at}'
        f'<p dir="auto">{escape(words)}</p></li>'
    )


def _head(record: Record, consent: Consent | None, page: Page) -> Iterator[tuple[str, str]]:
    inquiry, visitor, ended_ms = record.inquiry, record.visitor, record.found.ended_at_ms
    given = [visitor.name, visitor.details.email, visitor.details.phone]
    yield page.say(N_("Live Chat")), f"{record.livechat.name} #{inquiry.number}"
    yield page.say(N_("Visitor")), ", ".join(filter(None, given))
    if inquiry.owner_name:
        yield page.say(N_("Agent")), inquiry.owner_name
    yield page.say(N_("Began")), page.at(inquiry.queued_at_ms)
    if ended_ms is not None:
        yield page.say(N_("Ended")), page.at(ended_ms)
    if inquiry.page_url:
        yield page.say(N_("Page")), inquiry.page_url
    if inquiry.rating is not None:
        yield page.say(N_("Rating")), f"{inquiry.rating}/5"
    if record.outcome.disposition:
        yield page.say(N_("Disposition")), record.outcome.disposition
    if record.outcome.tags:
        yield page.say(N_("Tags")), ", ".join(record.outcome.tags)
    if consent is not None:
        yield page.say(N_("Consent given")), page.at(consent.at_ms)


def _moment(event: dict[str, Any], page: Page) -> str:
    return f"{datetime.fromisoformat(event['at']).astimezone(page.zone):%Y-%m-%d %H:%M:%S}"


def _words(event: dict[str, Any], page: Page) -> str:
    """What it says; nothing where only programs are meant."""
    if words := said(event, page.language) or called(event, page.language):
        return words
    match event["kind"]:
        case "assigned":
            return page.say(N_("{name} joined the chat."), name=event["agent"]["name"])
        case "survey":
            stars = page.say(N_("Rating")) + f": {event.get('rating', 0)}/5"
            return f"{stars} “{event['comment']}”" if event.get("comment") else stars
        case "state":
            return _state(event, page)
    return ""


def _state(event: dict[str, Any], page: Page) -> str:
    match event.get("state"):
        case "ended":
            return page.say(N_("The chat has ended."))
        case "missed" if event.get("reason") == "timeout":
            return page.say(N_("Nobody could answer in time."))
        case "missed":
            return page.say(N_("The visitor left before anybody answered."))
        case "transferring":
            to = event.get("to", {}).get("name", "")
            by = event["author"]["name"]
            return page.say(N_("{by} offered this chat to {name}."), by=by, name=to)
    return ""
