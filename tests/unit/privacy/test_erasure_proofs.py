"""Proofs of erasures: anybody can check them, nobody can change one or take one out unseen."""

from __future__ import annotations

import json
from dataclasses import replace

from engage.privacy.proof import Notary, is_genuine

NOTARY = Notary(b"s" * 32)


def test_a_proof_is_genuine_until_a_letter_is_changed() -> None:
    proof = NOTARY.sign("1", 0, "admin:ada", {"conversations": 2}, {}, None)
    assert is_genuine(proof, NOTARY.public_key)
    changed = replace(proof, document=proof.document.replace("2", "3"))
    assert not is_genuine(changed, NOTARY.public_key)
    assert not is_genuine(replace(proof, signature="AAAA"), NOTARY.public_key)
    assert not is_genuine(proof, Notary(b"t" * 32).public_key)


def test_each_proof_names_the_one_before_it() -> None:
    first = NOTARY.sign("1", 0, "admin:ada", {}, {}, None)
    second = NOTARY.sign("2", 1000, "admin:ada", {}, {}, first)
    assert json.loads(first.document)["previous"] is None
    assert json.loads(second.document)["previous"] == first.digest


def test_a_proof_says_what_could_not_be_looked_through() -> None:
    proof = NOTARY.sign("1", 0, "admin:ada", {}, {}, None, ["fact", "event"])
    assert json.loads(proof.document)["not_looked_through"] == ["event", "fact"]
