"""What a refused request is called in the operation log."""

from __future__ import annotations

import pytest

from engage.web.refusals import attempt


@pytest.mark.parametrize(
    ("method", "path", "params", "action", "subject"),
    [
        ("POST", "/v1/extensions", {}, "extension.add", "extension:"),
        ("PATCH", "/v1/queues/{number}", {"number": "6500"}, "queue.change", "queue:6500"),
        ("DELETE", "/v1/api-users/{id}", {"id": "a"}, "api_user.delete", "api_user:a"),
        ("POST", "/v1/livechats/{id}/link", {"id": "a"}, "livechat.link", "livechat:a"),
        ("PATCH", "/v1/settings/{name}", {"name": "email"}, "settings.change", "settings:email"),
        ("PATCH", "/v1/queues/{number}", {"number": "65\x0000"}, "queue.change", "queue:"),
        (
            "PUT",
            "/v1/email-templates/{kind}",
            {"kind": "welcome"},
            "email_template.change",
            "email_template:welcome",
        ),
    ],
)
def test_an_attempt_is_named_as_if_it_had_been_done(
    method: str, path: str, params: dict[str, str], action: str, subject: str
) -> None:
    assert attempt(method, path, params) == (action, subject)
