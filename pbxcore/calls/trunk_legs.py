"""Legs to providers and peers: an INVITE in the words of a trunk (RFC 3261 §8.1, RFC 3325)."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Protocol

from pbxcore.calls.called_leg import CalledLeg
from pbxcore.calls.passing import passed_by
from pbxcore.calls.trunk_callers import told
from pbxcore.calls.vouching import attestation
from pbxcore.dialplan.caller_id import dod_of, outbound_caller
from pbxcore.dialplan.resolving import Try as Shown
from pbxcore.sip.digest_client import Account, DigestClient
from pbxcore.sip.flow import Flow, default_port
from pbxcore.sip.identity import HIDDEN, Caller
from pbxcore.sip.telephone import spelled
from pbxcore.stir.verdict import CallToSign
from pbxcore.trunks.requests import TrunkRequests, address_at

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pbxcore.calls.call import Call
    from pbxcore.calls.context import CallContext
    from pbxcore.calls.leg import Leg
    from pbxcore.dialplan.pin import Pin
    from pbxcore.dialplan.plan import Limit
    from pbxcore.directory import Trunk
    from pbxcore.features.model import Diversion
    from pbxcore.sip.agent.outgoing_call import OutgoingCall
    from pbxcore.sip.resolution import Names

_ELSEWHERE = "192.0.2.1"
"""Stands for any address outside (RFC 5737): who we are for it is who we are for a provider."""


class Try(Protocol):
    """One way out: a trunk by its id, the number to dial there, and who is shown.

    `limit` is how long the call may last; the lower `urgency`, the more urgent it is, and one that
    `hunts` ends a less urgent call where there is no line. The call is `recorded` or not. One of
    `pins` has to be known; None: nobody is asked. `dod` is the number of the trunk's that stands
    for who calls, `original` that of the inbound call which goes out again.
    """

    @property
    def trunk(self) -> str: ...
    @property
    def number(self) -> str: ...
    @property
    def caller(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def dod(self) -> str: ...
    @property
    def original(self) -> str: ...
    @property
    def limit(self) -> Limit: ...
    @property
    def urgency(self) -> int: ...
    @property
    def hunts(self) -> bool: ...
    @property
    def recorded(self) -> bool: ...
    @property
    def pins(self) -> tuple[Pin, ...] | None: ...


class WayOutside(Protocol):
    """Finds the trunks by which an extension, or somebody else (""), reaches a number outside."""

    def __call__(
        self,
        extension: str,
        number: str,
        original: str = "",
        level: str = "",
        owner: str = "",
        diverted: Diversion = "",
        /,
    ) -> Sequence[Try]:
        """Go there for a caller from outside, with another level, for a group; as a diversion.

        Raises:
            RemoteProtocolError: it does not.
        """
        ...


class Providers(Protocol):
    """How the trunks stand, and who finds their servers."""

    noticed: Callable[[str], None]
    """Told the id of a trunk that stands differently."""

    @property
    def names(self) -> Names | None:
        """Looks up the names of servers; None: only addresses are reached."""
        ...

    def server_of(self, trunk_id: str) -> str:
        """The address of the server that answered last, empty for none."""
        ...

    def registered(self, trunk_id: str) -> bool:
        """Whether the registrar has taken us."""
        ...

    def works(self, trunk_id: str) -> bool:
        """Whether it stands as it should."""
        ...


class TrunkLegs:
    """Makes legs to trunks. `follow` is to be called when the directory has changed.

    Args:
        context: what calls stand on.
        server_of: the address of the server of a trunk that answered last, empty for none.
        token: a new unguessable text of letters and digits each time.
    """

    def __init__(
        self,
        context: CallContext,
        server_of: Callable[[str], str],
        token: Callable[[], bytes],
    ) -> None:
        self._context = context
        self._server_of = server_of
        self._token = token
        self._clients: dict[str, tuple[Trunk, DigestClient]] = {}

    def leg(
        self,
        call: Call,
        trunk: Trunk,
        way: Try,
        caller: Caller,
        hops: int,
        lines: tuple[bytes, ...],
    ) -> CalledLeg:
        """The leg to a number behind a trunk."""
        requests = TrunkRequests(trunk, b"", b"")
        uri, origin = address_at(trunk, way.number), call.origin
        asked = spelled(uri, trunk.tel_uri)
        hides = trunk.anonymous and call.aim.emergency is None
        came = caller if origin.trunk and caller.asserted else None
        who = told(trunk, way, came, requests.domain, HIDDEN if hides else caller.privacy)
        passed = passed_by(trunk, origin.passed, private=hides or caller.private)

        def invite(leg: CalledLeg, body: bytes) -> OutgoingCall:
            agent = self._context.agent
            return agent.invite(
                asked,
                leg,
                body=body,
                lines=(*requests.route, *who.lines, *lines, *passed, *leg.signed),
                from_=who.from_,
                to=b"<%b>" % asked,
                hops=hops,
                way=lambda: agent.core.router.way(requests.next_hop(uri), None),
                attempts=self._client(trunk),
                prack=trunk.prack,
            )

        leg = CalledLeg(self._context.leg_id(), call, "", Caller(uri), [invite])
        if trunk.signs:
            ours = not origin.trunk or way.caller != origin.shown
            attest = attestation(trunk, way.caller, ours=ours)
            came_with = () if ours else origin.identities
            leg.to_sign = CallToSign(way.caller, way.number, attest, came_with)
        leg.trunk, leg.limit, leg.urgency = trunk.id, way.limit, way.urgency
        leg.session = self._context.session(leg, self._flow(trunk), trunk.srtp, trunk)
        leg.recorded = trunk.recorded or way.recorded
        leg.tells_early = trunk.early_media
        return leg

    def reached(self, leg: Leg, trunk: Trunk, number: str, *, private: bool) -> tuple[bytes, ...]:
        """The lines that tell a trunk which extension of ours a leg talks to.

        It is named as it is where it calls out by that trunk, and to whom callers are named alone;
        a `private` one wants no name, as a caller may.
        """
        directory = self._context.directory
        extension = directory.extension(number)
        if extension is None or trunk.identity == "none":
            return ()
        dod = dod_of(trunk, (extension.number,))
        caller, name = outbound_caller(trunk, extension, dod=dod, usual=directory.plan.caller_id)
        way = Shown(trunk.id, "", caller, name, dod="" if dod is None else dod.number)
        domain = TrunkRequests(trunk, b"", b"").domain
        privacy = HIDDEN if private or trunk.anonymous else frozenset[bytes]()
        return told(trunk, way, None, domain, privacy, called=leg.calls).lines

    def follow(self) -> None:
        """Forget, with their passwords, trunks that the directory no longer has so."""
        trunks = self._context.directory.trunks
        self._clients = {
            at: known for at, known in self._clients.items() if trunks.get(at) == known[0]
        }

    def _client(self, trunk: Trunk) -> DigestClient:
        """What answers a trunk's challenges: it remembers the last one while the trunk stays."""
        known = self._clients.get(trunk.id)
        if known is not None and known[0] == trunk:
            return known[1]
        account = Account(trunk.auth_id or trunk.username, trunk.password)
        client = DigestClient(lambda realm: account if trunk.password else None, self._token)
        self._clients[trunk.id] = trunk, client
        return client

    def _flow(self, trunk: Trunk) -> Flow:
        """A flow like the one there will be, for what depends on the peer's address alone."""
        host = trunk.host if _is_address(trunk.host) else self._server_of(trunk.id) or _ELSEWHERE
        transport = "udp" if trunk.transport == "auto" else trunk.transport
        any_ = "[::]:5060" if ":" in host else "0.0.0.0:5060"
        return Flow(transport, any_, host, trunk.port or default_port(transport))


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
