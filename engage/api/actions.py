"""What every action is given, and how its answers are made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from engage.api.documents import Document
from engage.api.status import Refused, Status, bad_value, missing
from engage.api.values import BadValue, text_of
from engage.system.actor import Actor, Module, Rights

if TYPE_CHECKING:
    from engage.api.model import ApiUser

RIGHTS = Rights(
    MappingProxyType(
        {
            Module.EXTENSIONS: "edit",
            Module.QUEUES: "edit",
            Module.EXTENSION_GROUPS: "view",
            Module.WAVE_PRIVILEGES: "view",
            Module.TRUNKS: "edit",
            Module.OUTBOUND_ROUTES: "edit",
            Module.INBOUND_ROUTES: "edit",
            Module.PIN_GROUPS: "edit",
            Module.PAGING_GROUPS: "edit",
            Module.WAKE_UPS: "edit",
            Module.PMS: "edit",
            Module.IVRS: "edit",
            Module.BROADCAST: "edit",
            Module.CALL_HISTORY: "view",
            Module.RECORDINGS: "view",
            Module.ACTIVE_CALLS: "edit",
            Module.SUPERVISION: "edit",
        }
    )
)
"""What the actions of the API reach; single ones are denied to a user by its account."""

NEED_APPLY: Mapping[str, Any] = MappingProxyType({"need_apply": "yes"})


@dataclass(frozen=True, slots=True)
class Caller:
    """The program that asks: its account, its cookie, and where it is."""

    user: ApiUser
    cookie: str
    actor: Actor


Parameters = Mapping[str, Any]
Answer = Mapping[str, Any] | Document
Handler = Callable[[Caller, Parameters], Awaitable[Answer]]


class Actions(Protocol):
    """Actions about one kind of thing."""

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """What each does, by its name in lower case."""
        ...


def actor_of(user: str, address: str) -> Actor:
    """An API user as services and the operation log know it."""
    return Actor(f"api:{user}", address, RIGHTS)


def required(parameters: Parameters, name: str, *others: str) -> str:
    """A text that must be there, under the first of its names that is.

    Raises:
        Refused: -1 when it is missing or empty, -15 when it is no text.
    """
    for each in (name, *others):
        if parameters.get(each) is None:
            continue
        try:
            text = text_of(parameters[each])
        except BadValue as bad:
            raise bad_value(each, bad.text) from None
        if text:
            return text
    raise missing(name)


def refused(status: Status, text: str, **extra: Any) -> Refused:
    """A refusal with further members in its response."""
    return Refused(status, text, extra=extra)
