"""A justification is read by nobody without the epoch's key, nor beside another question."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.entry.entry import MAX_LEAF
from gateway.audit.errors import SealBroken, TextTooLong
from gateway.audit.keys.epoch_keys import EpochKeys
from gateway.audit.keys.sealing import MAX_TEXT, SEALED, Sealed, unseal
from tests.support.audit.protecting import seal

KEYS = EpochKeys("2026", b"p" * 32, b"s" * 32)
CONCERN = "Maya came to school with bruises"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=500))
async def test_any_text_opens_as_it_was_sealed(text: str) -> None:
    sealed = await seal(KEYS, text, "q1")
    assert SEALED.fullmatch(sealed)
    assert await unseal(KEYS, sealed, "q1") == text


async def test_the_same_words_never_look_the_same_twice() -> None:
    assert await seal(KEYS, CONCERN, "q1") != await seal(KEYS, CONCERN, "q1")


async def test_a_text_moved_to_another_question_does_not_open() -> None:
    sealed = await seal(KEYS, CONCERN, "q1")
    with pytest.raises(SealBroken):
        await unseal(KEYS, sealed, "q2")


@pytest.mark.parametrize("epoch", ["2026", "2027"])
async def test_a_text_does_not_open_with_another_key(epoch: str) -> None:
    sealed = await seal(KEYS, CONCERN, "q1")
    with pytest.raises(SealBroken):
        await unseal(EpochKeys(epoch, b"p" * 32, b"x" * 32), sealed, "q1")


@pytest.mark.parametrize("broken", ["2026:", "2026:AAAA", "2026:%%%", "", "2026:" + "A" * 80])
async def test_what_was_never_sealed_does_not_open(broken: str) -> None:
    with pytest.raises(SealBroken):
        await unseal(KEYS, Sealed(broken), "q1")


async def test_a_text_that_is_no_unicode_is_kept_without_the_broken_character() -> None:
    sealed = await seal(KEYS, "seen\ud800 at home\r\n\u2028", "q1")
    assert await unseal(KEYS, sealed, "q1") == "seen? at home\r\n\u2028"


async def test_the_longest_text_twice_leaves_room_in_an_entry() -> None:
    sealed = await seal(KEYS, "x" * MAX_TEXT, "q1")
    assert len(sealed) * 2 < MAX_LEAF // 2


@pytest.mark.parametrize("text", ["x" * 65_536, "é" * (MAX_TEXT // 2) + "x"])
async def test_a_justification_too_long_for_the_log_is_refused_with_its_limit(text: str) -> None:
    with pytest.raises(TextTooLong, match=str(MAX_TEXT)):
        await seal(KEYS, text, "q1")
