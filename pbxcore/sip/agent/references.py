"""REFER at work within one dialog: what the peer asked of us, and what we asked of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.checks import read_cseq
from pbxcore.sip.dialogs.refer import (
    Notify,
    Progress,
    Reference,
    ReferNotifier,
    ReferSubscriber,
    read_reference,
)
from pbxcore.sip.grammar import parameters

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.sip.agent.peer import Peer
    from pbxcore.sip.flow import Flow
    from pbxcore.sip.message import Request, Response
    from pbxcore.sip.transactions.incoming import Incoming

MOST_AT_ONCE = 8
"""References open in one dialog; more get 503."""


class Referral:
    """The peer's wish that we call somebody: to be accepted or refused, now or later."""

    def __init__(self, references: References, incoming: Incoming, reference: Reference) -> None:
        self._references = references
        self._incoming: Incoming | None = incoming
        self._notifier: ReferNotifier | None = None
        self.reference = reference

    @property
    def pending(self) -> bool:
        """Whether it is neither accepted nor refused yet."""
        return self._incoming is not None

    @property
    def deadline(self) -> float | None:
        """When the subscription expires."""
        return None if self._notifier is None else self._notifier.deadline

    @property
    def notifier(self) -> ReferNotifier | None:
        """What the peer is told; None when it wants to hear nothing, or was refused."""
        return self._notifier

    def accept(self) -> None:
        """Say 202; the peer hears how it goes, if it wants to."""
        incoming, self._incoming = self._incoming, None
        if incoming is None:
            return
        peer = self._references.peer
        contact = peer.contact(incoming.flow)
        if not self.reference.subscribes:
            incoming.answer(202, lines=[contact, b"Refer-Sub: false"])
            self._references.drop(self)
            return
        incoming.answer(202, lines=[contact])
        now = peer.core.now()
        first = self._references.count == 1
        self._notifier = ReferNotifier(self.reference.id, now, first_in_dialog=first)
        self._tell(self._notifier.start(now))

    def refuse(self, status: int = 603) -> None:
        """Do not call."""
        incoming, self._incoming = self._incoming, None
        if incoming is not None:
            incoming.answer(status)
            self._references.drop(self)

    def progress(self, status: int, reason: str = "") -> None:
        """The call that was asked for got this response; a final one ends the matter."""
        if self._notifier is not None:
            self._tell(self._notifier.progress(status, reason, self._references.peer.core.now()))

    def stop(self) -> None:
        """The peer wants to hear no more."""
        if self._notifier is not None:
            self._tell(self._notifier.stop())

    def tick(self, now: float) -> None:
        """Let time pass."""
        if self._notifier is not None:
            self._tell(self._notifier.tick(now))

    def _tell(self, outputs: list[Notify]) -> None:
        for each in outputs:
            self._references.peer.ask(b"NOTIFY", self._heard, each.lines, each.body)
        if self._notifier is not None and self._notifier.ended:
            self._references.drop(self)
        self._references.moved()

    def _heard(self, status: int, _response: Response | None) -> None:
        if status >= 300 and self._notifier is not None:
            self._notifier.lost()
            self._references.drop(self)


class References:
    """All references of one dialog.

    Args:
        peer: the dialog's other end.
        moved: called when the deadline may have come closer.
    """

    def __init__(self, peer: Peer, moved: Callable[[], None]) -> None:
        self.peer = peer
        self.moved = moved
        self.count = 0
        """REFERs the peer has sent in all: NOTIFYs of the first need no id (RFC 3515 §2.4.6)."""
        self._taken: list[Referral] = []
        self._asked: list[_Asked] = []

    @property
    def deadline(self) -> float | None:
        """When some reference is due."""
        if not self.open:
            return None
        both = [each.deadline for each in self._taken]
        both += [each.subscriber.deadline for each in self._asked]
        return min((each for each in both if each is not None), default=None)

    @property
    def open(self) -> bool:
        """Whether somebody still wants to hear something."""
        return bool(self._taken or self._asked)

    def ask(self, lines: tuple[bytes, ...], told: Callable[[Progress], None]) -> None:
        """Send a REFER; `told` hears how the call goes, last of all something final."""
        asked = _Asked(told)

        def heard(status: int, response: Response | None) -> None:
            outputs = asked.subscriber.answered(status, response, self.peer.core.now())
            self._told(asked, outputs)
            self.moved()

        errand = self.peer.errand(b"REFER", heard, lines)
        errand.on_sent = asked.sent
        self._asked.append(asked)
        errand.start()

    def receive_refer(self, incoming: Incoming) -> Referral:
        """Take a REFER.

        Raises:
            RemoteProtocolError: 400, 416; 503: too many are open.
        """
        reference = read_reference(incoming.request, incoming.head.cseq)
        if len(self._taken) >= MOST_AT_ONCE:
            raise RemoteProtocolError(503, "", (b"Retry-After: 10",))
        self.count += 1
        referral = Referral(self, incoming, reference)
        self._taken.append(referral)
        return referral

    def receive_notify(self, incoming: Incoming) -> None:
        """Take a NOTIFY of the event `refer`.

        Raises:
            RemoteProtocolError: 481: it belongs to no REFER of ours; 400: it is malformed.
        """
        asked = self._asked_in(incoming.request)
        outputs = asked.subscriber.notified(incoming.request, self.peer.core.now())
        incoming.answer(200)
        self._told(asked, outputs)
        self.moved()

    def receive_subscribe(self, incoming: Incoming) -> None:
        """Take a SUBSCRIBE of the event `refer`: it can only end what REFER began.

        Raises:
            RemoteProtocolError: 481: it belongs to no REFER of the peer; 403: it begins another.
        """
        event = incoming.request.get(b"event") or b""
        _, semicolon, tail = event.partition(b";")
        named = parameters(semicolon + tail).get(b"id")
        for each in self._taken:
            if each.notifier and (named is None or named == b"%d" % each.reference.id):
                if incoming.request.get(b"expires") != b"0":
                    raise RemoteProtocolError(403, "Subscriptions End With Their Reference")
                contact = self.peer.contact(incoming.flow)
                incoming.answer(200, lines=[contact, b"Expires: 0"])
                each.stop()
                return
        raise RemoteProtocolError(481)

    def tick(self, now: float) -> None:
        """Let time pass."""
        for each in list(self._taken):
            each.tick(now)
        for asked in list(self._asked):
            self._told(asked, asked.subscriber.tick(now))

    def end(self) -> None:
        """The dialog cannot be spoken in any more."""
        self._taken.clear()
        for asked in list(self._asked):
            self._told(asked, [Progress(0, "", final=True)])

    def drop(self, referral: Referral) -> None:
        """A reference is done."""
        if referral in self._taken:
            self._taken.remove(referral)
            self.moved()

    def _asked_in(self, notify: Request) -> _Asked:
        """Which REFER a NOTIFY tells of: the one its `id` names, else the oldest."""
        _, semicolon, tail = (notify.get(b"event") or b"").partition(b";")
        named = parameters(semicolon + tail).get(b"id")
        for each in self._asked:
            if named is None or named == b"%d" % each.number:
                return each
        raise RemoteProtocolError(481)

    def _told(self, asked: _Asked, outputs: list[Progress]) -> None:
        for each in outputs:
            if each.final and asked in self._asked:
                self._asked.remove(asked)
            asked.told(each)


class _Asked:
    """A REFER of ours; its number changes when a challenge makes us send it again."""

    __slots__ = ("number", "subscriber", "told")

    def __init__(self, told: Callable[[Progress], None]) -> None:
        self.number = 0
        self.subscriber = ReferSubscriber()
        self.told = told

    def sent(self, request: Request, _flow: Flow) -> None:
        self.number, _ = read_cseq(request.get(b"cseq") or b"")
