"""The forms of the administration, which it draws from their schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engage.api.forms import ApiUserForm
from engage.calls.prompt_recording_routes import RecordPromptForm
from engage.dialplan.announcement_center_forms import CenterGroupForm, CenterMessageForm
from engage.dialplan.announcement_forms import AnnouncementForm
from engage.dialplan.callback_forms import CallbackForm
from engage.dialplan.conference_rooms import ConferenceRoomForm
from engage.dialplan.custom_prompts import CustomPromptForm
from engage.dialplan.disa_forms import DisaForm
from engage.dialplan.emergency_numbers import EmergencyNumberForm
from engage.dialplan.fax_extensions import FaxExtensionForm
from engage.dialplan.inbound_forms import InboundRouteForm
from engage.dialplan.ivr_forms import IvrForm
from engage.dialplan.music_classes import MusicClassForm
from engage.dialplan.name_directory_forms import NameDirectoryForm
from engage.dialplan.outbound_forms import OutboundRouteForm
from engage.dialplan.paging_groups import PagingGroupForm
from engage.dialplan.parking_lots import ParkingLotForm
from engage.dialplan.pickup_groups import PickupGroupForm
from engage.dialplan.pin_groups import PinGroupForm
from engage.dialplan.ring_group_forms import RingGroupForm
from engage.dialplan.ringtones import RingtoneForm
from engage.dialplan.speed_dials import SpeedDialForm
from engage.dialplan.voicemail_groups import VoicemailGroupForm
from engage.dialplan.wake_up_forms import WakeUpForm
from engage.livechat.administration_routes import LiveChatFields
from engage.livechat.webhooks.forms import WebhookForm
from engage.notify.wire import EmailTemplateForm
from engage.people.admin_forms import AdminForm
from engage.people.call_forms import OwnCallFields
from engage.people.extension_batches import ExtensionBatchForm
from engage.people.extension_forms import ExtensionForm
from engage.people.group_forms import GroupForm
from engage.people.privilege_forms import PrivilegeForm, WavePrivilegeForm
from engage.people.queue_bodies import QueueForm
from engage.pms.mini_bar import MiniBarGoodsForm, MiniBarMaidForm
from engage.pms.rooms import PmsRoomForm
from engage.queues.scheduled.forms import ReportScheduleForm
from engage.system.http_server_routes import CertificateUpload
from engage.telephony.trunk_forms import TrunkForm

if TYPE_CHECKING:
    from pydantic import BaseModel

FORMS: Final[dict[str, type[BaseModel]]] = {
    "admin": AdminForm,
    "announcement": AnnouncementForm,
    "callback": CallbackForm,
    "center-group": CenterGroupForm,
    "center-message": CenterMessageForm,
    "disa": DisaForm,
    "name-directory": NameDirectoryForm,
    "wake-up-call": WakeUpForm,
    "api-users": ApiUserForm,
    "certificate": CertificateUpload,
    "conference-room": ConferenceRoomForm,
    "email-template": EmailTemplateForm,
    "custom-prompt": CustomPromptForm,
    "fax-extension": FaxExtensionForm,
    "emergency-number": EmergencyNumberForm,
    "extension": ExtensionForm,
    "extension-batch": ExtensionBatchForm,
    "extension-group": GroupForm,
    "inbound-route": InboundRouteForm,
    "ivr": IvrForm,
    "livechat": LiveChatFields,
    "music-class": MusicClassForm,
    "mini-bar-goods": MiniBarGoodsForm,
    "mini-bar-maid": MiniBarMaidForm,
    "outbound-route": OutboundRouteForm,
    "own-calls": OwnCallFields,
    "paging-group": PagingGroupForm,
    "parking-lot": ParkingLotForm,
    "pickup-group": PickupGroupForm,
    "pin-group": PinGroupForm,
    "pms-room": PmsRoomForm,
    "privilege": PrivilegeForm,
    "queue": QueueForm,
    "queue-report-schedule": ReportScheduleForm,
    "record-prompt": RecordPromptForm,
    "ring-group": RingGroupForm,
    "ringtone": RingtoneForm,
    "speed-dial": SpeedDialForm,
    "trunk": TrunkForm,
    "voicemail-group": VoicemailGroupForm,
    "wave-privilege": WavePrivilegeForm,
    "webhook": WebhookForm,
}
