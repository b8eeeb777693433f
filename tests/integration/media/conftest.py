"""A worker, two phones that talk, and somebody who should not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.media import MediaPhone, Worker

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def worker() -> Iterator[Worker]:
    with Worker() as worker:
        yield worker


@pytest.fixture
def ann() -> Iterator[MediaPhone]:
    with MediaPhone() as phone:
        yield phone


@pytest.fixture
def bob() -> Iterator[MediaPhone]:
    with MediaPhone() as phone:
        yield phone


@pytest.fixture
def eve() -> Iterator[MediaPhone]:
    with MediaPhone() as phone:
        yield phone
