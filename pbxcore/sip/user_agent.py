"""A user agent core, without I/O: calls and requests, in and out (RFC 3261 §8, §12 to §15).

It stands on a `TransactionLayer` and runs wherever that runs: on sockets, or in a simulation with a
clock of its own. An `Application` decides; `CallListener`s hear what becomes of each call.

agent = UserAgent(layer, UriRouter(wire, draw), Profile(b"<sip:alice@example.com>"), entropy)
layer.on_request = agent.receive
agent.invite(b"sip:bob@example.com", MyListener(), body=offer)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.address import Address, parse_address
from pbxcore.sip.agent.asked_reference import AskedReference
from pbxcore.sip.agent.call import Call
from pbxcore.sip.agent.conversation import Conversation
from pbxcore.sip.agent.core import Core
from pbxcore.sip.agent.ended import Ended
from pbxcore.sip.agent.errand import Errand
from pbxcore.sip.agent.incoming_call import IncomingCall
from pbxcore.sip.agent.outgoing_call import OutgoingCall
from pbxcore.sip.agent.outside import OutsideReference
from pbxcore.sip.agent.profile import ALLOW, UNDERSTOOD
from pbxcore.sip.agent.subscription import Notified, Subscription
from pbxcore.sip.dialogs.dialog import MAX_FORWARDS, dialog_id_of
from pbxcore.sip.dialogs.replaces import replaced
from pbxcore.sip.headers.dialog_reference import read_replaces
from pbxcore.sip.headers.option_tags import refuse_unknown
from pbxcore.sip.uri import without_headers

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.sip.agent.listener import CallListener
    from pbxcore.sip.agent.profile import Profile
    from pbxcore.sip.agent.references import Referral
    from pbxcore.sip.agent.route import Router, Way
    from pbxcore.sip.dialogs.dialog import DialogId
    from pbxcore.sip.dialogs.refer import Progress
    from pbxcore.sip.dialogs.reliable import Prack
    from pbxcore.sip.digest_client import Attempts
    from pbxcore.sip.flow import Flow
    from pbxcore.sip.headers.events import Event
    from pbxcore.sip.message import Request, Response
    from pbxcore.sip.transactions.incoming import Incoming
    from pbxcore.sip.transactions.layer import TransactionLayer

_IN_CALLS_ALONE: Final = frozenset((b"BYE", b"PRACK", b"UPDATE", b"INFO"))


class Application:
    """What a user agent is for. Each method does what is right for whoever does not care."""

    def invited(self, call: IncomingCall) -> None:
        """Somebody calls: set `call.listener`, then ring, accept or refuse, now or later."""
        call.refuse(486)

    def referred(self, referral: Referral) -> None:
        """Somebody asks us, outside of any call, to call somebody."""
        referral.refuse(603)

    def requested(self, incoming: Incoming) -> None:
        """A request came that belongs to no call; to be answered, now or later.

        Raises:
            RemoteProtocolError: the refusal to answer with.
        """
        raise RemoteProtocolError(405, "", (b"Allow: " + ALLOW,))


class UserAgent:
    """One user agent.

    Args:
        layer: its transactions; `layer.on_request` is to be `receive`.
        router: knows the way to a URI.
        profile: who we are.
        entropy: that many unguessable bytes.
        application: decides about what comes in.
        attempts: answers challenges; None: a 401 or 407 is the answer.
    """

    def __init__(
        self,
        layer: TransactionLayer,
        router: Router,
        profile: Profile,
        entropy: Callable[[int], bytes],
        application: Application | None = None,
        attempts: Attempts | None = None,
    ) -> None:
        self.core = Core(layer, router, profile, entropy, attempts)
        self.application = application or Application()
        self._invitations: dict[tuple[bytes, bytes], OutgoingCall] = {}
        self._subscriptions: dict[tuple[bytes, bytes], Subscription | AskedReference] = {}
        layer.on_ack = self._acknowledged
        layer.on_success = self._succeeded

    def __len__(self) -> int:
        """How many dialogs there are, those included that have just ended."""
        return len(self.core.dialogs)

    # Out

    def conversation(
        self,
        uri: bytes,
        *,
        from_: bytes = b"",
        to: bytes = b"",
        route: tuple[Address, ...] = (),
        hops: int = MAX_FORWARDS,
    ) -> Conversation:
        """Begin requests to a URI that share a Call-ID, such as a registration's."""
        core = self.core
        uri = without_headers(uri)
        return Conversation(
            uri,
            from_ or core.profile.address,
            to or b"<%b>" % uri,
            call_id=core.token(),
            tag=core.token(),
            route=route,
            hops=hops,
        )

    def request(
        self,
        method: bytes,
        conversation: Conversation,
        heard: Callable[[int, Response | None], None],
        *,
        lines: tuple[bytes, ...] = (),
        body: bytes = b"",
    ) -> None:
        """Send a request outside of any dialog; `heard` gets its final status.

        That is the response's, 408 for silence, or 503 when there is no way.
        """
        Errand(
            self.core,
            method,
            lambda: conversation.draft(method),
            heard,
            lines=lines,
            body=body,
        ).start()

    def invite(
        self,
        uri: bytes,
        listener: CallListener,
        *,
        body: bytes = b"",
        lines: tuple[bytes, ...] = (),
        from_: bytes = b"",
        to: bytes = b"",
        route: tuple[Address, ...] = (),
        hops: int = MAX_FORWARDS,
        way: Callable[[], Way] | None = None,
        attempts: Attempts | None = None,
        every_answer: bool = False,
        focus: bytes = b"",
        prack: Prack = "supported",
    ) -> OutgoingCall:
        """Call a URI; `body` is our offer, without one the callee makes it.

        `hops` is what is left of a call that was on its way before, `way` finds the flows where the
        caller knows better than the router, `attempts` answers the callee's challenges, `focus` is
        the user part of the conference that calls. `prack` says whether provisional responses may,
        or must, be reliable.
        """
        conversation = self.conversation(uri, from_=from_, to=to, route=route, hops=hops)
        outgoing = OutgoingCall(
            self.core,
            conversation,
            listener,
            body=body,
            lines=lines,
            every_answer=every_answer,
            way=way,
            attempts=attempts,
            focus=focus,
            prack=prack,
        )
        key = conversation.call_id, conversation.tag
        self._invitations[key] = outgoing
        outgoing.over = lambda: self._invitations.pop(key, None)
        outgoing.start()
        return outgoing

    def hang_up_all(self) -> None:
        """End every call, because we are about to stop."""
        for outgoing in list(self._invitations.values()):
            outgoing.cancel()
        for usage in self.core.dialogs:
            if isinstance(usage, Call):
                usage.hang_up()

    def subscribe(
        self,
        uri: bytes,
        event: Event,
        told: Callable[[Notified], None],
        *,
        lines: tuple[bytes, ...] = (),
        expires_s: int = 3600,
        route: tuple[Address, ...] = (),
    ) -> Subscription:
        """Follow what a URI tells of an event (RFC 6665); 0 seconds: ask once."""
        conversation = self.conversation(uri, route=route)
        key = conversation.call_id, conversation.tag
        subscription = Subscription(
            self.core,
            conversation,
            event,
            told,
            lines=lines,
            expires_s=expires_s,
            over=lambda: self._subscriptions.pop(key, None),
        )
        self._subscriptions[key] = subscription
        subscription.start()
        return subscription

    def refer(
        self,
        uri: bytes,
        target: bytes,
        told: Callable[[Progress], None],
        *,
        lines: tuple[bytes, ...] = (),
    ) -> None:
        """Ask somebody, outside of any call, to call `target`; `told` hears how it goes."""
        conversation = self.conversation(uri)
        key = conversation.call_id, conversation.tag
        asked = AskedReference(
            self.core,
            conversation,
            (b"Refer-To: <%b>" % target, *lines),
            told,
            over=lambda: self._subscriptions.pop(key, None),
        )
        self._subscriptions[key] = asked
        asked.start()

    # In

    def receive(self, incoming: Incoming) -> None:
        """Take a request: `layer.on_request`.

        Raises:
            RemoteProtocolError: the refusal to answer with.
        """
        request, to = incoming.request, incoming.head.to
        if to.tag is None and request.method == b"INVITE":
            self.begin(incoming, self.application.invited)
            return
        refuse_unknown(request, UNDERSTOOD)
        if to.tag is not None:
            usage = self.core.dialogs.get(dialog_id_of(request))
            if usage is not None:
                usage.receive(incoming)
                return
            subscription = self._subscriptions.get((incoming.head.call_id, to.tag))
            if request.method != b"NOTIFY" or subscription is None:
                raise RemoteProtocolError(481)  # §12.2.2
            subscription.begin(incoming)
            return
        if request.method in _IN_CALLS_ALONE:
            raise RemoteProtocolError(481)
        if request.get(b"replaces") is not None:
            raise RemoteProtocolError(400, "Replaces Outside INVITE")  # RFC 3891 §3
        if request.method == b"REFER":
            self.application.referred(OutsideReference(self.core, incoming).referral)
        else:
            self.application.requested(incoming)

    def begin(
        self,
        incoming: Incoming,
        invited: Callable[[IncomingCall], None],
        prack: Prack = "supported",
    ) -> None:
        """Take the INVITE of a new call, as `receive` does, for whoever wants to hear of it.

        `prack` says whether our provisional responses may, or must, be reliable; whoever requires
        them gets them so.

        Raises:
            RemoteProtocolError: the refusal to answer with.
        """
        refuse_unknown(incoming.request, UNDERSTOOD)
        reference = read_replaces(incoming.request)
        other = None if reference is None else replaced(reference, self._replaceable)
        call = IncomingCall(self.core, incoming, prack)
        call.replaced = other if isinstance(other, Call) else None
        invited(call)
        call.moved()

    def has_dialog(self, request: Request) -> bool:
        """Whether a request is in a dialog that began here."""
        return self.core.dialogs.get(dialog_id_of(request)) is not None

    def call(self, key: DialogId) -> Call | None:
        """The call in a dialog, None when there is none."""
        usage = self.core.dialogs.get(key)
        return usage if isinstance(usage, Call) else None

    def _replaceable(self, key: DialogId) -> Call | Ended | None:
        usage = self.core.dialogs.get(key)
        if usage is None and self.core.profile.between:
            call_id, ours, theirs = key
            usage = self.core.dialogs.get((call_id, theirs, ours))
        return usage if isinstance(usage, Call | Ended) else None

    def _acknowledged(self, ack: Request, flow: Flow) -> None:
        usage = self.core.dialogs.get(dialog_id_of(ack))
        if usage is not None:
            usage.acknowledged(ack, flow)

    def _succeeded(self, response: Response, _flow: Flow) -> None:
        """A 2xx to an INVITE whose transaction is gone. What we never sent is not answered."""
        call_id = response.get(b"call-id") or b""
        try:
            ours = parse_address(response.get(b"from") or b"").tag or b""
            theirs = parse_address(response.get(b"to") or b"").tag or b""
        except RemoteProtocolError:
            return
        outgoing = self._invitations.get((call_id, ours))
        call = self.call((call_id, ours, theirs))
        if call is not None and call.changing.acknowledge_again(response):
            return
        if outgoing is not None:
            outgoing.receive_late(response)
