"""Faxes as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel

from engage.identifiers import rfc3339

if TYPE_CHECKING:
    from engage.faxes.model import ReceivedFax


class ShownFax(BaseModel):
    """A fax; its pages are at `/v1/faxes/{id}/file`.

    `box` is the number it came for, `sender` what the machine gives as its own number; `incomplete`
    has the pages that came before it failed. `problem` is `no_fax`, `hung_up`, `transmission`,
    `disk`, `media_lost`, `interrupted` or empty; `detail` says it more precisely, in English.
    """

    id: str
    box: str
    call: str
    caller: str
    caller_name: str
    sender: str
    received_at: str
    seconds: float
    pages: int
    bit_rate: int
    state: Literal["received", "incomplete", "failed"]
    problem: str
    detail: str
    mailed: list[str]


class FaxPage(BaseModel):
    """A page of faxes; `cursor` asks for those after them, `total` counts all that match."""

    items: list[ShownFax]
    cursor: str | None
    total: int


def fax_json(fax: ReceivedFax) -> dict[str, Any]:
    """One fax."""
    return {
        "id": fax.id,
        "box": fax.box,
        "call": fax.call,
        "caller": fax.caller,
        "caller_name": fax.caller_name,
        "sender": fax.sender,
        "received_at": rfc3339(fax.received_at_ms),
        "seconds": fax.seconds,
        "pages": fax.pages,
        "bit_rate": fax.bit_rate,
        "state": fax.state,
        "problem": fax.problem,
        "detail": fax.detail,
        "mailed": [each for each in fax.mailed.split("; ") if each],
    }
