"""The services a number may mean."""

from __future__ import annotations

from pbxcore.apps.conferences import ConferenceRoom
from pbxcore.apps.echo import EchoTest
from pbxcore.apps.fax_detection import FaxDetection
from pbxcore.apps.ivr import Ivr
from pbxcore.apps.pin_gate import PinGate
from pbxcore.apps.prompt_player import PromptPlayer
from pbxcore.apps.voicemail.services import VoicemailServices

Service = (
    ConferenceRoom | EchoTest | Ivr | PinGate | PromptPlayer | FaxDetection | VoicemailServices
)
"""What is told of a service; its `kind` is the word for places, records and the administrator."""
