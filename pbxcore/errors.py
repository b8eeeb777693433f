"""What can go wrong in the PBX, as classes a caller may want to catch."""

from __future__ import annotations


class PbxError(Exception):
    """The root of all errors of this package."""


class ProtocolError(PbxError):
    """SIP was not spoken as it should be."""


class LocalProtocolError(ProtocolError):
    """We were about to send something that is not SIP: a bug of ours."""


class RemoteProtocolError(ProtocolError):
    """The peer sent something we refuse; `status` and `reason` are what to answer.

    `headers` are whole lines that go with the answer, such as `Allow` with a 405.
    """

    def __init__(self, status: int, reason: str = "", headers: tuple[bytes, ...] = ()) -> None:
        super().__init__(f"{status} {reason}".rstrip())
        self.status = status
        self.reason = reason
        self.headers = headers
