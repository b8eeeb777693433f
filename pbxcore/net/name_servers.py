"""Questions to name servers, put by dnspython.

Its modules take 7 MB: they are loaded when the first name is looked up.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import dns.asyncresolver
import dns.exception
import dns.nameserver
import dns.rdtypes.IN.NAPTR
import dns.rdtypes.IN.SRV
import dns.resolver

from pbxcore.errors import PbxError
from pbxcore.sip.resolution import Naptr, Srv

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dns.message import QueryMessage
    from dns.name import Name
    from dns.rdata import Rdata

    from pbxcore.sip.resolution import Question, Record

_RESOLV_CONF: Final = Path("/etc/resolv.conf")


class NoNameServerAnswers(PbxError):
    """Whether there are records is not known."""


class NameServers:
    """Those that are given, else those of the machine, which may change while we run."""

    def __init__(self, servers: Iterable[tuple[str, int]]) -> None:
        self._given = [dns.nameserver.Do53Nameserver(*each) for each in servers]
        self._configured_at = -1
        self._library = dns.asyncresolver.Resolver(configure=False)
        self._library.nameservers = list(self._given)

    async def ask(self, question: Question, patience_s: float) -> tuple[tuple[Record, ...], float]:
        """The records, and for how many seconds that stays true (RFC 2308 §5 for none).

        Raises:
            NoNameServerAnswers: within `patience_s`, all repetitions and servers together.
        """
        try:
            self._configure()
            answer = await self._library.resolve(
                question.name,
                question.kind.value,
                raise_on_no_answer=False,
                search="." not in question.name,
                lifetime=patience_s,
            )
        except dns.resolver.NXDOMAIN as absent:
            return (), _absent_s(absent)
        except (dns.exception.DNSException, OSError, UnicodeError) as failed:
            raise NoNameServerAnswers(str(failed)) from None
        found = tuple(_record(each) for each in answer.rrset or ())
        return found, float(answer.chaining_result.minimum_ttl)

    def _configure(self) -> None:
        if self._given:
            return
        changed_at = _RESOLV_CONF.stat().st_mtime_ns
        if changed_at != self._configured_at:
            self._library = dns.asyncresolver.Resolver()
            self._configured_at = changed_at


def _absent_s(absent: dns.resolver.NXDOMAIN) -> float:
    responses: dict[Name, QueryMessage] = absent.kwargs.get("responses", {})
    return float(min(each.resolve_chaining().minimum_ttl for each in responses.values()))


def _record(data: Rdata) -> Record:
    if isinstance(data, dns.rdtypes.IN.SRV.SRV):
        return Srv(data.priority, data.weight, data.port, _name(data.target))
    if isinstance(data, dns.rdtypes.IN.NAPTR.NAPTR):
        flags, service = (
            data.flags.decode("ascii", "replace"),
            data.service.decode("ascii", "replace"),
        )
        return Naptr(data.order, data.preference, flags, service, _name(data.replacement))
    return data.to_text()


def _name(name: Name) -> str:
    return name.to_text(omit_final_dot=True)
