"""The calls of one PBX put together: who speaks SIP, what calls stand on, and who makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.calls.context import CallContext
from pbxcore.calls.planning import Planning
from pbxcore.calls.switchboard import Switchboard
from pbxcore.calls.visitor_calls import VisitorCalls
from pbxcore.calls.ways import CallRouter
from pbxcore.dialplan.direct_returns import DirectReturns
from pbxcore.dialplan.emergency_returns import EmergencyReturns
from pbxcore.messages.text import MEDIA_TYPE
from pbxcore.sip.agent.profile import SESSIONS, Profile
from pbxcore.sip.agent.route import UriRouter
from pbxcore.sip.user_agent import UserAgent

if TYPE_CHECKING:
    from pbxcore.calls.subscribers import Subscribers
    from pbxcore.calls.trunk_legs import Providers
    from pbxcore.calls.vouching import Vouching
    from pbxcore.sip.transactions.layer import TransactionLayer
    from pbxcore.surroundings import Surroundings

PROFILE: Final = Profile(
    b"<sip:pbx@invalid>", product=b"Engage", between=True, accepts=(*SESSIONS, MEDIA_TYPE)
)


class CallControl:
    """Makes calls of what comes in by a transaction layer, and of what is asked for.

    Args:
        layer: the way to everybody.
        subscribers: the extensions.
        providers: how the trunks stand.
        surroundings: media, stores, and who hears of calls.
        vouching: signs and verifies callers; None: nobody does.

    Attributes:
        agent: speaks SIP.
        planning: what a number means.
        context: what calls stand on.
        switchboard: has all calls.
        visitors: those who call from web pages.
    """

    def __init__(
        self,
        layer: TransactionLayer,
        subscribers: Subscribers,
        providers: Providers,
        surroundings: Surroundings,
        vouching: Vouching | None = None,
    ) -> None:
        kept = surroundings.stores.calls
        servers = UriRouter(layer.wire, surroundings.draw, names=providers.names)
        router = CallRouter(layer.wire, servers, subscribers.gruus)
        self.agent = UserAgent(layer, router, PROFILE, surroundings.entropy)
        self.planning = Planning(
            subscribers.directory,
            surroundings.today,
            EmergencyReturns(kept.emergencies),
            DirectReturns(kept.called_out),
        )
        self.context = CallContext(
            self.agent, subscribers, self.planning, providers, surroundings, vouching
        )
        self.switchboard = Switchboard(self.context)
        self.visitors = VisitorCalls(self.context, self.switchboard, surroundings.outlets.tell)
