"""Each error of ours has a status of the protocol's table, and the answer says why."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from starlette.applications import Starlette

from engage.api.actions import NEED_APPLY
from engage.api.endpoint import ApiEndpoint
from engage.api.index import DENIABLE, NOT_YET, REFUSED, SERVED
from engage.api.model import ApiUser
from engage.api.permitted import Permitted
from engage.api.sessions import ApiSessions
from engage.api.status import Refused, Status, bad_value
from engage.errors import (
    Conflict,
    EngageError,
    Forbidden,
    Invalid,
    NotFound,
    TextRefused,
    TooMany,
    Unavailable,
)
from engage.people.model import NameTaken
from engage.system.editing import Edited, InUse

if TYPE_CHECKING:
    from engage.api.actions import Caller, Parameters
    from engage.system.actor import Actor

IN_USE = InUse([{"kind": "livechat", "id": "1", "name": "Shop"}])
EXPECTED: list[tuple[Exception, str, int]] = [
    (NotFound(), "updateSIPAccount", -16),
    (NameTaken(), "addQueue", -44),
    (Edited("Ana", 3), "updateSIPAccount", -43),
    (Conflict(), "updateQueue", -43),
    (IN_USE, "deleteQueue", -24),
    (Forbidden(), "deleteUser", -47),
    (Invalid({"email": "no"}), "updateUser", -15),
    (TextRefused(), "updateUser", -50),
    (TooMany(3), "listUser", -57),
    (Unavailable(), "listAccount", -26),
    (Unavailable(), "updateSIPAccount", -25),
    (EngageError(), "listAccount", -9),
    (RuntimeError("ours"), "listAccount", -9),
    (bad_value("dnd", "no."), "updateSIPAccount", -15),
    (Refused(Status.TIMEOUT, "late"), "applyChanges", -8),
]


class Users:
    """One API user, who may come from everywhere."""

    user = ApiUser("u1", "crm", "", True, (), frozenset({"listQueue"}), 1, 0, Permitted((), ()))

    async def admits(self, _: str) -> bool:
        return True

    def of_id(self, _: str) -> ApiUser:
        return self.user

    async def permits(self, _: ApiUser, __: str) -> bool:
        return True


class Operations:
    """Remembers what was refused."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, str, str]] = []

    async def refused(self, actor: Actor, action: str, subject: str, code: str) -> None:
        self.rows.append((actor.who, action, subject, code))


class Api:
    """The endpoint around one handler, asked without a socket."""

    def __init__(self, error: Exception | None = None) -> None:
        self.operations, self.answered = Operations(), list[tuple[str, int]]()
        sessions = ApiSessions(lambda: 0)
        self.cookie = sessions.begin("u1", "crm", "192.0.2.1")

        async def handler(_: Caller, __: Parameters) -> dict[str, Any]:
            if error is not None:
                raise error
            return dict(NEED_APPLY)

        users: Any = Users()
        operations: Any = self.operations
        endpoint = ApiEndpoint(
            users,
            sessions,
            operations,
            {},
            dict.fromkeys(SERVED, handler),
            lambda action, status: self.answered.append((action, status)),
        )
        self._app = Starlette(routes=endpoint.routes())

    async def ask(self, action: str, **parameters: Any) -> tuple[int, dict[str, Any]]:
        request = {"action": action, "cookie": self.cookie, **parameters}
        body = json.dumps({"request": request}).encode()
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http", "method": "POST", "path": "/api", "raw_path": b"/api",
            "scheme": "https",
            "query_string": b"", "headers": [(b"host", b"pbx")], "client": ("192.0.2.1", 1),
            "server": ("pbx", 443), "http_version": "1.1", "root_path": "",
        }  # fmt: skip
        await self._app(scope, receive, send)
        assert sent[0]["status"] == 200
        told = json.loads(sent[1]["body"])
        return told["status"], told["response"]


@pytest.mark.parametrize(("error", "action", "status"), EXPECTED)
async def test_errors_become_statuses(error: Exception, action: str, status: int) -> None:
    api = Api(error)
    told, response = await api.ask(action, extension="1000")
    assert told == status
    assert response["error_msg"]
    assert api.answered == [(action, status)]


async def test_refused_changes_are_noted_and_refused_questions_are_not() -> None:
    api = Api(NotFound())
    await api.ask("deleteUser", user_name="1000")
    await api.ask("listAccount")
    assert api.operations.rows == [("api:crm", "api.deleteUser", "extension:1000", "not_found")]
    api = Api(IN_USE)
    _, response = await api.ask("deleteQueue", queue="6500")
    assert api.operations.rows == [("api:crm", "api.deleteQueue", "queue:6500", "in_use")]
    assert "Shop" in response["error_msg"]


async def test_denied_actions_are_refused_before_they_are_tried() -> None:
    assert (await Api().ask("listQueue"))[0] == -47
    assert await Api().ask("LISTACCOUNT ") == (0, {"need_apply": "yes"})


async def test_actions_to_come_and_actions_of_nobody() -> None:
    api = Api()
    for action in NOT_YET:
        assert (await api.ask(action))[0] == -19, action
    for action in REFUSED:
        assert (await api.ask(action))[0] == -47, action
    assert (await api.ask("makeCoffee"))[0] == -1


def test_no_action_is_both_served_and_to_come() -> None:
    assert not SERVED.keys() & NOT_YET
    assert not SERVED.keys() & REFUSED
    assert {each.lower() for each in DENIABLE} <= SERVED.keys()
