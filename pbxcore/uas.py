"""What the PBX answers to each request: REGISTER, OPTIONS, MESSAGE."""

from __future__ import annotations

import logging
import re
import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from pbxcore.commands import MessageArrived
from pbxcore.errors import RemoteProtocolError
from pbxcore.messages.text import ACCEPT, message_id, read_text
from pbxcore.net.addresses import is_ours, within
from pbxcore.presence.registration import contact_lines, read_registration, shown
from pbxcore.sip.checks import ALLOW, refuse_unknown_extensions, refuse_unknown_method
from pbxcore.sip.digest import Authenticator, Verdict, parse_credentials
from pbxcore.sip.digest_response import unescaped
from pbxcore.sip.uri import SipUri, TelUri, parse_uri

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.directory import Directory, Extension
    from pbxcore.net.endpoint import Endpoint
    from pbxcore.net.incoming import Incoming
    from pbxcore.pager import Pager
    from pbxcore.presence.registrar import Outcome, Registrar

log = logging.getLogger(__name__)

_DAYS: Final = (b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun")
_MONTHS: Final = b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_HOLD_MORE_S: Final = 60.0
_MOST_NAMES: Final = 1000
_MD5_ALONE: Final = re.compile(rb"baresip v?[0-2]\b")
"""Phones that give up, against RFC 8760 §2.6, when any of the challenges is not MD5."""


class Uas:
    """Answers requests; what a REGISTER changes is told through `changed`."""

    def __init__(
        self,
        directory: Directory,
        registrar: Registrar,
        *,
        changed: Callable[[Outcome], None],
        clock: Callable[[], float],
        entropy: Callable[[int], bytes],
    ) -> None:
        self._directory = directory
        self._registrar = registrar
        self._changed = changed
        self._clock = clock
        self._authenticator = Authenticator(entropy(32), entropy)
        self._names = {"localhost", socket.gethostname().lower()}
        self._date = (0, b"")
        self._own: dict[bytes, bool] = {}
        self._own_by = directory.settings

    def bind(self, endpoint: Endpoint, pager: Pager) -> None:
        """Learn what exists only once the loop runs."""
        self._endpoint, self._pager = endpoint, pager

    def receive(self, incoming: Incoming) -> None:
        """Answer one request, now or later.

        Raises:
            RemoteProtocolError: the refusal to answer with.
        """
        method = incoming.request.method
        if method == b"CANCEL":
            raise RemoteProtocolError(481)
        refuse_unknown_method(method)
        refuse_unknown_extensions(incoming.request)
        if method == b"REGISTER":
            self._register(incoming)
        elif method == b"MESSAGE":
            self._message(incoming)
        else:
            self._options(incoming)

    def _register(self, incoming: Incoming) -> None:
        head, settings = incoming.head, self._directory.settings
        uri, to = head.uri, parse_uri(head.to.uri)
        if not isinstance(uri, SipUri):
            raise RemoteProtocolError(416)
        if not self._is_ours(uri.host) or not isinstance(to, SipUri) or not self._is_ours(to.host):
            raise RemoteProtocolError(404, "Not Our Domain")
        extension = self._authenticated(incoming)
        if to.user != extension.number.encode():
            raise RemoteProtocolError(403, "Not Your Address")
        registration = read_registration(
            incoming.request,
            number=extension.number,
            call_id=head.call_id,
            cseq=head.cseq,
            flow=incoming.flow,
        )
        now = self._clock()
        outcome = self._registrar.register(
            registration,
            int(now * 1000),
            shortest_s=settings.shortest_expiry_s,
            longest_s=settings.longest_expiry_s,
            max_contacts=extension.max_contacts,
        )
        incoming.keep()
        if outcome.changed:
            self._changed(outcome)
        if outcome.bindings:
            self._endpoint.hold(incoming.flow, settings.longest_expiry_s + _HOLD_MORE_S)
        lines = contact_lines(outcome.bindings, int(now * 1000))
        lines.append(self._date_line(now))
        incoming.answer(200, "OK", lines)

    def _options(self, incoming: Incoming) -> None:
        uri = incoming.head.uri
        if _number(uri) is not None and incoming.head.max_forwards == 0:
            raise RemoteProtocolError(483)
        # whether somebody has this number is nothing for strangers: all get the same answer
        if isinstance(uri, SipUri) and not self._is_ours(uri.host):
            raise RemoteProtocolError(404, "Not Our Domain")
        lines = [ALLOW, ACCEPT, b"Accept-Encoding: identity", b"Accept-Language: en", b"Supported:"]
        incoming.answer(200, "OK", lines)

    def _message(self, incoming: Incoming) -> None:
        head = incoming.head
        if head.max_forwards == 0:
            raise RemoteProtocolError(483)
        sender, sender_name = self._sender(incoming)
        uri = head.uri
        if isinstance(uri, SipUri) and not self._is_ours(uri.host):
            raise RemoteProtocolError(404, "Not Our Domain")
        number = _number(uri)
        recipient = None if number is None else self._directory.extension(number)
        if recipient is None:
            raise RemoteProtocolError(404)
        text = read_text(incoming.request)
        incoming.keep()
        arrived = MessageArrived(
            message_id(sender, head.call_id, head.cseq),
            sender,
            recipient.number,
            "text/plain",
            text.text,
        )
        bindings = self._registrar.of(recipient.number)
        if bindings:
            self._pager.relay(incoming, arrived, sender_name, text, bindings)
        else:
            self._pager.store(incoming, arrived)

    def _sender(self, incoming: Incoming) -> tuple[str, str]:
        """Who wrote, as user part and name; a peer we trust may speak for its own users only."""
        from_ = incoming.head.from_
        uri = parse_uri(from_.uri)
        user = _number(uri)
        ours = isinstance(uri, TelUri) or self._is_ours(uri.host)
        trusted = self._directory.settings.trusted_peers
        if user and trusted and within(incoming.flow.host, trusted):
            own_user = ours and self._directory.extension(user) is not None
            if not own_user:
                return user, shown(from_.display_name)
        extension = self._authenticated(incoming)
        if user != extension.number or not ours:
            raise RemoteProtocolError(403, "Not Your Address")
        return extension.number, extension.display_name

    def _authenticated(self, incoming: Incoming) -> Extension:
        """The extension whose password the request proves; known and unknown users look the same.

        Raises:
            RemoteProtocolError: 401 with challenges, or 400 for credentials nobody can read.
        """
        realm = self._directory.settings.realm
        credentials = self._credentials(incoming, realm)
        if credentials is None:
            raise self._challenge(incoming, realm)
        username = unescaped(credentials.get(b"username", b"")).decode("utf-8", "replace")
        extension = self._directory.extension(username)
        verdict = self._authenticator.judge(
            credentials,
            method=incoming.request.method,
            realm=realm,
            secret=None if extension is None else extension.secret,
            now=self._clock(),
        )
        if verdict is Verdict.GOOD and extension is not None:
            return extension
        if verdict is Verdict.WRONG:
            log.warning(
                "SIP sign-in refused",
                extra={"from": incoming.flow.source, "user": shown(username.encode())},
            )
        raise self._challenge(incoming, realm, stale=verdict is Verdict.STALE)

    def _credentials(self, incoming: Incoming, realm: str) -> dict[bytes, bytes] | None:
        """Those for our realm; there may be others for other servers (§22.3)."""
        for value in incoming.request.lines_of(b"authorization"):
            found = parse_credentials(value)
            if found is not None and found.get(b"realm") == realm.encode():
                return found
        return None

    def _challenge(
        self, incoming: Incoming, realm: str, *, stale: bool = False
    ) -> RemoteProtocolError:
        lines = self._authenticator.challenges(realm, self._clock(), stale=stale)
        if _MD5_ALONE.match(incoming.request.get(b"user-agent") or b""):
            lines = tuple(each for each in lines if b"algorithm=MD5" in each)
        return RemoteProtocolError(401, "", lines)

    def forget(self) -> None:
        """Look again which addresses are ours."""
        self._own.clear()

    def _is_ours(self, host: bytes) -> bool:
        settings = self._directory.settings
        if settings is not self._own_by or len(self._own) > _MOST_NAMES:
            self._own, self._own_by = {}, settings
        known = self._own.get(host)
        if known is None:
            known = self._own[host] = self._belongs(host)
        return known

    def _belongs(self, host: bytes) -> bool:
        name = host.strip(b"[]").lower().decode("ascii").removesuffix(".")
        settings = self._directory.settings
        return (
            name in settings.domains
            or name == settings.external_address
            or name in self._names
            or is_ours(name)
        )

    def _date_line(self, now: float) -> bytes:
        second = int(now)
        if self._date[0] != second:
            at = datetime.fromtimestamp(second, UTC)
            line = b"Date: %b, %02d %b %04d %02d:%02d:%02d GMT" % (
                _DAYS[at.weekday()],
                at.day,
                _MONTHS[at.month - 1],
                at.year,
                at.hour,
                at.minute,
                at.second,
            )
            self._date = (second, line)
        return self._date[1]


def _number(uri: SipUri | TelUri) -> str | None:
    """The user part that a URI names, None when it names the server itself."""
    user = uri.number if isinstance(uri, TelUri) else uri.user
    return None if user is None else user.decode("utf-8", "replace")
