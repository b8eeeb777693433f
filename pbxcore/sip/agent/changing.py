"""Our own changes of a call's session: re-INVITE, UPDATE, and what their answers mean."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.agent.acknowledgement import Acknowledgement
from pbxcore.sip.agent.description import described
from pbxcore.sip.checks import read_cseq
from pbxcore.sip.dialogs.modification import Modifications, Wish
from pbxcore.sip.dialogs.offer_answer import Carrier, Side
from pbxcore.sip.dialogs.reliable import ReliableReceiver, is_reliable

if TYPE_CHECKING:
    from pbxcore.sip.agent.call import Call
    from pbxcore.sip.message import Response

log = logging.getLogger(__name__)


class Changing:
    """Asks for changes, one at a time, each when it is our turn."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._machine = Modifications(call.core.chance, ours=call.dialog.ours)
        self._acknowledgement: Acknowledgement | None = None
        self._reliable = ReliableReceiver()
        self._method = Carrier.INVITE
        self._update_works = True
        self._untold = False
        """Whether the peer has not heard yet who is at our end."""
        self._telling = False
        """Whether what is being asked for tells it."""
        self._tell_at: float | None = None

    @property
    def deadline(self) -> float | None:
        """When a change is asked for again, or told who is at our end."""
        return self._machine.deadline if self._tell_at is None else self._tell_at

    @property
    def inviting(self) -> bool:
        """Whether an INVITE of ours has no final answer yet."""
        return self._machine.asked is not None and self._method is Carrier.INVITE

    def want(self, wish: Wish) -> None:
        """Ask for this, at once or as soon as it is our turn."""
        self._machine.want(wish)
        self.go_on()

    def refresh(self) -> None:
        """Tell the peer that we are still there (RFC 4028 §7.4): by UPDATE if it knows it."""
        body = b"" if self._updates else self._call.exchange.agreed.get(Side.LOCAL, b"")
        self.want(Wish(body, refresh=True))

    def present(self) -> None:
        """Tell the peer who is at our end now: whatever we ask for next does, or an UPDATE.

        That waits for the next tick, since a change of the session often comes with it.
        """
        self._untold, self._tell_at = True, self._call.core.now()

    def go_on(self) -> None:
        """Ask for what waits, if it is our turn now."""
        call = self._call
        self._tell_at = None
        early = call.dialog.early
        if self._untold and self._updates and not early and self._machine.idle:
            self._machine.want(Wish(b"", refresh=True, by_update=True))
        carrier = Carrier.UPDATE if early else Carrier.INVITE
        free = not call.answering_open and call.exchange.may_offer(carrier) and not call.ended
        wish = self._machine.take(call.core.now(), free=free)
        if wish is None:
            return
        update = early or (wish.refresh and self._updates)
        if wish.by_update and not update:  # it knew UPDATE when this was wished
            self._machine.settled()
            return
        self._method = Carrier.UPDATE if update else Carrier.INVITE
        if self._method is Carrier.INVITE or wish.body:
            call.exchange.send(self._method, wish.body)
        self._telling, self._untold = self._untold, False
        told = (*call.timer.request_lines(), *call.presents, *wish.lines)
        lines = (*call.core.abilities(), *told, *described(wish.body))
        if update:
            call.ask(b"UPDATE", self._update_answered, lines, wish.body)
            return
        self._reliable = ReliableReceiver()
        errand = call.errand(b"INVITE", self._invite_heard, lines, wish.body)
        self._acknowledgement = Acknowledgement(call, errand, call.dialog.local_seq)
        errand.on_sent = self._acknowledgement.sent
        errand.start()

    def acknowledge_again(self, response: Response) -> bool:
        """A 2xx came after its transaction had ended; whether it was to our last re-INVITE."""
        last = self._acknowledgement
        if last is None or read_cseq(response.get(b"cseq") or b"")[0] != last.cseq:
            return False
        last.repeat()
        return True

    def stop(self) -> None:
        """The call is over."""
        self._machine.clear()
        self._untold, self._tell_at = False, None

    @property
    def _updates(self) -> bool:
        return self._update_works and b"UPDATE" in self._call.allows

    def _update_answered(self, status: int, response: Response | None) -> None:
        call = self._call
        if call.ended:  # it crossed our BYE, and nothing may begin anew
            return
        if response is None or status >= 300:
            call.exchange.refused(Carrier.UPDATE)
            self._refused(status, response)
            return
        try:
            call.take(Carrier.UPDATE_SUCCESS, response)
            call.timer.accepted(response, call.core.now())
            call.dialog.refresh(response)
        except RemoteProtocolError:
            call.exchange.refused(Carrier.UPDATE)
            status = 488
        self._settled(status)

    def _invite_heard(self, status: int, response: Response | None) -> None:
        call, last = self._call, self._acknowledgement
        if response is not None and status < 200:
            self._provisional(response)
        elif response is None or status >= 300:
            call.exchange.refused(Carrier.INVITE)
            self._refused(status, response)
        elif last is not None and last.made:
            last.repeat()
        elif last is not None:
            self._accepted(response, last)

    def _accepted(self, response: Response, last: Acknowledgement) -> None:
        call = self._call
        if call.ended:
            last.send(b"", ())
            return
        call.learn(response)
        try:
            call.dialog.refresh(response)
            call.timer.accepted(response, call.core.now())
            call.take(Carrier.SUCCESS, response, last.send)
        except RemoteProtocolError:  # what we cannot read we acknowledge, and leave (§14.1)
            last.send(b"", ())
            call.hang_up()
        self._settled(response.status)

    def _provisional(self, response: Response) -> None:
        try:
            reliable = is_reliable(response)
            rack = self._reliable.receive(response) if reliable else None
            if rack is not None or not reliable:
                self._call.learn(response)
                self._call.take_provisional(response, rack)
        except RemoteProtocolError as error:
            log.info("response not understood", extra={"why": str(error)})

    def _refused(self, status: int, response: Response | None) -> None:
        call, wish = self._call, self._machine.asked
        if status == 408 and wish is not None and wish.by_update:
            self._update_works = False  # it says it knows UPDATE: no reason to end a talk
            self._machine.settled()
            self.go_on()
            return
        if status in (408, 481):
            self._machine.settled()
            call.lost(status)  # §12.2.1.2: the dialog is gone at the other end
            return
        if wish is not None and not wish.by_update:
            self._untold |= self._telling  # what came with a refused change was refused as well
        if wish is not None and self._again(status, response, wish):
            return
        if self._machine.refused(response, call.core.now()):
            call.moved()
            return
        if wish is not None and not wish.refresh:
            call.listener.changed(call, status)
        self.go_on()

    def _again(self, status: int, response: Response | None, wish: Wish) -> bool:
        """Ask once more at once, in another way, after a refusal that says how."""
        try:
            longer = status == 422 and response is not None and self._call.timer.too_small(response)
        except RemoteProtocolError:
            return False
        if status in (405, 501) and self._method is Carrier.UPDATE and not self._call.dialog.early:
            self._update_works = False
            self._machine.settled()
            if wish.by_update:
                self.go_on()
            else:
                self.refresh()
            return True
        if longer:
            self._machine.settled()
            self.want(wish)
        return longer

    def _settled(self, status: int) -> None:
        wish = self._machine.asked
        self._machine.settled()
        if wish is not None and not wish.refresh:
            self._call.listener.changed(self._call, status)
        self.go_on()
        self._call.moved()
