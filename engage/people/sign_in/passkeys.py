"""Passkeys (WebAuthn Level 3): what a browser is asked, and whether its answer holds.

No I/O: challenges come in, values go out. The library is loaded when it is first used: most starts
never need it.
"""

from __future__ import annotations

import json
import logging
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engage.people.sign_in.model import PasskeyRefused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    from engage.people.model import Account
    from engage.people.sign_in.model import Passkey, RelyingParty

log = logging.getLogger(__name__)
NAME = "Engage"
TIMEOUT_MS = 120_000
TRANSPORTS = frozenset({"ble", "cable", "hybrid", "internal", "nfc", "smart-card", "usb"})


@dataclass(frozen=True, slots=True)
class Registered:
    """A passkey just made."""

    credential_id: str
    public_key: str
    sign_count: int
    transports: tuple[str, ...]


def ask_to_register(
    party: RelyingParty, account: Account, known: Iterable[Passkey], challenge: bytes
) -> dict[str, Any]:
    """Options for `navigator.credentials.create`, as `parseCreationOptionsFromJSON` reads them."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    options = generate_registration_options(
        rp_id=party.id,
        rp_name=NAME,
        user_id=account.id.encode(),
        user_name=account.user_name,
        user_display_name=account.display_name,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(known),
    )
    return dict(json.loads(options_to_json(options)))


def registered(party: RelyingParty, challenge: bytes, answer: dict[str, Any]) -> Registered:
    """Check what `create` gave.

    Raises:
        PasskeyRefused: it does not fit the challenge, or the person was not verified.
    """
    from webauthn import verify_registration_response

    with _refusing():
        found = verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    given = answer["response"].get("transports")
    transports = given if isinstance(given, list) else []
    return Registered(
        found.credential_id.hex(),
        found.credential_public_key.hex(),
        found.sign_count,
        tuple(
            sorted(TRANSPORTS.intersection(each for each in transports if isinstance(each, str)))
        ),
    )


def ask_to_confirm(
    party: RelyingParty, known: Iterable[Passkey], challenge: bytes
) -> dict[str, Any]:
    """Options for `navigator.credentials.get`; without `known` any passkey of the site will do."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement

    options = generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        allow_credentials=_descriptors(known),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return dict(json.loads(options_to_json(options)))


def credential_of(answer: dict[str, Any]) -> str:
    """The id of the passkey that answers, in hexadecimal.

    Raises:
        PasskeyRefused: there is none.
    """
    from webauthn import base64url_to_bytes

    with _refusing():
        return base64url_to_bytes(answer["rawId"]).hex()


def confirmed(
    party: RelyingParty, challenge: bytes, passkey: Passkey, answer: dict[str, Any]
) -> int:
    """Check what `get` gave; the passkey's new signature counter.

    Raises:
        PasskeyRefused: it does not fit, its counter went back (WebAuthn §6.1.1: perhaps a copy), or
            the person was not verified.
    """
    from webauthn import base64url_to_bytes, verify_authentication_response

    with _refusing():
        handle = answer["response"].get("userHandle")
        if handle and base64url_to_bytes(handle).decode() != passkey.account_id:
            raise PasskeyRefused
        found = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=bytes.fromhex(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    return found.new_sign_count


@contextmanager
def _refusing() -> Iterator[None]:
    """Whatever a stranger's bytes make the parsers raise, it is a refusal and no fault of ours."""
    try:
        yield
    except PasskeyRefused:
        raise
    except Exception as problem:
        log.info("passkey refused", extra={"why": type(problem).__name__})
        raise PasskeyRefused from None


def _descriptors(known: Iterable[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    from webauthn.helpers.structs import AuthenticatorTransport, PublicKeyCredentialDescriptor

    return [
        PublicKeyCredentialDescriptor(
            id=bytes.fromhex(each.credential_id),
            transports=[AuthenticatorTransport(name) for name in each.transports],
        )
        for each in known
    ]
