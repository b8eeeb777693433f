"""The HTTPS API wired together: its users, its sessions, its actions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from secrets import token_bytes
from typing import TYPE_CHECKING, Protocol

from engage.api import kept_fields
from engage.api.account_actions import AccountActions
from engage.api.blacklist_actions import BlacklistActions
from engage.api.call_actions import CallActions
from engage.api.call_topics import CallTopics
from engage.api.cdr_actions import CdrActions
from engage.api.channels import Words
from engage.api.endpoint import ApiEndpoint
from engage.api.get_interface import GetInterface
from engage.api.inbound_actions import InboundActions
from engage.api.ivr_actions import IvrActions
from engage.api.kept import KeptFields
from engage.api.lockout import Lockout
from engage.api.message_actions import MessageActions
from engage.api.numbers import Numbers
from engage.api.other_topics import MailboxTopic, TrunkTopic, presence_topic, usage_topic
from engage.api.outbound_actions import OutboundActions
from engage.api.paging_actions import PagingActions
from engage.api.permitted import SystemNames
from engage.api.phone_code import PhoneCode
from engage.api.pin_actions import PinActions
from engage.api.pms_actions import PmsActions
from engage.api.prompt_actions import PromptActions, Rung
from engage.api.queue_actions import QueueActions
from engage.api.queue_statistics import QueueStatistics
from engage.api.queue_topic import QueueTopic
from engage.api.routes import ApiUserRoutes
from engage.api.secret_readings import SecretReadings
from engage.api.service import ApiUsers
from engage.api.session_actions import SessionActions
from engage.api.sessions import ApiSessions
from engage.api.settings import ApiSettings
from engage.api.system_actions import SystemActions
from engage.api.trunk_actions import TrunkActions
from engage.api.user_actions import UserActions, group_named, members_of_group
from engage.api.watching import Watching
from engage.api.websockify import Websockify
from engage.calls.storage_settings import CleanerSettings
from engage.dialplan.feature_codes import FeatureCodes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import tzinfo
    from pathlib import Path

    from starlette.routing import Route

    from engage.api.account_actions import Pbx
    from engage.api.actions import Actions, Handler
    from engage.api.message_actions import Chats
    from engage.api.model import Secrets
    from engage.api.permitted import IpNetwork, Names
    from engage.api.pms_actions import Hotel
    from engage.api.system_actions import Feed
    from engage.api.topics import Topic
    from engage.broadcast.service import Broadcasts
    from engage.calls.control import LiveCalls
    from engage.calls.history import CallHistory
    from engage.calls.sound import Recordings
    from engage.dialplan.custom_prompts import CustomPrompts
    from engage.dialplan.inbound_forms import InboundRouteForm
    from engage.dialplan.ivr_forms import IvrForm
    from engage.dialplan.outbound_forms import OutboundRouteForm
    from engage.dialplan.paging_groups import PagingGroupForm
    from engage.dialplan.pin_groups import PinGroupForm
    from engage.dialplan.service import DialplanObjects
    from engage.events import Events
    from engage.identifiers import Clock
    from engage.people.service import People
    from engage.people.sign_in.settings import SecuritySettings
    from engage.queues.live import LiveQueues
    from engage.queues.reports import QueueReports
    from engage.storage.database import Database
    from engage.system.configuration import Configuration
    from engage.system.operation_log import OperationLog
    from engage.telephony.standings import Standings
    from engage.telephony.trunks import Trunks

SERIAL_DIGITS = 16


class Queues(Protocol):
    """What there is of queues."""

    @property
    def live(self) -> LiveQueues:
        """What goes on."""
        ...

    @property
    def reports(self) -> QueueReports:
        """Figures of what went on."""
        ...


class CallRecords(Protocol):
    """What there is of calls."""

    @property
    def history(self) -> CallHistory:
        """Calls that were."""
        ...

    @property
    def live(self) -> LiveCalls:
        """Calls that are up."""
        ...

    @property
    def recordings(self) -> Recordings:
        """Recordings."""
        ...

    @property
    def trunk_name(self) -> Callable[[str], str]:
        """The name of a trunk by its id."""
        ...


@dataclass(frozen=True, slots=True)
class Dialplan:
    """Where calls may go."""

    trunks: Trunks
    standings: Standings
    outbound: DialplanObjects[OutboundRouteForm]
    inbound: DialplanObjects[InboundRouteForm]
    pin_groups: DialplanObjects[PinGroupForm]
    paging_groups: DialplanObjects[PagingGroupForm]
    ivrs: DialplanObjects[IvrForm]
    prompts: CustomPrompts
    music_file: Callable[[str, str], str]
    """The sound of a music class, by the names of both."""
    ring_group: Callable[[str], Sequence[str]]
    """The members of the ring group of a number."""
    configuration: Configuration
    hotel: Hotel


@dataclass(frozen=True, slots=True)
class Messages:
    """What is said to people."""

    broadcasts: Broadcasts
    chats: Chats


@dataclass(frozen=True, slots=True)
class Backend:
    """What the API reaches of the rest of the server."""

    database: Database
    """Where API users, their failed logins and the numbers of things are kept."""
    keyring: Secrets
    operations: OperationLog
    people: People
    pbx: Pbx
    """Tells which phones are registered."""
    feed: Feed
    """Brings changes to the PBX."""
    records: CallRecords
    voicemail: Path
    """The folder of mailboxes."""
    queues: Queues
    dialplan: Dialplan
    messages: Messages
    events: Events
    """Say when calls and phones are others."""
    clock: Clock
    zone: Callable[[], tzinfo]
    """The time zone that times are told in."""


class HttpsApi:
    """Everything behind `/api` and `/v1/api-users`."""

    def __init__(
        self,
        backend: Backend,
        *,
        serial: bytes,
        server: Callable[[], str],
        policy: Callable[[], SecuritySettings],
        exempt: Sequence[IpNetwork],
        answered: Callable[[str, int], None],
        names: Names | None = None,
    ) -> None:
        """Wire it.

        Args:
            backend: all that actions and topics are about.
            serial: bytes that stand for this installation and give nothing away.
            server: where phones register: a host and its port.
            policy: the settings of signing in, as they hold.
            exempt: networks whose logins are not limited in their pace.
            answered: is told each action and its status.
            names: resolves host names among the permitted addresses; the system's by default.
        """
        self._backend = backend
        database, clock = backend.database, backend.clock
        self._system_names = None
        if names is None:
            names = self._system_names = SystemNames()
        sessions = ApiSessions(clock)
        self._lockout = Lockout(database, clock, policy, exempt)
        self.users = ApiUsers(database, backend.keyring, sessions, self._lockout, names, clock)
        signing = SessionActions(self.users, sessions, self._lockout, clock)
        self._numbers, self._readings = Numbers(database), SecretReadings(database, clock)
        self._words = Words(backend.records.trunk_name, backend.zone)
        watching = Watching(backend.events, self._topics())
        self.sockets = Websockify(self.users, sessions, signing, watching)
        system = SystemActions(
            backend.feed, serial.hex().upper()[:SERIAL_DIGITS], clock, backend.zone
        )
        actions: tuple[Actions, ...] = (
            signing,
            system,
            *self._actions_on_people(server),
            *self._actions_on_the_dialplan(),
            *self._actions_on_calls(),
        )
        handlers: dict[str, Handler] = {}
        for each in actions:
            handlers |= each.handlers
        opening = {"challenge": signing.challenge, "login": signing.login}
        self._endpoint = ApiEndpoint(
            self.users, sessions, backend.operations, opening, handlers, answered
        )
        self._user_routes = ApiUserRoutes(self.users, sessions)
        self._get = GetInterface(
            self.users, sessions, self._lockout, handlers, answered, clock, token_bytes(32)
        )

    def _topics(self) -> tuple[Topic, ...]:
        """What programs may listen to."""
        backend = self._backend
        dialplan, people = backend.dialplan, backend.people

        def cleans() -> bool:
            return dialplan.configuration.get(CleanerSettings).enabled

        calls = CallTopics(
            backend.events,
            backend.records.live.up,
            people.numbers,
            self._words,
            dialplan.standings,
            cleans,
        )
        return (
            *calls.topics,
            TrunkTopic(dialplan.trunks, dialplan.standings, self._numbers).topic,
            MailboxTopic(backend.events, backend.pbx).topic,
            presence_topic(people.presences),
            usage_topic(),
            QueueTopic(backend.queues.live, backend.zone).topic,
        )

    def _actions_on_people(self, server: Callable[[], str]) -> tuple[Actions, ...]:
        """Extensions, their users, queues and hotel guests."""
        backend = self._backend
        people, keyring = backend.people, backend.keyring
        messages = backend.messages

        def mailbox_code() -> str:
            return backend.dialplan.configuration.get(FeatureCodes).own_mailbox

        return (
            AccountActions(
                people, backend.pbx, keyring, self._numbers, self._readings, backend.records.live.up
            ),
            UserActions(people, keyring, self._numbers),
            PhoneCode(people, keyring, self._readings, server, mailbox_code),
            MessageActions(
                backend.database, people, self._numbers, messages.broadcasts, messages.chats
            ),
            QueueActions(people, keyring, backend.dialplan.prompts),
            QueueStatistics(people, backend.queues.reports, backend.feed),
            PmsActions(backend.dialplan.hotel, backend.zone),
        )

    def _actions_on_the_dialplan(self) -> tuple[Actions, ...]:
        """Trunks, routes, and what of ours they lead to."""
        backend, dialplan, numbers = self._backend, self._backend.dialplan, self._numbers
        pins = PinActions(dialplan.pin_groups, numbers)

        kept = KeptFields(
            backend.database,
            "inbound_route",
            kept_fields.INBOUND,
            lambda: (each.id for each in dialplan.inbound.entries),
        )
        return (
            TrunkActions(dialplan.trunks, numbers, backend.keyring, self._readings),
            OutboundActions(
                dialplan.outbound, numbers, pins, partial(group_named, backend.people, numbers)
            ),
            pins,
            InboundActions(
                dialplan.inbound,
                numbers,
                dialplan.configuration,
                kept,
            ),
            BlacklistActions(dialplan.inbound, numbers, dialplan.configuration),
            PagingActions(
                dialplan.paging_groups,
                dialplan.prompts,
            ),
            IvrActions(
                dialplan.ivrs,
                dialplan.prompts,
                numbers,
                backend.records.live,
                backend.people.has_extension,
            ),
        )

    def _actions_on_calls(self) -> tuple[Actions, ...]:
        """Calls that were and that are, and what is played to somebody who is called."""
        backend, records, dialplan = self._backend, self._backend.records, self._backend.dialplan
        people = backend.people

        def settings() -> ApiSettings:
            return dialplan.configuration.get(ApiSettings)

        rung = Rung(
            people.has_extension,
            dialplan.ring_group,
            partial(members_of_group, people, self._numbers),
        )
        return (
            CdrActions(
                records.history,
                records.recordings,
                backend.voicemail,
                backend.zone,
                backend.clock,
                lambda: settings().delete_records,
            ),
            CallActions(
                records.live,
                self._words,
                people.has_extension,
                _services(people, dialplan),
                lambda: settings().call_control,
            ),
            PromptActions(dialplan.prompts, dialplan.music_file, records.live, rung),
        )

    def routes(self) -> list[Route]:
        """What is served."""
        return [*self._endpoint.routes(), *self._user_routes.routes(), *self._get.routes()]

    async def start(self) -> None:
        """Read API users, and who is locked out."""
        await self._lockout.start()
        await self.users.start()
        await self._numbers.start()

    async def stop(self) -> None:
        """End what runs in the background."""
        self.sockets.close_all()
        if self._system_names is not None:
            self._system_names.close()


def _services(people: People, dialplan: Dialplan) -> dict[str, Callable[[str], bool]]:
    """Whether something of ours has a number, by the parameter that names it."""

    def among(
        routes: DialplanObjects[IvrForm] | DialplanObjects[PagingGroupForm], number: str
    ) -> bool:
        return any(each.form.number == number for each in routes.entries)

    return {
        "queue": lambda number: number in people.queues.known,
        "ringgroup": lambda number: bool(dialplan.ring_group(number)),
        "ivrnumber": partial(among, dialplan.ivrs),
        "pagingnum": partial(among, dialplan.paging_groups),
    }
