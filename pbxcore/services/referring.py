"""REFER outside of calls: a phone wants to talk to somebody, or somebody in a conference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.authentication import user_of
from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.agent.outside import OutsideReference
from pbxcore.sip.uri import SipUri

if TYPE_CHECKING:
    from pbxcore.authentication import Authentication
    from pbxcore.calls.context import CallContext
    from pbxcore.calls.switchboard import Switchboard
    from pbxcore.domain import Domain
    from pbxcore.sip.agent.references import Referral
    from pbxcore.sip.transactions.incoming import Incoming


class ReferService:
    """Takes REFERs that belong to no dialog (RFC 3515 §2.4, RFC 4579 §5.5)."""

    def __init__(
        self,
        domain: Domain,
        authentication: Authentication,
        context: CallContext,
        switchboard: Switchboard,
    ) -> None:
        self._domain = domain
        self._authentication = authentication
        self._context = context
        self._switchboard = switchboard

    def receive(self, incoming: Incoming) -> None:
        """Take one.

        Nobody but its owner may have a phone called (RFC 3515 §5.1), and nobody but a participant
        or a host somebody into a conference.

        Raises:
            RemoteProtocolError: the refusal to answer with.
        """
        head = incoming.head
        if head.to.tag is not None:
            raise RemoteProtocolError(481)
        sender = self._authentication.extension_of(incoming).number
        uri = head.uri
        if not isinstance(uri, SipUri) or not self._domain.is_ours(uri.host):
            raise RemoteProtocolError(404, "Not Our Domain")
        user = user_of(uri)
        if user is not None and self._context.directory.is_room(user):
            if not self._context.inviting.may(sender, user):
                raise RemoteProtocolError(403, "Not Your Conference")
            self._context.inviting.invite(user, self._referral(incoming))
            return
        if user not in (None, sender):
            raise RemoteProtocolError(403, "Not Your Address")
        self._call(sender, self._referral(incoming))

    def _referral(self, incoming: Incoming) -> Referral:
        return OutsideReference(self._context.agent.core, incoming).referral

    def _call(self, sender: str, referral: Referral) -> None:
        """Call the sender, and then for him whom he names."""
        reference = referral.reference
        number = self._context.number_of(reference.uri)
        if number is None or reference.replaces is not None or reference.target.method != b"INVITE":
            referral.refuse(404 if number is None else 403)
            return
        referral.accept()
        self._switchboard.place(sender, number, referral.progress)
