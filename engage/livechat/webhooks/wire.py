"""Webhooks as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from engage.identifiers import rfc3339

if TYPE_CHECKING:
    from engage.livechat.webhooks.endpoints import Listed
    from engage.livechat.webhooks.model import Attempt, Delivery, Endpoint


def endpoint_json(endpoint: Endpoint) -> dict[str, Any]:
    """A webhook, without its secret."""
    since = endpoint.failing_since_ms
    return {
        "id": endpoint.id,
        "name": endpoint.name,
        "url": endpoint.url,
        "events": list(endpoint.events),
        "livechats": list(endpoint.livechats),
        "enabled": endpoint.enabled,
        "version": endpoint.version,
        "created_at": rfc3339(endpoint.created_at_ms),
        "failures": endpoint.failures,
        "failing_since": None if since is None else rfc3339(since),
        "disabled_reason": endpoint.disabled_reason,
    }


def listed_json(listed: Listed) -> dict[str, Any]:
    """A webhook with what waits and what has failed."""
    told = {"waiting": listed.waiting, "failed": listed.failed}
    return {**endpoint_json(listed.endpoint), **told}


def delivery_json(delivery: Delivery) -> dict[str, Any]:
    """A message with its attempts, as the log's list shows it."""
    last = delivery.attempts[-1] if delivery.attempts else None
    return {
        "id": delivery.id,
        "type": delivery.type,
        "conversation": delivery.conversation_id,
        "state": delivery.state,
        "tries": delivery.tries,
        "created_at": rfc3339(delivery.created_at_ms),
        "due_at": rfc3339(delivery.due_at_ms) if delivery.state == "waiting" else None,
        "status": None if last is None else last.status,
        "error": "" if last is None else last.error,
    }


def details_json(delivery: Delivery, endpoint: Endpoint, *, whole: bool) -> dict[str, Any]:
    """What was sent and what came back; `whole`: with what was said, and by whom.

    What is secret is not in it. What came back may repeat what was sent.
    """
    payload = json.loads(delivery.payload)
    if not whole:
        payload.pop("data", None)
    attempts = [attempt_json(each) for each in delivery.attempts]
    sent = {
        "content-type": "application/json",
        "webhook-id": delivery.id,
        "webhook-signature": "v1,…",
    }
    return {
        **delivery_json(delivery),
        "url": endpoint.url,
        "headers": sent,
        "payload": payload,
        "attempts": attempts if whole else [{**each, "response": ""} for each in attempts],
    }


def attempt_json(attempt: Attempt) -> dict[str, Any]:
    """One try."""
    return {
        "at": rfc3339(attempt.at_ms),
        "took_ms": attempt.took_ms,
        "status": attempt.status,
        "error": attempt.error,
        "response": attempt.response,
    }
