"""VoIP trunks: listVoIPTrunk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engage.api.listing import listed
from engage.api.route_values import yes
from engage.api.trunk_values import KIND

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engage.api.actions import Caller, Handler, Parameters
    from engage.api.numbers import Numbers
    from engage.telephony.trunks import Trunks


class TrunkActions:
    """The providers and peers there are, by the numbers that routes name them by."""

    def __init__(self, trunks: Trunks, numbers: Numbers) -> None:
        self._trunks, self._numbers = trunks, numbers

    @property
    def handlers(self) -> dict[str, Handler]:
        """The actions by their names in lower case."""
        return {
            "listvoiptrunk": self.list_trunks,
        }

    async def list_trunks(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Every VoIP trunk."""
        entries = self._trunks.listed(caller.actor)
        numbers = await self._numbers.of(KIND, [each.id for each in entries])
        rows = [
            {
                "trunk_index": numbers[each.id],
                "trunk_name": each.form.name,
                "trunk_type": each.form.kind,
                "host": each.form.host,
                "username": each.form.username or None,
                "technology": "SIP",
                "ldap_sync_enable": "no",
                "out_of_service": yes(each.form.disabled),
            }
            for each in entries
        ]
        return listed("voip_trunk", rows, asked)
