"""A proof that does not hold is never called one that does; and no cell is a formula."""

import base64
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from console.auditors.entries import _cell
from console.auditors.proof import checked
from console.config.settings import LogTable
from tests.support.console.town_pages import TownPages

PROOF = """query Proof { audit { entry(index: "2") {
  index kind queryId user organisation purpose proof } } }"""


@pytest.fixture(scope="module")
def entry(town: TownPages) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {town.token('An auditor')}"}
    answer = town.do(town.at.town.post({"query": PROOF}, headers))
    found: dict[str, Any] = answer.body["data"]["audit"]["entry"]
    return found


def key(town: TownPages) -> str:
    return town.at.town.pipeline.publication.signer.verifier_key


def another_key(town: TownPages) -> str:
    name = key(town).split("+")[0]
    public = b"\x01" + Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    number = sha256(name.encode() + b"\n" + public).digest()[:4].hex()
    return f"{name}+{number}+{base64.b64encode(public).decode()}"


def test_an_entry_that_is_in_the_log_is_proved(town: TownPages, entry: dict[str, Any]) -> None:
    assert checked(entry, LogTable(key=key(town))).holds is True


@pytest.mark.parametrize("field", ["index", "user", "organisation", "purpose", "queryId"])
def test_an_entry_that_is_shown_otherwise_than_logged_is_found(
    town: TownPages, entry: dict[str, Any], field: str
) -> None:
    found = checked({**entry, field: "7"}, LogTable(key=key(town)))
    assert found.holds is False
    assert "another entry" in found.says


def test_a_log_of_another_key_or_with_too_few_witnesses_is_not_believed(
    town: TownPages, entry: dict[str, Any]
) -> None:
    assert checked(entry, LogTable(key=another_key(town))).holds is False
    assert checked(entry, LogTable(key=key(town), quorum=1)).holds is False
    assert checked({**entry, "proof": "nonsense"}, LogTable(key=key(town))).holds is False


def test_without_a_key_nothing_is_said_to_hold(entry: dict[str, Any]) -> None:
    assert checked(entry, None).holds is None


@pytest.mark.parametrize(
    "text",
    [
        *("=1+1", "@x", "-1", "+1", " =1", "\t=1", "\n=1", "\r\n@x", "\uff1d1", "\u00a0=1", "\tx"),
        *("\ufe66x", " \u2212x"),
    ],
)
def test_no_cell_is_a_formula(text: str) -> None:
    assert _cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["s.worker", "<b>x</b>", "", "a=1", None])
def test_a_cell_that_is_none_stays_as_it_is(text: str | None) -> None:
    assert _cell(text) == (text or "")


def test_a_proof_without_its_entry_is_one_that_nobody_checked(
    town: TownPages, entry: dict[str, Any]
) -> None:
    lines = entry["proof"].split("\n")
    bare = "\n".join(line for line in lines if not line.startswith("extra "))
    found = checked({**entry, "proof": bare}, LogTable(key=key(town)))
    assert found.holds is None
    assert "nothing was checked" in found.says
