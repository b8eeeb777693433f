"""REGISTER: a phone tells where it can be reached (RFC 3261 §10.3)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from pbxcore.errors import RemoteProtocolError
from pbxcore.presence.gruu import public_gruu
from pbxcore.presence.registration import answer_lines, check_contacts, read_registration
from pbxcore.presence.restrictions import trusted
from pbxcore.sip.headers.dates import encode_date
from pbxcore.sip.uri import SipUri, escaped_user, parse_uri

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.authentication import Authentication
    from pbxcore.directory import Directory, Extension
    from pbxcore.domain import Domain
    from pbxcore.presence.bindings import StoredBinding
    from pbxcore.presence.outcome import Outcome
    from pbxcore.presence.registrar import Registrar
    from pbxcore.presence.temporary_gruu import TemporaryGruus
    from pbxcore.sip.transactions.incoming import Incoming
    from pbxcore.sip.transactions.layer import Wire

_HOLD_MORE_S: Final = 60.0


class RegistrationService:
    """Lets extensions register; what a REGISTER changes is told through `changed`."""

    def __init__(
        self,
        directory: Directory,
        domain: Domain,
        authentication: Authentication,
        registrar: Registrar,
        wire: Wire,
        *,
        temporary: TemporaryGruus,
        changed: Callable[[Outcome], None],
        clock: Callable[[], float],
    ) -> None:
        self._directory = directory
        self._domain = domain
        self._authentication = authentication
        self._registrar = registrar
        self._wire = wire
        self._temporary = temporary
        self._changed = changed
        self._clock = clock
        self._date = (0, b"")

    def receive(self, incoming: Incoming) -> None:
        """Answer one REGISTER.

        Raises:
            RemoteProtocolError: the refusal to answer with.
        """
        head, settings = incoming.head, self._directory.settings
        uri, to = head.uri, parse_uri(head.to.uri)
        if not isinstance(uri, SipUri):
            raise RemoteProtocolError(416)
        ours = self._domain.is_ours
        if not ours(uri.host) or not isinstance(to, SipUri) or not ours(to.host):
            raise RemoteProtocolError(404, "Not Our Domain")
        if incoming.request.get(b"authorization") is None:
            check_contacts(incoming.request)  # what cannot be read is not worth a challenge
        extension, device = self._authentication.account_of(incoming)
        if to.user != extension.number.encode():
            raise RemoteProtocolError(403, "Not Your Address")
        flow = incoming.flow
        origin = self._authentication.origins_of(incoming)[0]
        registration = read_registration(
            incoming.request,
            number=extension.number,
            call_id=head.call_id,
            cseq=head.cseq,
            flow=flow,
            device=device,
            origin="" if origin == flow.host else origin,
            path_believed=self._believes(incoming),
            push_services=settings.push_services if settings.push_gateway else (),
        )
        now = self._clock()
        outcome = self._registrar.register(
            registration,
            int(now * 1000),
            shortest_s=settings.shortest_expiry_s,
            longest_s=settings.longest_expiry_s,
            usual_s=settings.usual_expiry_s,
            max_contacts=extension.max_contacts,
        )
        incoming.keep()
        if outcome.changed:
            self._changed(outcome)
        if outcome.bindings:
            self._wire.hold(flow, settings.longest_expiry_s + _HOLD_MORE_S)
        lines = answer_lines(
            registration,
            [each for each in outcome.bindings if each.device == device],
            int(now * 1000),
            lambda binding: self._gruus(_address_of_record(extension, to), binding),
        )
        lines.append(self._date_line(now))
        incoming.answer(200, "OK", lines)

    def _gruus(self, address_of_record: bytes, binding: StoredBinding) -> tuple[bytes, bytes]:
        public = public_gruu(address_of_record, binding.instance)
        return public, self._temporary.make(address_of_record, binding)

    def _believes(self, incoming: Incoming) -> bool:
        """Whether a Path counts that the phone may not know of: a proxy we trust has added it."""
        if incoming.request.get(b"path") is None:
            return False
        return trusted(incoming.flow.host, self._directory.settings.trusted_proxies)

    def _date_line(self, now: float) -> bytes:
        second = int(now)
        if self._date[0] != second:
            self._date = (second, b"Date: " + encode_date(datetime.fromtimestamp(second, UTC)))
        return self._date[1]


def _address_of_record(extension: Extension, to: SipUri) -> bytes:
    """The extension under the name of ours that its phone uses (RFC 3261 §10.3, step 5)."""
    scheme = b"sips" if to.secure else b"sip"
    port = b"" if to.port is None else b":%d" % to.port
    return b"%b:%b@%b%b" % (scheme, escaped_user(extension.number), to.host, port)
