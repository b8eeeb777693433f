"""Who stands for a caller: calls out are signed, calls in are verified (STIR/SHAKEN)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from pbxcore.stir.verdict import UNSIGNED, CallToVerify

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.calls.party import Origin
    from pbxcore.directory import Trunk
    from pbxcore.sip.message import Request
    from pbxcore.stir.verdict import CallToSign, Verdict


class Vouching(Protocol):
    """Signs and verifies, in its own time; it always answers."""

    def sign(self, call: CallToSign, then: Callable[[tuple[bytes, ...]], None]) -> None:
        """Tell the lines that go along; none where nobody can sign."""
        ...

    def verify(self, call: CallToVerify, then: Callable[[Verdict], None]) -> None:
        """Tell whether the caller is who he says."""
        ...


class Nobody:
    """Stands for no one."""

    def sign(self, call: CallToSign, then: Callable[[tuple[bytes, ...]], None]) -> None:
        """No line."""
        then(())

    def verify(self, call: CallToVerify, then: Callable[[Verdict], None]) -> None:
        """Nothing is known."""
        then(UNSIGNED)


def attestation(trunk: Trunk, caller: str, *, ours: bool) -> str:
    """How far we stand for a caller: A for a number of the trunk's, B for one of ours, else C."""
    numbers = {trunk.caller_id, trunk.from_user, trunk.number, trunk.username}
    numbers |= {each.number for each in trunk.dods}
    if not ours:
        return "C"
    return "A" if caller and caller in numbers else "B"


def claim_of(request: Request, caller: str, called: str) -> CallToVerify:
    """What an INVITE claims."""
    return CallToVerify(tuple(request.lines_of(b"identity")), caller, called)


def vouched_for(origin: Origin, request: Request) -> Origin:
    """A caller from outside with what others have signed of him, which goes along if he goes on."""
    identities = tuple(request.lines_of(b"identity")) if origin.trunk else ()
    return msgspec.structs.replace(origin, identities=identities) if identities else origin


def marked(origin: Origin) -> Origin:
    """A caller who may be somebody else, as people see it whatever they speak."""
    name = f"(?) {origin.name or origin.shown}"
    caller = msgspec.structs.replace(origin.caller, display_name=name.encode())
    return msgspec.structs.replace(origin, caller=caller, name=name)
