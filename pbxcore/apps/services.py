"""The services a number may mean."""

from __future__ import annotations

from pbxcore.apps.echo import EchoTest
from pbxcore.apps.ivr import Ivr

Service = EchoTest | Ivr
"""What is told of a service; its `kind` is the word for places, records and the administrator."""
