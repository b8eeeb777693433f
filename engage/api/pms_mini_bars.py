"""Commands of hotels' systems about mini bars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from engage.api.listing import listed
from engage.api.pms_requests import choice, needed
from engage.api.pms_rows import goods_row, taken_row
from engage.api.status import Refused, Status, unknown
from engage.api.stored import checked
from engage.errors import N_
from engage.pms.mini_bar import SECTION, MiniBarGoodsForm, MiniBarMaidForm, MiniBarSettings
from engage.system.actor import Module

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import tzinfo

    from engage.api.actions import Caller
    from engage.api.pms_requests import Command, Fields
    from engage.dialplan.service import DialplanObjects
    from engage.pms.front_desk import FrontDesk
    from engage.pms.taken import MiniBarLog
    from engage.system.configuration import Configuration

ALREADY: Final = N_("There is a mini bar already.")
_YES, _NO = ("yes", "1"), ("no", "0")


class MiniBarCommands:
    """What mini bars hold, who fills them up, and what was taken."""

    def __init__(
        self,
        configuration: Configuration,
        goods: DialplanObjects[MiniBarGoodsForm],
        maids: DialplanObjects[MiniBarMaidForm],
        log: MiniBarLog,
        desk: FrontDesk,
        zone: Callable[[], tzinfo],
    ) -> None:
        self._configuration, self._goods, self._maids = configuration, goods, maids
        self._log, self._desk, self._zone = log, desk, zone

    @property
    def commands(self) -> dict[str, Command]:
        """By their names in lower case."""
        return {
            "addminibar": self._add_bar,
            "delminibar": self._delete_bar,
            "addminibargoods": self._add_goods,
            "delminibargoods": self._delete_goods,
            "addminibarwaiter": self._add_maid,
            "delminibarwaiter": self._delete_maid,
            "listminibargoods": self._list_goods,
            "getminibar": self._get_bar,
            "getpmsroomgoods": self._list_taken,
        }

    async def _add_bar(self, caller: Caller, fields: Fields) -> Mapping[str, Any]:
        code = needed(fields, "barcode")
        arranged = self._configuration.stored(SECTION).version > 0
        if arranged and self._configuration.get(MiniBarSettings).code not in ("", code):
            raise Refused(Status.EXISTS, ALREADY)
        values = {
            "code": code,
            "name": fields.get("barname", ""),
            "prompt": fields.get("prompt", ""),
            "skips_password": choice(fields, "verifyskip", _YES + _NO, "no") in _YES,
            "list_goods": choice(fields, "listgoods", _YES + _NO, "no") in _YES,
        }
        checked(MiniBarSettings, values)
        await self._configuration.change(caller.actor, SECTION, values)
        return {}

    async def _delete_bar(self, caller: Caller, fields: Fields) -> Mapping[str, Any]:
        code = needed(fields, "barcode")
        if self._configuration.get(MiniBarSettings).code != code:
            raise unknown("barcode", code)
        gone = MiniBarSettings(code="").model_dump()
        await self._configuration.change(caller.actor, SECTION, gone)
        return {}

    async def _get_bar(self, caller: Caller, _fields: Fields) -> Mapping[str, Any]:
        caller.actor.check(Module.PMS, "view")
        bar = self._configuration.get(MiniBarSettings)
        settings = {
            "extension": bar.code or None,
            "del_extension": None,
            "prompt": bar.prompt or None,
            "verify_skip": "yes" if bar.skips_password else "no",
            "enable_list_goods": "yes" if bar.list_goods else "no",
            "global_tax": None,
            "minibar_enable": "yes" if bar.code else "no",
            "minibar_name": bar.name or None,
        }
        return {"minibar_settings": settings}

    async def _add_goods(self, caller: Caller, fields: Fields) -> Mapping[str, Any]:
        code = needed(fields, "goodscode")
        given = {"code": code, "name": fields.get("goodsname", "") or code}
        await self._goods.add(caller.actor, checked(MiniBarGoodsForm, given), None)
        return {}

    async def _delete_goods(self, caller: Caller, fields: Fields) -> Mapping[str, Any]:
        await _delete(self._goods, caller, "goodscode", needed(fields, "goodscode"))
        return {}

    async def _add_maid(self, caller: Caller, fields: Fields) -> Mapping[str, Any]:
        given = {"code": needed(fields, "maidcode"), "password": fields.get("password", "")}
        await self._maids.add(caller.actor, checked(MiniBarMaidForm, given), None)
        return {}

    async def _delete_maid(self, caller: Caller, fields: Fields) -> Mapping[str, Any]:
        await _delete(self._maids, caller, "maidcode", needed(fields, "maidcode"))
        return {}

    async def _list_goods(self, caller: Caller, fields: Fields) -> Mapping[str, Any]:
        rows = [goods_row(each.form) for each in self._goods.listed(caller.actor)]
        return listed("goods_name", rows, fields)

    async def _list_taken(self, caller: Caller, fields: Fields) -> Mapping[str, Any]:
        room = self._desk.room(caller.actor, needed(fields, "room"))
        rows = [taken_row(each, self._zone()) for each in await self._log.of(room.room)]
        return listed("minibar_goods", rows, fields)


async def _delete(kept: DialplanObjects[Any], caller: Caller, name: str, code: str) -> None:
    for each in kept.listed(caller.actor):
        if each.form.code == code:
            await kept.delete(caller.actor, each.id)
            return
    raise unknown(name, code)
