"""Two legs of each call joined by the user agent core: call signalling, no media.

    python -m bench.sip_relay --port 25064 [--uas 127.0.0.1:5070]

Whoever calls is connected to the callee at --uas: both legs are dialogs of their own, and what one
side says reaches the other. It costs what `bench/reference/sip_bench.py call` measures.
"""

from __future__ import annotations

import argparse
import asyncio
import os
from typing import TYPE_CHECKING

import uvloop

from engage.processes.part import settle
from pbxcore.net.desk import Desk
from pbxcore.net.user_agent import AsyncUserAgent
from pbxcore.sip.agent.listener import CallListener, Ending

if TYPE_CHECKING:
    from pbxcore.sip.agent.call import Call
    from pbxcore.sip.agent.incoming_call import IncomingCall
    from pbxcore.sip.agent.outgoing_call import OutgoingCall
    from pbxcore.sip.message import Response
    from pbxcore.sip.user_agent import UserAgent


class Caller(CallListener):
    """The leg of whoever called."""

    callee: Call | None = None

    def ended(self, call: Call, ending: Ending) -> None:
        """Hung up: the other one too."""
        if self.callee is not None:
            self.callee.hang_up()


class Callee(CallListener):
    """The leg to whoever is called."""

    def __init__(self, caller: IncomingCall, other: Caller) -> None:
        self._caller = caller
        self._other = other

    def rang(self, call: Call | None, response: Response) -> None:
        """It rings there, so it rings here."""
        self._caller.ring(response.status)

    def described(self, call: Call, body: bytes, *, final: bool) -> None:
        """Answered: with the same session."""
        if final:
            self._other.callee = call
            self._caller.accept(body)

    def ended(self, call: Call, ending: Ending) -> None:
        """Hung up there."""
        self._other.callee = None
        self._caller.hang_up()

    def failed(self, invitation: OutgoingCall, status: int, response: Response | None) -> None:
        """Nobody answered."""
        self._caller.refuse(status)


class Relay(Desk):
    """Connects every caller with the callee; tells by OPTIONS that it is there."""

    def __init__(self, agent: UserAgent, callee: bytes) -> None:
        super().__init__()
        self._agent = agent
        self._callee = callee

    def invited(self, call: IncomingCall) -> None:
        """Call on."""
        call.listener = caller = Caller()
        self._agent.invite(self._callee, Callee(call, caller), body=call.offer)


async def serve(port: int, uas: str) -> None:
    """Serve until killed."""
    async with AsyncUserAgent(f"sip:uac@127.0.0.1:{port}", port=port, reliable=False) as agent:
        agent.agent.application = Relay(agent.agent, f"sip:uas@{uas}".encode())
        settle()
        print(f"serving on 127.0.0.1:{port}, pid {os.getpid()}", flush=True)
        await asyncio.Event().wait()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=25064)
    parser.add_argument("--uas", default="127.0.0.1:5070")
    options = parser.parse_args()
    uvloop.run(serve(options.port, options.uas))


if __name__ == "__main__":
    main()
