"""What the PBX stands in: who keeps its state, who hears of it, and what its sound is made with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pbxcore.calls.keeping import CallStores, volatile_call_stores
from pbxcore.faxes.keeping import FaxKeeper, NoFaxKeeper
from pbxcore.media.port import Media, NoMedia
from pbxcore.presence.bindings import BindingStore, VolatileBindings
from pbxcore.presence.keeping import EventStores, volatile_stores
from pbxcore.prompts.sounds import Prompts
from pbxcore.voicemail.keeping import Keeper, NoKeeper

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from pbxcore.commands import MessageArrived, MessageStored, Told
    from pbxcore.defence.bans import BanStore
    from pbxcore.journal import Fact


@dataclass(frozen=True, slots=True)
class Stores:
    """Who keeps what over a restart, called inside the loop: no method may wait.

    Attributes:
        bindings: where phones are registered; without it they register again.
        bans: who is kept out; None: bans end with the process.
        events: subscriptions, publications and features; without it they end too.
        calls: queues, and what is to come of calls; without it that ends too.
        voicemail: mailboxes; without it nobody can leave a message.
        faxes: faxes that come in; without it none do.
    """

    bindings: BindingStore = field(default_factory=VolatileBindings)
    bans: BanStore | None = None
    events: EventStores = field(default_factory=volatile_stores)
    calls: CallStores = field(default_factory=volatile_call_stores)
    voicemail: Keeper = field(default_factory=NoKeeper)
    faxes: FaxKeeper = field(default_factory=NoFaxKeeper)


@dataclass(frozen=True, slots=True)
class Outlets:
    """Where what happens goes, called inside the loop.

    Attributes:
        record: takes each fact for the journal; must not wait.
        arrived: stores a MESSAGE for someone no phone serves; None or an exception is answered 503.
        tell: takes what is for web alone; whether web is there to hear it.
    """

    record: Callable[[Fact], None]
    arrived: Callable[[MessageArrived], Awaitable[MessageStored | None]]
    tell: Callable[[Told], bool] = lambda notice: False


@dataclass(frozen=True, slots=True)
class Audio:
    """What is heard of the PBX, and what it keeps of that.

    Attributes:
        media: the workers; without them calls with sound find no room.
        recordings: the absolute path of the folder that recordings are kept in.
        prompts: the sound files of what services say.
    """

    media: Media = field(default_factory=NoMedia)
    recordings: str = ""
    prompts: Prompts = field(default_factory=Prompts)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """All that the PBX is given beside its directory.

    Attributes:
        stores: keep what outlasts it.
        outlets: where what happens goes.
        audio: what calls are heard with.
        clock: seconds UTC since 1970.
        entropy: that many unguessable bytes.
    """

    stores: Stores
    outlets: Outlets
    audio: Audio
    clock: Callable[[], float]
    entropy: Callable[[int], bytes]

    def now_ms(self) -> int:
        """Milliseconds UTC since 1970."""
        return int(self.clock() * 1000)

    def today(self) -> datetime:
        """The moment, with its zone."""
        return datetime.fromtimestamp(self.clock(), UTC)

    def draw(self, most: int) -> int:
        """A number from 0 to `most`, both included; 128 bits leave none noticeably likelier."""
        return int.from_bytes(self.entropy(16)) % (most + 1)
