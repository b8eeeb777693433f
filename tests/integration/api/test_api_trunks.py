"""SIP trunks through the API, field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.support.program import Program
    from tests.support.ucm import UcmClient

REGISTER = {
    "trunk_name": "City Line",
    "host": "198.51.100.7:5080",
    "trunk_type": "register",
    "username": "city",
    "secret": "Kp7!vale",
    "out_of_service": "yes",
}
PEER = {"trunk_name": "Peer", "host": "peer.example", "trunk_type": "peer"}


def index_of(api: UcmClient, name: str) -> int:
    rows = api.ask("listVoIPTrunk").response["voip_trunk"]
    return int(next(each["trunk_index"] for each in rows if each["trunk_name"] == name))


def trunk_of(api: UcmClient, name: str) -> dict[str, Any]:
    answer = api.ask("getSIPTrunk", trunk=str(index_of(api, name)))
    assert answer.status == 0, answer
    found: dict[str, Any] = answer.response["trunk"]
    return found


def header_of(admin: Program) -> str:
    """By which header an administrator sees that the trunk names the caller."""
    rows = admin.get("/v1/trunks").json()["items"]
    return str(next(each for each in rows if each["name"] == "City Line")["identity_header"])


def test_a_trunk_is_added_read_changed_and_deleted(api: UcmClient, admin: Program) -> None:
    added = api.ask("addSipTrunk", **REGISTER, authid="city-id", cidnumber="0501555")
    assert (added.status, added.response) == (0, {"need_apply": "yes"})
    trunk = trunk_of(api, "City Line")
    assert trunk["trunk_index"] == index_of(api, "City Line")
    said = {
        **REGISTER,
        "authid": "city-id",
        "need_register": "yes",
        "transport": "udp",
        "cidnumber": "0501555",
        "cidname": None,
        "encryption": "no",
        "did_mode": "request-line",
        "allow_outgoing_calls_if_reg_failed": "yes",
        "dtmfmode": None,
        "cc_max_agents": 5,
        "status": "Unregistered",
    }
    assert trunk.items() >= said.items()
    change = {
        "encryption": "support",
        "did_mode": "to-header",
        "out_maxchans": 30,
        "keepcid": "yes",
        "keeporgcid": "yes",
        "fromdomain": "from.example",
        "fromuser": "0501555",
        "pai_number": "Front<0501556>",
        "allow_outgoing_calls_if_reg_failed": "no",
        "enable_qualify": "yes",
        "qualifyfreq": "30",
        "auto_recording": "yes",
        "tel_uri": "user_phone",
        "ldap_sync_passwd": "phone_book",
        "faxdetect": "yes",
        "fax_intelligent_route": "extension",
        "fax_intelligent_route_destination": "1000",
        "use_dod_as_from_name": "yes",
        "allow": "g722,ulaw",
        "dtmfmode": "rfc2833",
        "trunk_type": "peer",
    }
    number = str(index_of(api, "City Line"))
    assert api.ask("updateSIPTrunk", trunk=number, **change).response == {"need_apply": "yes"}
    told = change | {
        "qualifyfreq": 30,
        "dtmfmode": "rfc4733",
        "trunk_type": "register",
        "cidnumber": "0501555",
    }
    assert trunk_of(api, "City Line").items() >= told.items()
    rows = admin.get("/v1/trunks").json()["items"]
    shown = next(each for each in rows if each["name"] == "City Line")
    assert (shown["host"], shown["port"]) == ("198.51.100.7", 5080)
    assert (shown["media_encryption"], shown["did_from"]) == ("optional", "to-header")
    assert (shown["asserted_number"], shown["max_outgoing"]) == ("0501556", 30)
    assert shown["password_set"] is True
    assert not {"password", "options"} & shown.keys()
    operations = admin.get("/v1/operations?limit=50").json()["items"]
    assert any(each["action"] == "trunk.read_secret" for each in operations)
    usual = "ulaw,alaw,gsm,g726,g729,ilbc"
    assert api.ask("updateSIPTrunk", trunk=number, allow=usual).status == 0
    assert trunk_of(api, "City Line")["allow"] == usual
    rows = admin.get("/v1/trunks").json()["items"]
    assert next(each for each in rows if each["name"] == "City Line")["codecs"] == []
    reset = api.ask("updateSIPTrunk", trunk=number, pai_number=None, fromuser="", dtmfmode="null")
    assert reset.status == 0
    assert trunk_of(api, "City Line").items() >= {"pai_number": None, "dtmfmode": None}.items()
    unrouted = {"fax_intelligent_route": "no", "fax_intelligent_route_destination": None}
    assert api.ask("updateSIPTrunk", trunk=number, **unrouted).status == 0
    assert trunk_of(api, "City Line").items() >= ({"faxdetect": "yes"} | unrouted).items()
    assert api.ask("updateSIPTrunk", trunk=number, send_ppi="yes").status == 0
    assert trunk_of(api, "City Line")["send_ppi"] == "yes"
    assert header_of(admin) == "preferred"
    assert api.ask("updateSIPTrunk", trunk=number, send_ppi="no").status == 0
    assert (trunk_of(api, "City Line")["send_ppi"], header_of(admin)) == ("no", "asserted")
    assert api.ask("deleteSIPTrunk", trunk=number).status == 0
    assert api.ask("getSIPTrunk", trunk=number).status == -16


def test_a_peer_needs_no_password_and_is_found_by_other_names(api: UcmClient) -> None:
    assert api.ask("addSIPTrunk", **PEER).status == 0
    number = index_of(api, "Peer")
    one = api.ask("listSIPTrunk", trunk=number)
    assert one.response["trunk"]["trunk_name"] == "Peer"
    options = "trunk_index,trunk_name,trunks.out_of_service"
    rows = api.ask("listVoIPTrunk", options=options).response["voip_trunk"]
    assert {"trunk_index": number, "trunk_name": "Peer", "out_of_service": "no"} in rows
    for action, key in ("listAnalogTrunk", "analogtrunk"), ("listDigitalTrunk", "digital_trunks"):
        answer = api.ask(action)
        none = {key: [], "page": 1, "total_item": 0, "total_page": 1}
        assert (answer.status, answer.response) == (0, none)
    assert api.ask("addAnalogTrunk", trunk_name="Line", chans="1", trunkgroup="").status == -19


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"trunk_name": None}, -1),
        ({"host": ""}, -1),
        ({"trunk_type": "fax"}, -15),
        ({"trunk_type": "register"}, -1),
        ({"host": "no host at all"}, -15),
        ({"qualifyfreq": 0}, -15),
        ({"transport": "sctp"}, -15),
        ({"trunk_name": "peer"}, -44),
        ({"ldap_sync_passwd": "no blank"}, -50),
    ],
)
def test_what_will_not_do_is_refused(api: UcmClient, wrong: dict[str, Any], status: int) -> None:
    api.ask("addSIPTrunk", **PEER)
    assert api.ask("addSIPTrunk", **{**PEER, "trunk_name": "Other", **wrong}).status == status
    assert api.ask("updateSIPTrunk", trunk="999", host="other.example").status == -16
    assert api.ask("getSIPTrunk").status == -1
