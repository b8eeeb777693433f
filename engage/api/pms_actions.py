"""What hotels' systems tell and ask: the action pmsapi."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NoReturn

from engage.api.pms_guests import GuestCommands
from engage.api.pms_mini_bars import MiniBarCommands
from engage.api.pms_requests import read_command
from engage.api.status import Reason, Refused, Status, bad_value, missing
from engage.api.values import ANY_OTHER, text_of
from engage.errors import N_, EngageError, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import tzinfo

    from engage.api.actions import Caller, Handler, Parameters
    from engage.dialplan.service import DialplanObjects
    from engage.pms.front_desk import FrontDesk
    from engage.pms.mini_bar import MiniBarGoodsForm, MiniBarMaidForm
    from engage.pms.taken import MiniBarLog
    from engage.system.configuration import Configuration

NO_COMMAND: Final = N_("There is no such command.")
FORMATS: Final = ("", "xml", "json")
PAGING: Final = ("page", "item_num", "sidx", "sord", "options")


@dataclass(frozen=True, slots=True)
class Hotel:
    """What there is of a hotel."""

    desk: FrontDesk
    goods: DialplanObjects[MiniBarGoodsForm]
    maids: DialplanObjects[MiniBarMaidForm]
    log: MiniBarLog
    configuration: Configuration


class PmsActions:
    """Guests, rooms and mini bars: one command in each request."""

    def __init__(self, hotel: Hotel, zone: Callable[[], tzinfo]) -> None:
        guests = GuestCommands(hotel.desk, zone)
        bars = MiniBarCommands(
            hotel.configuration, hotel.goods, hotel.maids, hotel.log, hotel.desk, zone
        )
        self._commands = guests.commands | bars.commands

    @property
    def handlers(self) -> dict[str, Handler]:
        """The actions by their names in lower case."""
        return {"pmsapi": self.run}

    async def run(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Do one command; whatever is wrong with it is status -1, and an error in words."""
        try:
            return await self._done(caller, asked)
        except Refused as refused:
            _fail(refused.text, refused.params)
        except Unavailable:
            raise
        except EngageError as error:
            wrong: Mapping[str, str] = getattr(error, "fields", None) or {}
            _fail(next(iter(wrong.values()), error.text), error.params)

    async def _done(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        if text_of(asked.get("format") or "").strip().lower() not in FORMATS:
            raise bad_value("format", ANY_OTHER)
        if not asked.get("data"):
            raise missing("data")
        name, fields = read_command(asked["data"])
        command = self._commands.get(name)
        if command is None:
            raise Refused(Status.INVALID_PARAMETERS, NO_COMMAND)
        paging = {each: text_of(asked[each]) for each in PAGING if asked.get(each)}
        return await command(caller, paging | fields)


def _fail(text: str, params: Mapping[str, object]) -> NoReturn:
    extra = {"error": Reason(text, params)}
    raise Refused(Status.INVALID_PARAMETERS, text, params, extra) from None
