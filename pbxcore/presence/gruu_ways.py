"""Where the phone is that a GRUU of ours means: the registrar knows, each time (RFC 5627 §5.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.errors import RemoteProtocolError
from pbxcore.presence.gruu import DEVICE, addressed
from pbxcore.presence.reach import phones
from pbxcore.sip.telephone import number_of
from pbxcore.sip.uri import SipUri, parse_uri

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.presence.bindings import StoredBinding
    from pbxcore.presence.temporary_gruu import TemporaryGruus


class GruuWays:
    """Finds phones by the Contacts that they give in dialogs.

    Args:
        is_ours: whether a host means this PBX.
        temporary: knows whom a temporary GRUU means.
        bindings: where an extension is registered.
    """

    def __init__(
        self,
        is_ours: Callable[[bytes], bool],
        temporary: TemporaryGruus,
        bindings: Callable[[str], tuple[StoredBinding, ...]],
    ) -> None:
        self._is_ours, self._temporary, self._bindings = is_ours, temporary, bindings

    def gruu(self, uri: bytes) -> SipUri | None:
        """The GRUU of ours that a URI is; None if it is another URI."""
        if DEVICE not in uri:
            return None
        try:
            parsed = parse_uri(uri)
        except RemoteProtocolError:
            return None
        if not isinstance(parsed, SipUri) or DEVICE not in parsed.parameters:
            return None
        return parsed if self._is_ours(parsed.host) else None

    def binding(self, gruu: SipUri) -> StoredBinding | None:
        """The newest flow to its phone; None when that is nowhere now."""
        public = self._temporary.public(gruu) if self._temporary.is_one(gruu) else gruu
        number = None if public is None else number_of(public)
        if public is None or number is None:
            return None
        known = self._bindings(number.decode("utf-8", "replace"))
        flows = phones(addressed(public, known))
        return flows[0][0] if flows else None
