"""What all parts of one user agent share: the layer, the ways, chance, and the lines of us."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from pbxcore.sip.agent.profile import ALLOW, SUPPORTED
from pbxcore.sip.dialogs.dialog_set import Dialogs
from pbxcore.sip.dialogs.reliable import OPTION
from pbxcore.sip.flow import host_port
from pbxcore.sip.via import via_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.sip.agent.profile import Profile
    from pbxcore.sip.agent.route import Router
    from pbxcore.sip.dialogs.reliable import Prack
    from pbxcore.sip.digest_client import Attempts
    from pbxcore.sip.flow import Flow
    from pbxcore.sip.message import Request
    from pbxcore.sip.transactions.incoming import Incoming
    from pbxcore.sip.transactions.layer import TransactionLayer

_LARGEST_RSEQ: Final = (1 << 31) - 1


class Usage(Protocol):
    """What a dialog is used for: takes the requests in it."""

    def receive(self, incoming: Incoming) -> None:
        """Take a request; answer it, now or later, or raise the refusal."""
        ...

    def acknowledged(self, ack: Request, flow: Flow) -> None:
        """Take the ACK of a 2xx."""
        ...


class Core:
    """The surroundings of calls and requests."""

    def __init__(
        self,
        layer: TransactionLayer,
        router: Router,
        profile: Profile,
        entropy: Callable[[int], bytes],
        attempts: Attempts | None,
    ) -> None:
        self.dialogs: Dialogs[Usage] = Dialogs()
        self.layer = layer
        self.router = router
        self.profile = profile
        self.attempts = attempts
        self._entropy = entropy

    def now(self) -> float:
        """Seconds, monotonic."""
        return self.layer.now()

    def token(self) -> bytes:
        """A tag or a Call-ID: nobody guesses it, and none is given twice."""
        return self._entropy(10).hex().encode()

    def chance(self) -> float:
        """A number from 0 to 1."""
        return int.from_bytes(self._entropy(4)) / 0xFFFFFFFF

    def first_rseq(self) -> int:
        """Where RSeq begins (RFC 3262 §3)."""
        return 1 + int.from_bytes(self._entropy(4)) % (_LARGEST_RSEQ // 2)

    def via(self, flow: Flow, branch: bytes) -> bytes:
        """The Via line of a request on a flow."""
        here = host_port(*self.layer.wire.advertised(flow)).encode()
        return via_line(flow.transport, here, branch)

    def contact(self, flow: Flow, *, secure: bool = False, focus: bytes = b"") -> bytes:
        """The Contact line that leads back to us by the kind of flow we are reached by now.

        `focus` is the user part of a conference, whose address it then is (RFC 4579 §5.1).
        """
        here = host_port(*self.layer.wire.advertised(flow)).encode()
        name = focus or self.profile.user
        user = name + b"@" if name else b""
        tail = b"" if flow.transport == "udp" else b";transport=" + flow.transport.encode()
        line = b"Contact: <%b:%b%b%b>" % (b"sips" if secure else b"sip", user, here, tail)
        return line + b";isfocus" if focus else line

    def abilities(self, prack: Prack = "supported") -> tuple[bytes, ...]:
        """What an INVITE and its answers tell of us (§13.2.1); `prack` is RFC 3262's part of it."""
        tags = (each for each in SUPPORTED if each != OPTION or prack != "off")
        lines = [b"Allow: " + ALLOW, b"Supported: " + b", ".join(tags)]
        if prack == "required":
            lines.append(b"Require: " + OPTION)
        if self.profile.packages:
            lines.append(b"Recv-Info: " + b", ".join(sorted(self.profile.packages)))
        return tuple(lines)

    def capabilities(self) -> tuple[bytes, ...]:
        """The same and more, for who asks by OPTIONS (§11.2); an answer to INVITE stays small."""
        return (
            *self.abilities(),
            b"Accept: " + b", ".join(self.profile.accepts),
            b"Allow-Events: " + b", ".join(self.profile.events),
        )

    def server(self) -> tuple[bytes, ...]:
        """Who answers."""
        return (b"Server: " + self.profile.product,) if self.profile.product else ()
