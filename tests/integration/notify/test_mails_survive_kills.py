"""The web part is killed while it sends: each mail arrives, under one Message-ID, once."""

from __future__ import annotations

from tests.support.mail_sink import SinkThread
from tests.support.program import Program
from tests.support.server import Server, wait_until


def add_extension(program: Program, number: str) -> None:
    extension = {
        "number": number,
        "first_name": "Nora",
        "last_name": "Quist",
        "email": f"{number}@example.test",
    }
    added = program.post("/v1/extensions", extension)
    assert added.status == 201, added.body


def states(program: Program) -> list[str]:
    return [each["state"] for each in program.get("/v1/mails").json()["items"]]


def test_mails_survive_the_death_of_their_sender_and_an_absent_server() -> None:
    with (
        SinkThread(delay_s=1.0) as sink,
        Server("--smtp", f"smtp://127.0.0.1:{sink.port}") as server,
    ):
        program = Program(server.url, "admin", "Demo-admin!")
        add_extension(program, "1071")
        wait_until(lambda: sink.receiving, 10, "a mail's way to the sink")
        server.kill9("web")  # before the sink has answered
        server.wait_ready()
        wait_until(lambda: states(program) == ["sent"], 30, "its settling")
        assert len(sink.mails) == 1
        assert sink.receiving == 2

        sink.pause()
        add_extension(program, "1072")
        wait_until(
            lambda: program.get("/v1/email/status").json()["state"] == "trouble", 10, "trouble"
        )
        server.restart()
        assert sorted(states(program)) in (["sent", "waiting"], ["sending", "sent"])
        sink.resume()
        wait_until(lambda: states(program) == ["sent", "sent"], 60, "the one that waited")
        assert len(sink.mails) == 2
        assert len({mail.message["message-id"] for mail in sink.mails}) == 2
