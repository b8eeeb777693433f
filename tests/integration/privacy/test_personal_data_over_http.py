"""Requests about personal data: whose they are, and who may answer them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.integration.privacy.test_erasure_of_a_person import begin, end
from tests.support import site as support

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.site import Site

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    async with support.site(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def admin(site: Site) -> str:
    return await site.sign_in("admin", "Demo-admin!")


async def test_by_address_the_calls_of_a_number_in_the_form_stay_whosesoever(
    site: Site, admin: str
) -> None:
    token, conversation = await begin(site, email="claims@example.test", phone="+44 20 7946 0018")
    await end(site, token, conversation)
    search = {"by": "email", "value": "Claims@Example.test"}
    _, seen = await site.json("POST", "/v1/persons/search", search, token=admin)
    assert seen["counts"]["conversations"] == 1
    assert seen["counts"]["calls_by_number"] == 0


async def test_a_number_without_digits_is_not_that_of_all_who_gave_none(
    site: Site, admin: str
) -> None:
    for value in ("---", "( ) ."):
        search = {"by": "phone", "value": value}
        for path, body in (
            ("search", search),
            ("export", search),
            ("erase", {**search, "confirm": value}),
        ):
            status, _ = await site.json("POST", f"/v1/persons/{path}", body, token=admin)
            assert status == 422, (path, value)


async def test_who_is_in_a_chat_is_not_erased(site: Site, admin: str) -> None:
    token, conversation = await begin(site, email="now@example.test")
    search = {"by": "email", "value": "now@example.test"}
    confirmed = {**search, "confirm": "now@example.test"}
    status, body = await site.json("POST", "/v1/persons/erase", confirmed, token=admin)
    assert (status, body["error"]["code"]) == (409, "still_talking")
    await end(site, token, conversation)


async def test_it_takes_a_right_of_its_own(site: Site, admin: str) -> None:
    modules = {"livechat": "edit", "livechat_records": "edit", "personal_data": "view"}
    new = {"name": "Data", "modules": modules}
    _, privilege = await site.json("POST", "/v1/privileges", new, token=admin)
    account = {
        "user_name": "dpo", "password": "Enough-Words-1!", "display_name": "Officer",
        "level": "custom", "privilege_id": privilege["id"],
    }  # fmt: skip
    status, body = await site.json("POST", "/v1/admins", account, token=admin)
    assert status == 201, body
    officer = await site.sign_in("dpo", "Enough-Words-1!")
    search = {"by": "email", "value": "claims@example.test"}
    assert (await site.json("POST", "/v1/persons/search", search, token=officer))[0] == 200
    confirmed = {**search, "confirm": search["value"]}
    assert (await site.json("POST", "/v1/persons/erase", confirmed, token=officer))[0] == 403
