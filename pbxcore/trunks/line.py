"""One trunk at work: its registration and its sign of life (RFC 3261 §10.2, §11)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from pbxcore.sip.digest_client import Account, DigestClient
from pbxcore.sip.headers.expiry import read_min_expires, read_retry_after
from pbxcore.sip.inquiry import Inquiry
from pbxcore.sip.resolution import Destination, Resolution, Servers
from pbxcore.sip.server_way import ServerWay
from pbxcore.trunks.keep_alive import KeepAlive
from pbxcore.trunks.registration import Register, Registration, State
from pbxcore.trunks.requests import TrunkRequests

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.directory import Trunk
    from pbxcore.sip.digest_client import Attempt
    from pbxcore.sip.flow import Flow
    from pbxcore.sip.inquiry import Outcome, Path
    from pbxcore.sip.resolution import Names
    from pbxcore.sip.server_way import Shunned
    from pbxcore.sip.transactions.layer import TransactionLayer

log = logging.getLogger(__name__)

_HOLD_MORE_S: Final = 60.0


class Chance(Protocol):
    """Where randomness comes from."""

    def share(self) -> float:
        """A number from 0 to 1, each as likely."""
        ...

    def draw(self, most: int) -> int:
        """A number from 0 to `most`, both included, each as likely."""
        ...

    def token(self) -> bytes:
        """An unguessable text of letters and digits."""
        ...


class Standing(NamedTuple):
    """How a trunk stands: `state`, and what the registrar said last, 0 for nothing.

    `server` is the address and port that answered last.
    """

    state: State
    status: int = 0
    server: str = ""


class Line:
    """One trunk. `told` hears each change of its standing.

    It is driven: `start`, then `tick` about once a second, `lost` for each broken connection.
    """

    def __init__(
        self,
        trunk: Trunk,
        layer: TransactionLayer,
        names: Names,
        chance: Chance,
        shunned: Shunned,
        told: Callable[[Line], None],
    ) -> None:
        self.trunk = trunk
        self.standing = Standing(State.OFF)
        self._layer, self._names = layer, names
        self._chance, self._shunned = chance, shunned
        self._told = told
        account = Account(trunk.auth_id or trunk.username, trunk.password)
        self._digest = DigestClient(lambda realm: account, chance.token)
        self._requests = TrunkRequests(trunk, chance.token(), chance.token())
        self._registration = Registration(trunk.expiry_s, chance.share)
        self._keep_alive = KeepAlive(trunk.keep_alive_s, chance.share)
        self._path: Path | None = None  # of the last answer
        self._registering_s: float | None = None
        self._inquiries: set[Inquiry] = set()

    @property
    def round_trip_s(self) -> float | None:
        """How long the last answer took; None when the last question had none."""
        if self.trunk.keep_alive_s and self._keep_alive.reachable is not None:
            return self._keep_alive.round_trip_s
        return self._registering_s

    @property
    def registered_for_s(self) -> float | None:
        """For how long the registration still stands; None when it does not."""
        ends_at = self._registration.expires_at
        return None if ends_at is None else ends_at - self._layer.now()

    @property
    def host(self) -> str:
        """The address that answered last, empty for none."""
        return "" if self._path is None else self._path.flow.host

    def start(self) -> None:
        """Register, and ask for signs of life, as far as it is wished."""
        if self.trunk.keep_alive_s:
            self._keep_alive.start(self._layer.now())
        if self.trunk.registers:
            self._register(self._registration.start())
        self._look()

    def stop(self, done: Callable[[], None]) -> None:
        """Take the registration back; `done` is called when that is answered, or not needed."""
        for each in self._inquiries:
            each.abandon()
        self._inquiries.clear()
        self._keep_alive.stop()
        order = self._registration.stop()
        if order is None:
            done()
        else:
            self._register(order, done)
        self._look()

    def tick(self) -> None:
        """Do what is due."""
        now = self._layer.now()
        self._register(self._registration.tick(now))
        if self._keep_alive.tick(now):
            attempt = self._digest.attempt(b"OPTIONS", self._requests.registrar)
            walk = self._to_registrar() or self._walk()
            self._send(b"OPTIONS", self._requests.options, self._asked, attempt, walk)
        self._look()

    def lost(self, flow: Flow) -> None:
        """A connection broke; over this trunk's the provider's calls came."""
        if self._path is not None and self._path.flow == flow:
            self._registration.lost(self._layer.now())

    def _register(self, order: Register | None, done: Callable[[], None] | None = None) -> None:
        if order is None:
            return
        expiry_s = order.expiry_s

        def write(path: Path, credentials: list[bytes]) -> bytes:
            return self._requests.register(path, credentials, expiry_s)

        def then(outcome: Outcome) -> None:
            if done is not None:
                done()
                return
            self._registered(outcome, expiry_s)
            self._look()

        attempt = self._digest.attempt(b"REGISTER", self._requests.registrar)
        self._send(b"REGISTER", write, then, attempt, self._walk())

    def _registered(self, outcome: Outcome, asked_s: int) -> None:
        """Take what the registrar said."""
        now, response, path = self._layer.now(), outcome.response, outcome.path
        self._registering_s = None
        if response is None or path is None:
            self._registration.unreachable(now)
            return
        self._path = path
        self._registering_s = outcome.took_s
        if outcome.status < 300:
            granted_s = self._requests.granted_s(response, path, asked_s)
            self._layer.wire.hold(path.flow, granted_s + _HOLD_MORE_S)
            self._registration.granted(granted_s, now)
            return
        log.warning(
            "trunk not registered",
            extra={"trunk": self.trunk.name, "status": outcome.status, "by": path.flow.source},
        )
        retry_after = read_retry_after(response)
        again = self._registration.refused(
            outcome.status,
            now,
            shortest_s=read_min_expires(response) or 0,
            retry_after_s=0 if retry_after is None else retry_after.delay,
        )
        self._register(again)

    def _asked(self, outcome: Outcome) -> None:
        """Any answer is a sign of life; silence makes a registration look for another server."""
        now, alive = self._layer.now(), outcome.response is not None
        self._keep_alive.answered(outcome.took_s if alive else None, now)
        if alive and outcome.path is not None:
            self._path = outcome.path
        else:
            self._registration.lost(now)
        self._look()

    def _send(
        self,
        method: bytes,
        write: Callable[[Path, list[bytes]], bytes],
        then: Callable[[Outcome], None],
        attempt: Attempt,
        walk: Resolution,
    ) -> None:
        def heard(outcome: Outcome) -> None:
            self._inquiries.discard(inquiry)
            then(outcome)

        way = ServerWay(self._layer.wire, Servers(walk, self._names), shunned=self._shunned)
        inquiry = Inquiry(self._layer, way, method, write, heard, attempt=attempt)
        self._inquiries.add(inquiry)
        inquiry.start()

    def _walk(self) -> Resolution:
        """The provider's servers; the one that answered last knows us and is tried first."""
        first = None if self._path is None else self._path.server
        return Resolution(
            self._requests.destination, self._chance.draw, first=first, avoid=self._shunned
        )

    def _to_registrar(self) -> Resolution | None:
        """The one server that holds our registration; its silence is what we want to learn."""
        if self._registration.expires_at is None or self._path is None:
            return None
        server = self._path.server
        if server is None:
            return None
        destination = Destination(server.host, server.port, server.transport)
        return Resolution(destination, self._chance.draw, first=server)

    def _look(self) -> None:
        """Tell when the standing has changed."""
        server = "" if self._path is None else self._path.flow.source
        found = Standing(self._state(), self._registration.status, server)
        if found != self.standing:
            self.standing = found
            self._told(self)

    def _state(self) -> State:
        if self.trunk.registers:
            return self._registration.state
        match self._keep_alive.reachable:
            case None:
                return State.OFF
            case True:
                return State.REACHABLE
            case False:
                return State.UNREACHABLE
