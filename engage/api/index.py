"""Every action of the protocol by name: what we do, what we do not do yet, what else is sent."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Action:
    """One action.

    `changes`: it changes something, so a refusal is noted in the operation log. `open`: it needs no
    cookie.
    """

    name: str
    changes: bool = False
    open: bool = False


_SERVED = (
    Action("challenge", open=True),
    Action("login", open=True),
    Action("logout"),
    Action("getSystemStatus"),
    Action("getSystemGeneralStatus"),
    Action("applyChanges"),
    Action("listAccount"),
    Action("getSIPAccount"),
    Action("getSIPAccountQR"),
    Action("addSIPAccountAndUser", changes=True),
    Action("updateSIPAccount", changes=True),
    Action("deleteUser", changes=True),
    Action("listUser"),
    Action("getUser"),
    Action("updateUser", changes=True),
    Action("listExtensionGroup"),
    Action("listDepartment"),
    Action("listQueue"),
    Action("getQueue"),
    Action("addQueue", changes=True),
    Action("updateQueue", changes=True),
    Action("deleteQueue", changes=True),
    Action("loginLogoffQueueAgent", changes=True),
    Action("pauseUnpauseQueueAgent", changes=True),
    Action("queueapi"),
    Action("listVoIPTrunk"),
    Action("getSIPTrunk"),
    Action("addSIPTrunk", changes=True),
    Action("updateSIPTrunk", changes=True),
    Action("deleteSIPTrunk", changes=True),
    Action("listAnalogTrunk"),
    Action("listDigitalTrunk"),
    Action("listOutboundRoute"),
    Action("getOutboundRoute"),
    Action("addOutboundRoute", changes=True),
    Action("updateOutboundRoute", changes=True),
    Action("deleteOutboundRoute", changes=True),
    Action("listPinSets"),
    Action("getPinSets"),
    Action("addPinSets", changes=True),
    Action("updatePinSets", changes=True),
    Action("deletePinSets", changes=True),
    Action("listInboundRoute"),
    Action("getInboundRoute"),
    Action("addInboundRoute", changes=True),
    Action("updateInboundRoute", changes=True),
    Action("deleteInboundRoute", changes=True),
    Action("listInboundBlacklist"),
    Action("addInboundBlacklist", changes=True),
    Action("updateInboundBlacklist", changes=True),
    Action("deleteInboundBlacklist", changes=True),
    Action("deleteAllInboundBlacklist", changes=True),
    Action("getInboundBlacklistSettings"),
    Action("updateInboundBlacklistSettings", changes=True),
    Action("listPaginggroup"),
    Action("getPaginggroup"),
    Action("addPaginggroup", changes=True),
    Action("updatePaginggroup", changes=True),
    Action("deletePaginggroup", changes=True),
    Action("MulticastPaging", changes=True),
    Action("MulticastPagingHangup", changes=True),
    Action("listIVR"),
    Action("getIVR"),
    Action("addIVR", changes=True),
    Action("updateIVR", changes=True),
    Action("deleteIVR", changes=True),
    Action("dialIVR", changes=True),
    Action("cdrapi"),
    Action("recapi"),
    Action("getRecordInfosByCall"),
    Action("listBridgedChannels"),
    Action("listUnBridgedChannels"),
    Action("Hangup", changes=True),
    Action("dialExtension", changes=True),
    Action("dialOutbound", changes=True),
    Action("callTransfer", changes=True),
    Action("transferNumberInbound", changes=True),
    Action("transferNumberOutbound", changes=True),
    Action("dialIVROutbound", changes=True),
    Action("dialRinggroup", changes=True),
    Action("dialQueue", changes=True),
    Action("dialOutboundTwo", changes=True),
    Action("callbarge", changes=True),
    Action("mute", changes=True),
    Action("unmute", changes=True),
    Action("hold", changes=True),
    Action("unhold", changes=True),
    Action("playPromptByOrg", changes=True),
    Action("acceptCall", changes=True),
    Action("refuseCall", changes=True),
    Action("addMessageBroadcast", changes=True),
    Action("cleanTerminalChatInformation", changes=True),
    Action("pmsapi", changes=True),
)
SERVED: Mapping[str, Action] = MappingProxyType({each.name.lower(): each for each in _SERVED})
"""By the name in lower case: the guide and its programs disagree about case."""

DENIABLE = tuple(each.name for each in _SERVED if each.name not in ("challenge", "login", "logout"))
"""What a single API user can be refused."""

ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "addsipaccount": "addsipaccountanduser",
        "donotdisturb": "updatesipaccount",
        "listqueues": "listqueue",
        "listsiptrunk": "listvoiptrunk",
        "listoutboundgroups": "listoutboundroute",
        "listinboundgroups": "listinboundroute",
        "mulplaypromptbyorg": "playpromptbyorg",
    }
)
"""Names that programs use for an action of ours."""

_VERBS = ("get", "add", "update", "delete")
_OBJECTS = ("analogtrunk", "digitaltrunk")
_OTHERS = (*("addslatrunk", "updateslatrunk", "getdogitaltrunk"),)
NOT_YET = frozenset({*(f"{verb}{name}" for verb in _VERBS for name in _OBJECTS), *_OTHERS})
"""Actions of the protocol that are answered -19: what they need, as line cards, is not here."""

REFUSED = frozenset(
    {
        *("listringgroup", "listvoicemailgroup", "listconference", "listipc", "listzeroconfig"),
        "deleterecording",
    }
)
"""What devices answer -47 to, and programs are prepared for."""


def canonical(action: str) -> str:
    """The name in lower case by which an action is known here."""
    return ALIASES.get(action, action)
