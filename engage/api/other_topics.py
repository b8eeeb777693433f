"""What programs are told of trunks, mailboxes, presence, and the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.api.topics import Topic, changed_figures
from engage.api.trunk_values import KIND, status_of
from engage.errors import Unavailable
from engage.people.events import ExtensionsDropped, ExtensionsSaved
from engage.system.usage import Usage
from engage.telephony.events import StandingsChanged, TrunksChanged
from engage.voicemail.events import MailboxCounted
from pbxcore.voicemail.commands import ListMailboxes, MailboxesHeld

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from engage.api.account_actions import Pbx
    from engage.api.numbers import Numbers
    from engage.api.topics import Row
    from engage.events import Events
    from engage.telephony.standings import Standings
    from engage.telephony.trunks import Trunks

WITHIN_S = 3.0
USAGE_EVERY_S = 5.0


class TrunkTopic:
    """How each trunk stands, by the number that programs know it by."""

    def __init__(self, trunks: Trunks, standings: Standings, numbers: Numbers) -> None:
        self._trunks, self._standings, self._numbers = trunks, standings, numbers
        self._index: dict[str, int] = {}

    @property
    def topic(self) -> Topic:
        """What there is to listen to."""
        return Topic(
            "TrunkStatus",
            self.rows,
            (StandingsChanged,),
            refresh=self.refresh,
            refreshed_by=(TrunksChanged,),
        )

    def rows(self) -> Mapping[Hashable, Row]:
        """Every trunk that has a number."""
        standing = self._standings.trunks.get
        return {
            each.id: {
                "trunk_index": self._index[each.id],
                "trunk_name": each.form.name,
                "trunk_type": each.form.kind,
                "technology": "SIP",
                "status": status_of(each, standing(each.id, "")),
            }
            for each in self._trunks.entries
            if each.id in self._index
        }

    async def refresh(self) -> None:
        """Number new trunks, and ask how all stand."""
        self._index = await self._numbers.of(KIND, [each.id for each in self._trunks.entries])
        await self._standings.refresh()


class MailboxTopic:
    """What waits in each mailbox."""

    def __init__(self, events: Events, pbx: Pbx) -> None:
        self._pbx = pbx
        self._counts: dict[Hashable, Row] = {}
        events.listen(MailboxCounted, self._counted)

    @property
    def topic(self) -> Topic:
        """What there is to listen to."""
        return Topic(
            "VoiceMailStatus", lambda: dict(self._counts), (MailboxCounted,), refresh=self.refresh
        )

    async def refresh(self) -> None:
        """Ask the PBX; while it is away, what it told last stands."""
        try:
            held = await self._pbx.request(ListMailboxes(), WITHIN_S)
        except Unavailable:
            return
        if isinstance(held, MailboxesHeld):
            self._counts = {
                number: _waiting(number, each.urgent_new, each.new, each.old)
                for number, each in held.waiting.items()
            }

    def _counted(self, now: MailboxCounted) -> None:
        self._counts[now.mailbox] = _waiting(now.mailbox, now.urgent, now.new, now.old)


def presence_topic(presences: Callable[[], Mapping[str, str]]) -> Topic:
    """The presence of each extension."""

    def rows() -> Mapping[Hashable, Row]:
        return {
            number: {"extension": number, "presence_status": status}
            for number, status in presences().items()
        }

    return Topic("PresenceStatus", rows, (ExtensionsSaved, ExtensionsDropped))


def usage_topic() -> Topic:
    """How busy the machine is, every few seconds."""
    usage = Usage()
    return Topic(
        "ResourceUsageStatus",
        lambda: {None: usage.figures()},
        news=changed_figures,
        every_s=USAGE_EVERY_S,
        listed=False,
    )


def _waiting(number: str, urgent: int, new: int, old: int) -> Row:
    return {"extension": number, "urgemsg": urgent, "newmsg": new, "oldmsg": old}
