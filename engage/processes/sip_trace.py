"""`engage sip trace`: what the command line asks of the PBX's trace, part by part."""

from __future__ import annotations

import time
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from pbxcore.commands import Trace, TraceShown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from engage.telephony.model import PbxPort

FOLLOW_S = 0.5
"""How often somebody who follows is shown what is new."""
PBX_WITHIN_S = 5.0


class SipTrace(msgspec.Struct, frozen=True, tag="sip trace"):
    """Ask for the last SIP messages after one, of a call or a peer's address if given."""

    call_id: str = ""
    address: str = ""
    form: Literal["text", "pcap", "ladder"] = "text"
    bodies: bool = False
    after: int = 0


async def carry_out(pbx: PbxPort, command: SipTrace) -> dict[str, Any]:
    """Ask the PBX.

    Raises:
        Unavailable: it is away.
    """
    asked = Trace(command.after, command.call_id, command.address, command.form, command.bodies)
    reply = await pbx.request(asked, PBX_WITHIN_S)
    if not isinstance(reply, TraceShown):
        raise TypeError(f"unexpected reply {type(reply).__name__}")
    return {"shown": b64encode(reply.shown).decode(), "last": reply.last, "more": reply.more}


def parts(
    ask: Callable[[SipTrace], dict[str, Any]], command: SipTrace, *, follow: bool
) -> Iterator[bytes]:
    """What there is, then, for those who follow, what comes; blocks while nothing does.

    Args:
        ask: has one command carried out by the running server.
        command: what is asked for.
        follow: go on until interrupted.
    """
    while True:
        answer = ask(command)
        shown = b64decode(answer["shown"])
        if shown:
            yield shown
        command = msgspec.structs.replace(command, after=answer["last"])
        if answer["more"]:
            continue
        if not follow:
            return
        time.sleep(FOLLOW_S)
