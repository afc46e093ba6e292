"""Every entry is one well-formed line that reads back as it was."""

import unicodedata
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract.codes import Purpose, ReleaseClass
from gateway.audit.entry.entry import MAX_LEAF, AuditedAgency, AuditedWithholding, Entry
from gateway.audit.entry.kind import AuditKind
from gateway.audit.entry.look import AuditedLook
from gateway.audit.entry.range import EntryRange
from gateway.audit.errors import EntryRefused, LeafUnreadable
from gateway.audit.keys.pseudonym import Pseudonym
from gateway.audit.keys.sealing import Sealed
from gateway.audit.store.row import LogRow
from gateway.audit.tree.merkle import leaf_hash
from resolvers.child.child import WithheldReason
from tests.support.audit.examples import NOON, asked, released
from tests.support.audit.golden_entries import (
    ENTRIES,
    MOMENTS,
    NAMES,
)


@given(ENTRIES)
def test_an_entry_reads_back_as_it_was_and_writes_the_same_bytes_again(entry: Entry) -> None:
    read = Entry.read(entry.leaf())
    assert read == entry
    assert read.leaf() == entry.leaf()


@given(ENTRIES)
def test_an_entry_is_one_line_whatever_its_names_hold(entry: Entry) -> None:
    line = entry.leaf().decode("utf-8")
    assert len(line.splitlines()) == 1
    assert not any(unicodedata.category(character) == "Cc" for character in line)


@pytest.mark.parametrize("unseen", ["\r\n", "\u2028", "\u2029", "\x85", "\x7f", "\u202e", "\x00"])
def test_a_line_break_or_hidden_mark_in_a_name_is_written_as_an_escape(unseen: str) -> None:
    leaf = replace(asked(), user=f"j{unseen}okafor").leaf()
    assert unseen.encode() not in leaf
    assert Entry.read(leaf).user == f"j{unseen}okafor"


def test_a_name_that_is_no_unicode_is_refused() -> None:
    with pytest.raises(EntryRefused, match="Unicode"):
        replace(asked(), user="j\ud800okafor")


@pytest.mark.parametrize(
    "field",
    ["justification", "case_reference", "detail", "document", "query_id"],
)
def test_words_in_the_clear_are_refused_where_a_code_or_sealed_text_belongs(field: str) -> None:
    words: dict[str, Any] = {field: "Maya was seen with bruises"}
    with pytest.raises(EntryRefused) as refusal:
        replace(asked(), **words)
    assert "Maya" not in str(refusal.value)


def test_an_nhs_number_is_refused_where_a_pseudonym_belongs() -> None:
    with pytest.raises(EntryRefused) as refusal:
        replace(asked(), child_pseudonyms=(Pseudonym("9000000009"),))
    assert "9000000009" not in str(refusal.value)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(EntryRefused, match="time zone"):
        replace(asked(), at=NOON.replace(tzinfo=None))


def test_an_agency_named_twice_is_refused() -> None:
    with pytest.raises(EntryRefused, match="once"):
        replace(asked(), agencies=(AuditedAgency("school"), AuditedAgency("school")))


def test_three_hundred_agencies_that_withhold_every_class_fit_one_entry() -> None:
    kept = tuple(
        AuditedWithholding(name, WithheldReason.POLICY, "default deny") for name in ReleaseClass
    )
    agencies = tuple(AuditedAgency(f"anywhere-council-{n:03}", None, (), kept) for n in range(300))
    entry = replace(asked(), agencies=agencies)
    assert len(entry.leaf()) < MAX_LEAF // 4
    assert Entry.read(entry.leaf()).agencies == agencies


def test_an_entry_too_long_for_a_log_tile_is_refused_with_its_limit() -> None:
    fields = tuple(f"field{n:05}" * 20 for n in range(400))
    with pytest.raises(EntryRefused, match=str(MAX_LEAF)):
        replace(asked(), agencies=(AuditedAgency("school", released=fields),)).leaf()


@pytest.mark.parametrize(
    "leaf",
    [b"", b"{}", b"[]", b"null", b'{"v":2}', b"\xff", released().leaf().replace(b"RELEASE", b"X")],
)
def test_bytes_that_are_no_entry_are_said_to_be_none(leaf: bytes) -> None:
    with pytest.raises(LeafUnreadable):
        Entry.read(leaf)


def test_a_clock_that_steps_back_still_writes_a_well_formed_entry() -> None:
    earlier = replace(asked(), at=NOON - timedelta(days=1))
    assert Entry.read(earlier.leaf()).at == NOON - timedelta(days=1)


OF_BEFORE_ISSUERS = (
    b'{"at":"2026-11-22T12:00:00.000000Z","kind":"REFUSAL","organisation":"northbrook",'
    b'"user":"j.okafor","v":1}'
)


def test_an_entry_of_before_issuers_were_logged_reads_as_ever() -> None:
    entry = Entry.read(OF_BEFORE_ISSUERS)
    assert (entry.user, entry.issuer, entry.accounts) == ("j.okafor", None, ())
    assert entry.leaf() == OF_BEFORE_ISSUERS


def test_equal_entries_have_hashes_that_nobody_can_guess() -> None:
    rows = [LogRow.of(released()) for _ in range(2)]
    assert len({*(row.hash for row in rows), leaf_hash(released().leaf())}) == 3
    assert all(len(Entry.read(row.leaf).nonce or "") == 22 for row in rows)


def test_an_entry_with_a_sealed_text_needs_no_nonce_and_one_with_a_nonce_keeps_it() -> None:
    sealed = replace(asked(), justification=Sealed("2026:" + "A" * 60))
    assert sealed.blinded() == sealed
    blinded = released().blinded()
    assert blinded.blinded() == blinded


@pytest.mark.parametrize("nonce", ["", "A" * 21, "A" * 23, "Maya was seen with bruises"])
def test_a_nonce_is_nothing_else(nonce: str) -> None:
    with pytest.raises(EntryRefused):
        replace(released(), nonce=nonce)


LOOKS = st.builds(
    AuditedLook,
    user=st.none() | NAMES,
    purpose=st.none() | st.sampled_from(Purpose),
    kind=st.none() | st.sampled_from(AuditKind),
    break_glass=st.none() | st.booleans(),
    since=st.none() | MOMENTS,
    entries=st.none() | st.builds(EntryRange, st.integers(0, 9), st.integers(9, 99)),
    count=st.none() | st.integers(0, 1000),
)


@given(LOOKS)
def test_what_a_look_was_for_reads_back_as_it_was(look: AuditedLook) -> None:
    entry = replace(released(), look=look)
    read = Entry.read(entry.leaf())
    assert read.look == look
    assert read.leaf() == entry.leaf()


@pytest.mark.parametrize("look", [b"5", b'{"user":5}', b'{"entries":[1]}', b'{"more":1}', b"[1]"])
def test_a_look_of_another_shape_is_no_entry(look: bytes) -> None:
    with pytest.raises(LeafUnreadable):
        Entry.read(released().leaf().replace(b'"v":1', b'"look":' + look + b',"v":1'))
