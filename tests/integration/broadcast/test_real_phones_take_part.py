"""baresip gets a broadcast and an answer, sipsak writes to Wave, SIPp registers and takes texts."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from engage.identifiers import new_id
from tests.support.baresip import Baresip
from tests.support.program import Program
from tests.support.server import Server, free_port, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

SCENARIOS = Path(__file__).parents[2] / "support" / "sipp"
MESSAGE = """MESSAGE sip:1000@127.0.0.1:{port} SIP/2.0
From: <sip:1001@127.0.0.1:{port}>;tag=sipsak
To: <sip:1000@127.0.0.1:{port}>
Call-ID: {call_id}
CSeq: 1 MESSAGE
Max-Forwards: 70
Content-Type: text/plain
Content-Length: {length}

{text}"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture(scope="module")
def admin(server: Server) -> Program:
    return Program(server.url, "admin", "Demo-admin!")


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
def test_baresip_gets_a_broadcast_and_the_history_says_so(
    server: Server, admin: Program, tmp_path: Path, transport: str
) -> None:
    with Baresip(tmp_path / "baresip", server, "1001", transport) as phone:
        _wait_for_phones(admin, "1001", 1)
        text = f"Grüße über {transport}: " + "Brandschutzübung um zehn Uhr. " * 3
        made = _broadcast(admin, "1001", text)
        phone.shows(f': "{text.strip()[:60]}')  # on its screen, not in its trace
        [row] = _rows(admin, made, "phone")
        assert (row["state"], row["sip_code"]) == ("delivered", 200)
        assert "baresip" in row["device_name"]
    _wait_for_phones(admin, "1001", 0)


def test_long_text_goes_to_baresip_whole_by_tcp_wherever_it_registered(
    server: Server, admin: Program, tmp_path: Path
) -> None:
    text = " ".join(f"wörd{number}" for number in range(130))
    with (
        Baresip(tmp_path / "udp", server, "1002", "udp") as udp,
        Baresip(tmp_path / "tcp", server, "1003", "tcp") as tcp,
    ):
        _wait_for_phones(admin, "1002", 1)
        _wait_for_phones(admin, "1003", 1)
        made = _broadcast(admin, "1002", text, "1003")
        udp.shows(text)  # in its trace: its screen drops lines of more than 512 bytes
        tcp.shows(text)
        rows = {each["number"]: each for each in _rows(admin, made, "phone")}
        assert (rows["1002"]["state"], rows["1002"]["parts"]) == ("delivered", 1)
        assert (rows["1003"]["state"], rows["1003"]["parts"]) == ("delivered", 1)


def test_sipsak_writes_to_wave_and_the_answer_reaches_baresip(
    server: Server, admin: Program, tmp_path: Path
) -> None:
    ana = Program(server.url, "1000", "Demo-1000!")
    with Baresip(tmp_path / "baresip", server, "1001", "udp") as phone:
        _wait_for_phones(admin, "1001", 1)
        assert _sipsak(server, tmp_path, "Sip-1001!", "Are you there?") == 0
        [chat] = ana.get("/v1/conversations?kind=direct").json()["items"]
        assert chat["last"]["text"].strip() == "Are you there?"
        assert chat["last"]["author"] == {"kind": "phone", "id": "1001", "name": "Ben Osei"}
        said = ana.post(
            f"/v1/conversations/{chat['conversation']}/events",
            {"client_id": "answer-01", "text": "I am <b>here</b>."},
        )
        assert said.status == 201
        phone.shows(': "I am <b>here</b>."')


def test_sipsak_with_a_wrong_password_writes_nothing(server: Server, tmp_path: Path) -> None:
    ana = Program(server.url, "1000", "Demo-1000!")
    before = ana.get("/v1/conversations?kind=direct").json()
    assert _sipsak(server, tmp_path, "wrong", "Let me in.") != 0
    assert ana.get("/v1/conversations?kind=direct").json() == before


def test_sipp_registers_and_takes_a_broadcast(
    server: Server, admin: Program, tmp_path: Path
) -> None:
    port = free_port(udp=True)
    sink = subprocess.Popen(
        _sipp("take_message.xml", "-p", str(port), calls=1),
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        registered = subprocess.run(
            [
                *_sipp("register.xml", "-p", str(free_port(udp=True)), "-key", "sink", str(port)),
                *("-s", "1003", "-au", "1003", "-ap", "Sip-1003!"),
                f"127.0.0.1:{server.sip_port}",
            ],
            cwd=tmp_path,
            capture_output=True,
            timeout=30,
            check=False,
        )
        assert registered.returncode == 0, registered.stderr
        _wait_for_phones(admin, "1003", 1)
        made = _broadcast(admin, "1003", "Fire drill at ten.")
        [row] = _rows(admin, made, "phone")
        assert (row["state"], row["sip_code"], row["device_name"]) == ("delivered", 200, "SIPp")
        assert sink.wait(20) == 0
    finally:
        sink.kill()
        sink.wait()


def _sipp(scenario: str, *arguments: str, calls: int = 1) -> list[str]:
    common = ("-m", str(calls), "-timeout", "40", "-i", "127.0.0.1", "-nostdin")
    return ["sipp", "-sf", str(SCENARIOS / scenario), *common, *arguments]


def _sipsak(server: Server, folder: Path, password: str, text: str) -> int:
    """Send a MESSAGE from a file: `sipsak -M` of Debian 12 crashes whatever it is given."""
    request = MESSAGE.format(
        port=server.sip_port, call_id=new_id(), length=len(text.encode()), text=text
    )
    (folder / "message.sip").write_text(request)
    sent = subprocess.run(
        [
            *("sipsak", "-f", str(folder / "message.sip"), "-a", password, "-u", "1001"),
            *("-H", "127.0.0.1", "-l", str(free_port(udp=True))),
            *("-s", f"sip:1000@127.0.0.1:{server.sip_port}"),
        ],
        capture_output=True,
        timeout=60,
        check=False,
    )
    return sent.returncode


def _wait_for_phones(admin: Program, number: str, count: int) -> None:
    def there() -> bool:
        items = admin.get("/v1/contacts").json()["items"]
        return bool({each["number"]: each["phones"] for each in items}[number] == count)

    wait_until(there, 15, f"{count} phones of {number}")


def _broadcast(admin: Program, number: str, text: str, *more: str) -> dict[str, Any]:
    made = admin.post(
        "/v1/broadcasts",
        {
            "name": "Drill",
            "sender": "Facilities",
            "message": text,
            "extensions": [number, *more],
            "deliver_to": ["phones"],
        },
    )
    assert made.status == 201, made.body
    return dict(made.json())


def _rows(admin: Program, made: dict[str, Any], leg: str) -> list[dict[str, Any]]:
    path = f"/v1/broadcasts/{made['id']}"
    wait_until(lambda: admin.get(path).json()["state"] == "finished", 15, "the end")
    return list(admin.get(f"{path}/deliveries?leg={leg}").json()["items"])
