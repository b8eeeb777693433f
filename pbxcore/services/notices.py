"""NOTIFYs on their way: the last headers, the transaction, and the phone's challenge."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pbxcore.sip.digest_client import Account, DigestClient
from pbxcore.sip.flow import host_port
from pbxcore.sip.headers.expiry import read_retry_after
from pbxcore.sip.message import build_request
from pbxcore.sip.uri import escaped_user
from pbxcore.sip.via import via_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.directory import Directory
    from pbxcore.sip.digest_client import Attempt
    from pbxcore.sip.flow import Flow, Target
    from pbxcore.sip.message import Response
    from pbxcore.sip.transactions.layer import TransactionLayer


class Written(NamedTuple):
    """A NOTIFY but for Via and Contact."""

    uri: bytes
    lines: tuple[bytes, ...]
    body: bytes = b""


class Notice(NamedTuple):
    """A NOTIFY to send.

    `draft` gets our `host:port` as the phone sees it and writes the request; asked again, with the
    next CSeq. `number` is the extension whose phone it is for, `user` whom our Contact names.
    """

    target: Target
    number: str
    user: str
    draft: Callable[[bytes], Written]


class Notices:
    """Sends NOTIFYs; a phone that wants to know who asks gets its own extension's credentials."""

    def __init__(
        self, directory: Directory, layer: TransactionLayer, entropy: Callable[[int], bytes]
    ) -> None:
        self._directory = directory
        self._layer = layer
        self._entropy = entropy
        self.sent = 0

    def send(self, notice: Notice, done: Callable[[int, int | None], None]) -> None:
        """Send one; `done` hears the final status, and the seconds of a Retry-After.

        408 is silence, 503 without Retry-After a phone that could not be reached.
        """

        def reached(flow: Flow | None) -> None:
            if flow is None:
                done(503, None)
            else:
                self._try(notice, flow, None, done)

        self._layer.wire.reach(notice.target, reached)

    def _try(
        self,
        notice: Notice,
        flow: Flow,
        attempt: Attempt | None,
        done: Callable[[int, int | None], None],
    ) -> None:
        here = host_port(*self._layer.wire.advertised(flow)).encode()
        uri, lines, body = notice.draft(here)

        def answered(status: int, response: Response | None) -> None:
            if response is None:
                done(status, None)
            elif status in (401, 407) and (
                again := attempt or self._attempt(notice.number, uri, body)
            ).answer(response):
                self._try(notice, flow, again, done)
            else:
                retry_after = read_retry_after(response)
                retry_after_s = None if retry_after is None else retry_after.delay
                # a phone's own 503 is no broken connection: it ends what it was asked about
                done(500 if status == 503 and retry_after_s is None else status, retry_after_s)

        self.sent += 1
        branch = self._layer.branch()
        transport = flow.transport.encode()
        data = build_request(
            b"NOTIFY",
            uri,
            [
                via_line(flow.transport, here, branch),
                *lines,
                contact_line(notice.user, here, transport),
                *(() if attempt is None else attempt.lines),
            ],
            body,
        )
        self._layer.request(data, flow, (branch, b"NOTIFY"), answered)

    def _attempt(self, number: str, uri: bytes, body: bytes) -> Attempt:
        extension = self._directory.extension(number)
        account = None if extension is None else Account(extension.number, extension.secret)
        client = DigestClient(lambda _: account, lambda: self._entropy(8).hex().encode())
        return client.attempt(b"NOTIFY", uri, body)


def contact_line(user: str, here: bytes, transport: bytes) -> bytes:
    """Where requests in our dialogs reach us; UDP is what a URI means without saying so."""
    named = b"" if transport == b"udp" else b";transport=" + transport
    return b"Contact: <sip:%b@%b%b>" % (escaped_user(user), here, named)
