"""The protocol's statuses, and the refusal that carries one."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from engage.calls.control import CallRefused
from engage.dialplan.model import ObjectNameTaken
from engage.errors import (
    N_,
    Conflict,
    EngageError,
    Forbidden,
    Invalid,
    NotFound,
    TextRefused,
    TooLarge,
    TooMany,
    Unavailable,
)
from engage.people.model import NameTaken
from engage.system.editing import InUse
from engage.telephony.trunk_model import TrunkNameTaken

if TYPE_CHECKING:
    from collections.abc import Mapping


class Status(IntEnum):
    """Programs look statuses up in a table and fail on any other: never invent one."""

    SUCCESS = 0
    INVALID_PARAMETERS = -1
    NO_COOKIE = -6
    TIMEOUT = -8
    INTERNAL = -9
    INVALID_VALUE = -15
    NOT_FOUND = -16
    NOT_SUPPORTED = -19
    OPERATION_FAILED = -24
    UPDATE_FAILED = -25
    READ_FAILED = -26
    WRONG_CREDENTIALS = -37
    CHANGED_MEANWHILE = -43
    EXISTS = -44
    NO_PERMISSION = -47
    FORBIDDEN_CHARACTERS = -50
    TOO_OFTEN = -57
    LOCKED_OUT = -68
    LOGIN_FORBIDDEN = -70


@dataclass(frozen=True, slots=True)
class Reason:
    """What is wrong with a value: a message id, and what fills its named places."""

    text: str
    params: Mapping[str, object] = field(default_factory=dict)


class Refused(Exception):
    """A request that is answered with a status other than 0.

    `text` tells people why: a message id whose named places `params` fill, where a `Reason` is a
    message of its own. `extra` are further members of the response.
    """

    def __init__(
        self,
        status: Status,
        text: str,
        params: Mapping[str, object] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(status.name)
        self.status, self.text = status, text
        self.params, self.extra = dict(params or {}), dict(extra or {})


STATUS_OF: Mapping[type[EngageError], Status] = {
    NameTaken: Status.EXISTS,
    ObjectNameTaken: Status.EXISTS,
    TrunkNameTaken: Status.EXISTS,
    InUse: Status.OPERATION_FAILED,
    CallRefused: Status.OPERATION_FAILED,
    Conflict: Status.CHANGED_MEANWHILE,
    NotFound: Status.NOT_FOUND,
    Forbidden: Status.NO_PERMISSION,
    TextRefused: Status.FORBIDDEN_CHARACTERS,
    Invalid: Status.INVALID_VALUE,
    TooLarge: Status.INVALID_PARAMETERS,
    TooMany: Status.TOO_OFTEN,
    EngageError: Status.INTERNAL,
}


def status_of(error: EngageError, *, changes: bool) -> Status:
    """What an error of ours is in the protocol; `changes` tells what failed with the database."""
    if isinstance(error, Unavailable):
        return Status.UPDATE_FAILED if changes else Status.READ_FAILED
    return next(STATUS_OF[each] for each in type(error).__mro__ if each in STATUS_OF)


def missing(name: str) -> Refused:
    """A parameter that must be there is not."""
    text = N_("The parameter %(name)s is missing.")
    return Refused(Status.INVALID_PARAMETERS, text, {"name": name})


def unknown(name: str, value: str) -> Refused:
    """What a parameter names does not exist."""
    text = N_("%(name)s %(value)s does not exist.")
    return Refused(Status.NOT_FOUND, text, {"name": name, "value": value})


def bad_value(
    name: str,
    reason: str,
    params: Mapping[str, object] | None = None,
    status: Status = Status.INVALID_VALUE,
) -> Refused:
    """A parameter's value cannot be taken."""
    text = N_("The value of %(name)s cannot be taken: %(reason)s")
    return Refused(status, text, {"name": name, "reason": Reason(reason, params or {})})
