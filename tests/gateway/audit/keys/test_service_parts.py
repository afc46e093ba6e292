"""What the key service is made of, each on its own: limits, clients, journal, wire."""

import os
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.errors import KeysUnavailable, KeysUnreadable
from gateway.audit.keys.epoch_keys import Protected, SealText
from gateway.audit.keys.service.clients import Clients, Use, digest_of, new_credential
from gateway.audit.keys.service.journal import Journal
from gateway.audit.keys.service.quota import ClientQuota
from gateway.audit.keys.service.wire import (
    OpenRequest,
    ProtectRequest,
    WireMalformed,
    read_found,
    read_protected,
    write_found,
    write_protected,
)

DIGESTS = st.binary(min_size=32, max_size=32)
TEXTS = st.builds(SealText, st.binary(), st.binary())
CLIENT = '[[client]]\nname = "{name}"\ncredential_sha256 = "{digest}"\nmay = ["protect"]\n'


def clients(folder: Path, text: str) -> Clients:
    (folder / "clients.toml").write_text(text)
    return Clients.read(folder / "clients.toml")


@given(st.lists(st.tuples(st.floats(0, 40), st.integers(1, 30)), max_size=60))
def test_no_minute_holds_more_than_twice_what_it_may(asked: list[tuple[float, int]]) -> None:
    now, taken = 0.0, list[tuple[float, int]]()
    clock = [0.0]
    quotas = ClientQuota(20, lambda: clock[0])
    for wait, count in asked:
        now = clock[0] = now + wait
        if quotas.take(count):
            taken.append((now, count))
    for start, _ in taken:
        assert sum(count for at, count in taken if start <= at < start + 59.9) <= 40


def test_what_was_refused_is_not_counted_and_a_minute_later_all_is_back() -> None:
    clock = [0.0]
    quotas = ClientQuota(20, lambda: clock[0])
    assert not quotas.take(21)
    assert quotas.take(20)
    assert not quotas.take(1)
    clock[0] = 60.0
    assert quotas.take(20)


def test_a_client_is_known_by_its_credential_alone(tmp_path: Path) -> None:
    credential, other = new_credential(), new_credential()
    held = clients(tmp_path, CLIENT.format(name="gateway-1", digest=digest_of(credential)))
    found = held.holder(credential)
    assert found is not None
    assert (found.name, found.may) == ("gateway-1", frozenset({Use.PROTECT}))
    assert held.holder(other) is held.holder("") is held.holder(digest_of(credential)) is None


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "client"),
        ("[[client]", "not TOML"),
        ('[[client]]\nname = "g"\n', "credential_sha256"),
        (CLIENT.format(name="G 1", digest="a" * 64), "name"),
        (CLIENT.format(name="g", digest="a" * 63), "credential_sha256"),
        (CLIENT.format(name="g", digest="a" * 64) + "may_not = 1\n", "may_not"),
        (CLIENT.format(name="g", digest="a" * 64) + "opens_a_minute = 0\n", "opens_a_minute"),
        (CLIENT.format(name="g", digest="a" * 64).replace("protect", "own"), "may"),
        (CLIENT.format(name="g", digest="a" * 64) * 2, "share"),
        (
            CLIENT.format(name="g", digest="a" * 64) + CLIENT.format(name="h", digest="a" * 64),
            "share",
        ),
    ],
)
def test_a_file_of_clients_that_cannot_be_meant_is_refused(
    tmp_path: Path, text: str, named: str
) -> None:
    with pytest.raises(KeysUnreadable, match=named):
        clients(tmp_path, text)


def test_what_cannot_be_written_down_is_not_done() -> None:
    journal = Journal(os.open("/dev/full", os.O_WRONLY), lambda: datetime.now(UTC))
    with pytest.raises(KeysUnavailable, match="journal"):
        journal.note("gateway", "find", "DONE", 1)
    journal.close()


def test_a_journal_that_cannot_be_had_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(KeysUnavailable, match="nowhere"),
        closing(Journal.at(tmp_path / "nowhere" / "journal", lambda: datetime.now(UTC))),
    ):
        pass


@given(st.lists(st.binary(), max_size=8), st.lists(TEXTS, max_size=8))
def test_what_is_asked_arrives_as_it_was_sent(messages: list[bytes], texts: list[SealText]) -> None:
    asked = ProtectRequest(tuple(messages), tuple(texts))
    assert ProtectRequest.read(asked.write()) == asked


@given(st.from_regex(r"[a-z0-9][a-z0-9-]{0,31}", fullmatch=True), st.binary(), st.binary())
def test_what_is_to_be_opened_arrives_as_it_was_sent(
    epoch: str, sealed: bytes, bound_to: bytes
) -> None:
    opening = OpenRequest(epoch, sealed, bound_to)
    assert OpenRequest.read(opening.write()) == opening


@given(st.lists(DIGESTS, max_size=8), st.lists(st.binary(), max_size=8))
def test_what_is_answered_arrives_as_it_was_sent(digests: list[bytes], sealed: list[bytes]) -> None:
    asked = ProtectRequest(tuple(digests), tuple(SealText(text, b"") for text in sealed))
    held = Protected("2026", tuple(digests), tuple(sealed))
    assert read_protected(write_protected(held), asked) == held
    assert read_found(write_found({"2026": digests}), asked) == {"2026": tuple(digests)}


@pytest.mark.parametrize(
    "held",
    [
        Protected("2026", (), ()),
        Protected("2026", (bytes(31),), (b"",)),
        Protected("2026", (bytes(32),), ()),
        Protected("A B", (bytes(32),), (b"",)),
    ],
)
def test_an_answer_to_another_question_is_no_answer(held: Protected) -> None:
    with pytest.raises(WireMalformed):
        read_protected(write_protected(held), ProtectRequest((b"m",), (SealText(b"", b""),)))
