"""What the events of a chat say in words, for whoever keeps them as text. Pure."""

from __future__ import annotations

from typing import Any

from engage.errors import N_
from engage.i18n import translate

SAID = ("message", "file", "note")
"""Kinds of events that are somebody's own words; the others are facts."""


def sentence(message: str, language: str, **values: object) -> str:
    """A text of the catalogs, its places filled."""
    text = translate(message, language)
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


def said(event: dict[str, Any], language: str) -> str:
    """What somebody said; empty for facts, and where only programs are meant."""
    if event["kind"] not in SAID:
        return ""
    if event.get("deleted"):
        return sentence(N_("This message was deleted."), language)
    match event["kind"]:
        case "file":
            return sentence(N_("File: {name}"), language, name=event["file"]["name"])
        case "note":
            return f"({sentence(N_('Note'), language)}) {event.get('text', '')}"
        case _:
            return str(event.get("text", ""))


def called(event: dict[str, Any], language: str) -> str:
    """What became of a call; empty for other events."""
    if event["kind"] != "call":
        return ""
    match event.get("state"):
        case "asked":
            message, values = N_("{name} asked the visitor to talk."), {"name": _author(event)}
        case "declined":
            message, values = N_("The visitor would rather write."), {}
        case "started":
            message, values = N_("The visitor called."), {}
        case "answered":
            message = N_("{name} answered the call.")
            values = {"name": str(event["agent"]["name"])}
        case "ended":
            minutes, seconds = divmod(int(event.get("seconds", 0)), 60)
            message = N_("The call has ended after {time}.")
            values = {"time": f"{minutes}:{seconds:02d}"}
        case "missed":
            message, values = N_("A call of the visitor was missed."), {}
        case _:
            return ""
    return sentence(message, language, **values)


def _author(event: dict[str, Any]) -> str:
    return str(event["author"]["name"])
