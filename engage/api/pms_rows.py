"""Guests, rooms and goods between the protocol's names and ours. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from engage.api.pms_requests import date_of
from engage.api.status import bad_value
from engage.api.values import ANY_OTHER, TOO_LONG
from engage.pms.model import LEVELS, Guest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from engage.pms.mini_bar import MiniBarGoodsForm
    from engage.pms.model import Condition, Stay, Usual
    from engage.pms.rooms import PmsRoomForm
    from engage.pms.taken import Taken

LONGEST: Final = 64
_WORDS: Final = {
    "firstname": "first_name",
    "lastname": "last_name",
    "account": "account",
    "language": "language",
    "vipcode": "vip_code",
    "credit": "credit",
}
"""Ours by the protocol's."""
_DATES: Final = {"datein": "date_in", "dateout": "date_out"}


def given_of(fields: Mapping[str, str]) -> dict[str, str]:
    """What a command says of a guest, by our names.

    Raises:
        Refused: a value cannot be taken.
    """
    given: dict[str, str] = {}
    for theirs, ours in _WORDS.items():
        if theirs in fields:
            if len(fields[theirs]) > LONGEST:
                raise bad_value(theirs, TOO_LONG, {"shortest": 0, "longest": LONGEST})
            given[ours] = fields[theirs]
    for theirs, ours in _DATES.items():
        if theirs in fields:
            given[ours] = date_of(fields, theirs)
    if level := fields.get("cos"):
        if level not in LEVELS:
            raise bad_value("cos", ANY_OTHER)
        given["level"] = level
    return given


def room_row(
    room: PmsRoomForm, stay: Stay | None, condition: Condition, now: Usual, zone: tzinfo
) -> dict[str, Any]:
    """A room as it is answered; `now` is what its extension is."""
    guest = Guest() if stay is None else stay.guest
    usual = now if stay is None else stay.usual
    day, time = _moment(condition.changed_at_ms, zone)
    return {
        "address": room.address or room.room,
        "room": room.room,
        "extension": room.extension,
        "number": room.extension,
        "account": guest.account or None,
        "user_name": guest.name or None,
        "first_name": guest.first_name or None,
        "last_name": guest.last_name or None,
        "language": guest.language or None,
        "vipcode": guest.vip_code or None,
        "credit": guest.credit or None,
        "datein": guest.date_in or None,
        "dateout": guest.date_out or None,
        "chki_status": "no" if stay is None else "yes",
        "status": condition.status,
        "permission": now.permission,
        "default_permission": usual.permission,
        "order_id": None,
        "maid": condition.maid or None,
        "s_date": day,
        "s_time": time,
        "tmp_address": None,
        "tmp_extension": None,
        "tmp_user_name": None,
    }


def goods_row(form: MiniBarGoodsForm) -> dict[str, Any]:
    """An article as it is answered: its code is what is entered by phone."""
    return {
        "amount": None,
        "extension": form.code,
        "goods_name": form.name,
        "goods_tax": None,
        "prompt_error": None,
        "prompt_success": None,
    }


def taken_row(taken: Taken, zone: tzinfo) -> dict[str, Any]:
    """What was taken of an article as it is answered."""
    day, time = _moment(taken.taken_at_ms, zone)
    return {
        "goods_name": taken.name,
        "count": taken.count,
        "amount": None,
        "time": f"{day} {time}",
        "maid": taken.maid,
        "tax": None,
    }


def _moment(at_ms: int, zone: tzinfo) -> tuple[str | None, str | None]:
    if not at_ms:
        return None, None
    moment = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone)
    return moment.strftime("%Y/%m/%d"), moment.strftime("%H:%M:%S")
