"""OPTIONS: what this PBX can do (RFC 3261 §11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.authentication import user_of
from pbxcore.errors import RemoteProtocolError

if TYPE_CHECKING:
    from pbxcore.domain import Domain
    from pbxcore.sip.transactions.incoming import Incoming
    from pbxcore.uas import Uas


class OptionsService:
    """Tells all the same, whichever user is asked for: who has a number is not for strangers."""

    def __init__(self, domain: Domain, uas: Uas) -> None:
        self._domain = domain
        self._uas = uas

    def receive(self, incoming: Incoming) -> None:
        """Answer one OPTIONS.

        Raises:
            RemoteProtocolError: the refusal to answer with.
        """
        uri = incoming.head.uri
        if incoming.head.to.tag is not None:  # §12.2.2: it asks whether a dialog still stands
            raise RemoteProtocolError(481)
        if user_of(uri) is not None and incoming.head.max_forwards == 0:
            raise RemoteProtocolError(483)
        if not self._domain.has(uri):
            raise RemoteProtocolError(404, "Not Our Domain")
        lines = [
            self._uas.allow,
            self._uas.accept,
            b"Accept-Encoding: identity",
            b"Accept-Language: en",
            self._uas.supported,
            *self._uas.abilities,
        ]
        incoming.answer(200, "OK", lines)
