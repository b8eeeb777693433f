"""Subscriptions of a user agent in virtual time, with a scripted notifier at the other end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pbxcore.sip.headers.events import Event
from pbxcore.sip.message import Request, Response, build_request, parse
from tests.support.agents import Timeless, World

if TYPE_CHECKING:
    from pbxcore.sip.agent.subscription import Notified, Subscription

A, B = "10.0.0.1", "10.0.0.2"


class Notifier:
    """Answers SUBSCRIBE and sends NOTIFY as it is told."""

    uri = b"sip:10.0.0.2"

    def __init__(self, world: World) -> None:
        self.layer = Timeless()
        self.world = world
        self.requests: list[Request] = []
        self.responses: list[Response] = []
        self.refusals: list[tuple[int, bytes]] = []
        self.silent = False
        self._cseq = 0

    def take(self, data: bytes, sender: str) -> None:
        message = parse(data)
        if isinstance(message, Response):
            self.responses.append(message)
            return
        self.requests.append(message)
        if self.silent:
            return
        status, more = self.refusals.pop(0) if self.refusals else (200, b"")
        names = (b"Via", b"From", b"Call-ID", b"CSeq")
        lines = [b"%b: %b" % (each, message.get(each.lower()) or b"") for each in names]
        to = message.get(b"to") or b""
        lines.append(b"To: " + (to if b"tag=" in to else to + b";tag=n"))
        lines += [b"Expires: " + (message.get(b"expires") or b"0"), b"Contact: <sip:n@10.0.0.2>"]
        lines += [more] if more else []
        self.world.put(B, A, Response(status, b"X", b"SIP/2.0", [*lines, b""], b"").encode())

    def notify(self, state: bytes, body: bytes = b"state", tag: bytes = b"n") -> None:
        first = self.requests[0]
        self._cseq += 1
        lines = [
            b"Via: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bKn%d" % self._cseq,
            b"Max-Forwards: 70",
            b"From: <sip:10.0.0.2>;tag=" + tag,
            b"To: " + (first.get(b"from") or b""),
            b"Call-ID: " + (first.get(b"call-id") or b""),
            b"CSeq: %d NOTIFY" % self._cseq,
            b"Contact: <sip:n@10.0.0.2>",
            b"Event: presence",
            b"Subscription-State: " + state,
        ]
        self.world.put(B, A, build_request(b"NOTIFY", b"sip:10.0.0.1", lines, body))


class Scene:
    def __init__(self, expires_s: int = 600, *, silent: bool = False) -> None:
        self.world = World()
        self.alice = self.world.host(A)
        self.notifier = Notifier(self.world)
        self.notifier.silent = silent
        self.world.hosts[B] = self.notifier
        self.told: list[Notified] = []
        self.expires_s = expires_s

    def subscribe(self) -> Subscription:
        subscription = self.alice.agent.subscribe(
            b"sip:10.0.0.2", Event(b"presence"), self.told.append, expires_s=self.expires_s
        )
        self.world.run(0.1)
        return subscription

    def statuses(self) -> list[int]:
        return [each.status for each in self.notifier.responses]


def test_subscription_tells_is_refreshed_and_stopped() -> None:
    scene = Scene()
    subscription = scene.subscribe()
    scene.notifier.notify(b"active;expires=600")
    scene.world.run(0.1)
    assert [each.body for each in scene.told] == [b"state"]
    scene.world.run(600.0)
    expiries = [each.get(b"expires") for each in scene.notifier.requests]
    assert expiries == [b"600", b"600"]
    assert b"tag=n" in (scene.notifier.requests[1].get(b"to") or b"")
    subscription.stop()
    scene.world.run(0.1)
    assert scene.notifier.requests[-1].get(b"expires") == b"0"
    scene.notifier.notify(b"terminated;reason=timeout", b"")
    scene.world.run(0.1)
    assert scene.told[-1].ended
    assert scene.statuses() == [200, 200]
    assert len(scene.alice.agent) == 0
    scene.notifier.notify(b"active")
    scene.world.run(0.1)
    assert scene.statuses()[-1] == 481


def test_notify_may_come_before_the_2xx_and_other_forks_are_refused() -> None:
    scene = Scene(silent=True)
    scene.subscribe()
    scene.notifier.notify(b"active;expires=600")
    scene.world.run(0.1)
    scene.notifier.notify(b"active;expires=600", tag=b"other")
    scene.world.run(0.1)
    assert scene.statuses() == [200, 481]
    assert len(scene.told) == 1


def test_longer_expiry_is_asked_for_when_the_notifier_wants_it() -> None:
    scene = Scene(60)
    scene.notifier.refusals = [(423, b"Min-Expires: 900")]
    scene.subscribe()
    assert [each.get(b"expires") for each in scene.notifier.requests] == [b"60", b"900"]


@pytest.mark.parametrize("status", [403, 489])
def test_refused_subscription_ends_with_the_status(status: int) -> None:
    scene = Scene()
    scene.notifier.refusals = [(status, b"")]
    scene.subscribe()
    assert [(each.ended, each.status) for each in scene.told] == [(True, status)]


def test_without_a_notify_there_is_no_subscription() -> None:
    scene = Scene()
    scene.subscribe()
    scene.notifier.silent = True
    scene.world.run(700.0)
    assert scene.told[-1].status == 408
    assert len(scene.alice.agent) == 0


def test_refresh_answered_481_ends_it() -> None:
    scene = Scene(100)
    scene.subscribe()
    scene.notifier.notify(b"active;expires=100")
    scene.notifier.refusals = [(481, b"")]
    scene.world.run(100.0)
    assert scene.told[-1].status == 481


def test_state_is_fetched_once() -> None:
    scene = Scene(0)
    scene.subscribe()
    scene.notifier.notify(b"terminated;reason=timeout", b"now")
    scene.world.run(1.0)
    assert [(each.body, each.ended) for each in scene.told] == [(b"now", True)]
    assert len(scene.notifier.requests) == 1


def test_notify_without_a_state_is_400() -> None:
    scene = Scene()
    scene.subscribe()
    scene.notifier.notify(b";")
    scene.world.run(0.1)
    assert scene.statuses() == [400]
