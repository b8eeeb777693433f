"""Whatever is sent, the answer is an envelope with a status of the table, and never our fault."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engage.api.account_fields import ACCOUNT
from engage.api.index import SERVED
from engage.api.queue_fields import QUEUE
from engage.api.status import Status
from tests.support.examples import examples

if TYPE_CHECKING:
    from tests.support.server import Server
    from tests.support.ucm import UcmClient

FUZZ = settings(
    max_examples=examples(30),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
TABLE = {int(each) for each in Status}
ACTIONS = sorted(SERVED.keys() - {"logout", "challenge", "login"})
NAMES = [
    *(each.name for each in (*ACCOUNT, *QUEUE)),
    *("user_name", "user_id", "queue", "privilege", "presence_settings", "sip_presence_settings"),
    *("page", "item_num", "sidx", "sord", "options", "cfu", "cfb_timetype"),
]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=40)
    | st.sampled_from(["1000", "6500", "admin", "' OR 1=1 --", "../../etc/passwd", "%s%n", "%(x)s"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
REQUESTS = st.fixed_dictionaries(
    {"action": st.sampled_from(ACTIONS)},
    optional=dict.fromkeys(NAMES, VALUES),
)


@FUZZ
@given(request=st.data())
def test_no_request_of_a_known_action_breaks_anything(api: UcmClient, request: Any) -> None:
    names = request.draw(st.lists(st.sampled_from(NAMES), max_size=6, unique=True))
    parameters = {name: request.draw(VALUES) for name in names}
    action = request.draw(st.sampled_from(ACTIONS))
    if action == "cdrapi":  # it answers with records alone, outside the envelope
        asked = {**parameters, "action": action, "cookie": api.cookie, "format": "json"}
        status, _, records = api.raw(json.dumps({"request": asked}).encode())
        assert status == 200
        assert "status" in (told := json.loads(records)) or "cdr_root" in told, told
        return
    if action == "recapi":  # it lists folders outside the envelope where no file is asked for
        asked = {**parameters, "action": action, "cookie": api.cookie}
        status, _, answered = api.raw(json.dumps({"request": asked}).encode())
        assert status == 200
        assert answered.startswith(b"Directory\r\n") or json.loads(answered)["status"] in TABLE
        return
    answer = api.ask(action, **parameters)
    assert answer.http == 200
    assert answer.status in TABLE - {int(Status.INTERNAL)}, answer
    assert "%(" not in str(answer.response.get("error_msg", ""))


@FUZZ
@given(envelope=VALUES)
def test_no_json_breaks_the_envelope(client: UcmClient, envelope: object) -> None:
    for body in (envelope, {"request": envelope}, {"request": {"action": envelope}}):
        status, _, answer = client.raw(json.dumps(body).encode("utf-8", "surrogatepass"))
        assert status == 200
        assert json.loads(answer)["status"] in TABLE - {0, int(Status.INTERNAL)}


@FUZZ
@given(body=st.binary(max_size=200))
def test_no_bytes_break_the_envelope(client: UcmClient, body: bytes) -> None:
    status, _, answer = client.raw(body)
    assert status == 200
    assert json.loads(answer)["status"] in TABLE - {0, int(Status.INTERNAL)}


def test_the_server_has_noticed_no_fault(server: Server, api: UcmClient) -> None:
    assert api.ask("getSystemStatus").status == 0
    assert "Traceback" not in server.log
