"""A leg sends a fax to the PBX itself: by which stream, and who is told of the end.

Machines of providers often wait for whoever is called to propose datagrams (T.38); where they are
refused, sound goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.calls.faxing import PACKETS, PLAIN, speaks_plainly
from pbxcore.media.commands import ReceiveFax, StopFax

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.apps.steps import TakeFax
    from pbxcore.calls.leg import Leg
    from pbxcore.media.commands import FaxEnded


class TakingFax:
    """One fax of one leg.

    What came is told of in any case: the leg may hang up once its last page is acknowledged.
    """

    def __init__(self, leg: Leg, step: TakeFax, then: Callable[[FaxEnded], None]) -> None:
        self._leg, self._step, self._then = leg, step, then
        self._anchor, self._faxes = leg.call.context.anchor, leg.call.context.facilities.faxes
        self._stream = self._name = ""
        self._proposed = self._moves = self._ended = False

    def begin(self) -> None:
        """Let the other machine send; without a worker it is over at once."""
        leg = self._leg
        if not speaks_plainly(leg):
            leg.call.renegotiating.ask_for(leg, PLAIN)
        self._begin()
        if self._ended:
            return
        if leg.is_machine:
            self.heard_machine()
        else:
            leg.session.listen_for_fax(wanted=self._may_propose)

    @property
    def takes_packets(self) -> bool:
        """Whether its machine may send by datagrams."""
        return self._step.terms.packets and self._leg.session.takes_fax

    def heard_machine(self) -> None:
        """It is a machine, and from outside: datagrams suit it better, if it knows them."""
        if self._may_propose:
            self._proposed = True
            self._leg.session.listen_for_fax(wanted=False)
            self._leg.call.renegotiating.ask_for(self._leg, PACKETS)

    def follow(self) -> None:
        """The leg's session is another: a line of its own for datagrams has another stream.

        It goes on there once the file is closed here, since both have the same; not where pages
        have come, which a machine that begins anew would overwrite.
        """
        if self._leg.session.fax_stream != self._stream and not self._moves:
            self._moves = True
            self._anchor.ask(StopFax(self._name))

    def stop(self) -> None:
        """Receive no more; what came is told of."""
        self._moves = False
        self._leg.session.listen_for_fax(wanted=False)
        self._anchor.ask(StopFax(self._name))

    @property
    def _may_propose(self) -> bool:
        spoken = self._leg.session.codec != "T.38"
        return bool(self._leg.trunk) and self.takes_packets and spoken and not self._proposed

    def _begin(self) -> None:
        stream = self._stream = self._leg.session.fax_stream
        wanted = ReceiveFax("", stream, self._step.arrival.path, self._step.terms)
        self._name = self._anchor.receive_fax(wanted, self._over)

    def _over(self, ended: FaxEnded) -> None:
        moves, self._moves = self._moves, False
        if moves and not self._faxes.pages(self._step.arrival):
            self._begin()
        else:
            self._ended = True
            self._faxes.ended(self._step.arrival, ended)
            self._then(ended)
