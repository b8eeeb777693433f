"""The services a number may mean."""

from __future__ import annotations

from pbxcore.apps.announcement import Announcement
from pbxcore.apps.announcement_center import AnnouncementCenter
from pbxcore.apps.announcing import Announced, ScheduledPage
from pbxcore.apps.chat_alarm import ChatAlarm
from pbxcore.apps.conferences import ConferenceRoom, Invitation
from pbxcore.apps.disa import Disa
from pbxcore.apps.echo import EchoTest
from pbxcore.apps.emergency_notice import EmergencyNotice
from pbxcore.apps.fax_detection import FaxDetection
from pbxcore.apps.fax_reception import FaxReception
from pbxcore.apps.feature_codes import FeatureCode
from pbxcore.apps.group_prompt import GroupPrompt
from pbxcore.apps.ivr import Ivr
from pbxcore.apps.mini_bar import MiniBar
from pbxcore.apps.name_directory import NameDirectory
from pbxcore.apps.pin_gate import PinGate
from pbxcore.apps.prompt_player import PromptPlayer, Rejection
from pbxcore.apps.prompt_recorder import PromptRecorder
from pbxcore.apps.queue_duty import QueueLogIn, QueueLogOut
from pbxcore.apps.room_status import RoomStatus
from pbxcore.apps.voicemail.services import VoicemailServices
from pbxcore.apps.wake_up import RemoteWakeUpDesk, WakeUp, WakeUpDesk

Service = (
    Announced
    | Announcement
    | AnnouncementCenter
    | ChatAlarm
    | ConferenceRoom
    | Disa
    | EchoTest
    | EmergencyNotice
    | FaxDetection
    | FaxReception
    | FeatureCode
    | GroupPrompt
    | Invitation
    | Ivr
    | MiniBar
    | NameDirectory
    | PinGate
    | PromptPlayer
    | PromptRecorder
    | QueueLogIn
    | QueueLogOut
    | Rejection
    | RemoteWakeUpDesk
    | RoomStatus
    | ScheduledPage
    | VoicemailServices
    | WakeUp
    | WakeUpDesk
)
"""What is told of a service; its `kind` is the word for places, records and the administrator."""
PrefixedService = AnnouncementCenter | RoomStatus
"""Those that are dialled with something after their code, and tell which numbers they take."""
