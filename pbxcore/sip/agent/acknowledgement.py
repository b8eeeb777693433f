"""The ACK of a 2xx: a request of its own, sent again for each 2xx that comes again (§13.2.2.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.sip.agent.description import described
from pbxcore.sip.checks import read_cseq
from pbxcore.sip.dialogs.offer_answer import Carrier
from pbxcore.sip.message import build_request

if TYPE_CHECKING:
    from pbxcore.sip.agent.call import Call
    from pbxcore.sip.agent.errand import Errand
    from pbxcore.sip.flow import Flow
    from pbxcore.sip.message import Request


class Acknowledgement:
    """Acknowledges one INVITE of ours in one dialog."""

    def __init__(self, call: Call, errand: Errand, cseq: int) -> None:
        self._call = call
        self._errand = errand
        self._data = b""
        self._flow: Flow | None = None
        self.cseq = cseq
        self.made = False

    def sent(self, request: Request, flow: Flow) -> None:
        """The INVITE went out, maybe with another number after a challenge."""
        self.cseq, _ = read_cseq(request.get(b"cseq") or b"")
        self._call.flow = flow

    def send(self, body: bytes, lines: tuple[bytes, ...] = ()) -> None:
        """Make it and send it; `body` is the answer to an offer in the 2xx."""
        if self.made:
            return
        self.made = True
        call = self._call
        call.exchange.send(Carrier.ACK, body)
        draft = call.draft(b"ACK", cseq=self.cseq)
        # The INVITE's credentials go along, for a proxy cannot challenge an ACK (§22.1).
        more = (*self._errand.credentials, *lines, *described(body))

        def reached(flow: Flow | None) -> None:
            if flow is None:
                return  # the peer will send its 2xx again, then give up
            via = call.core.via(flow, call.core.layer.branch())
            self._flow = flow
            self._data = build_request(b"ACK", draft.uri, [via, *draft.lines, *more], body)
            self.repeat()

        call.core.router.way(draft.next_hop, call.flow).next(reached)

    def repeat(self) -> None:
        """Send it once more."""
        if self._flow is not None:
            self._call.core.layer.wire.send(self._data, self._flow, self._flow.port)
