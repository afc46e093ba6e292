"""Accounts that were linked are one person's, whichever way and however many."""

from collections.abc import Collection

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.identity.persons import Persons
from gateway.model.account import Account, AccountPair
from gateway.model.errors import TryLater

ACCOUNTS = [Account(issuer, user) for issuer in ("a", "b", "c") for user in ("jo", "sam")]
PAIRS = st.lists(st.sampled_from(ACCOUNTS), min_size=2, max_size=2, unique=True).map(
    lambda two: AccountPair.of(*two)
)


async def persons(pairs: Collection[AccountPair]) -> Persons:
    async def read() -> Collection[AccountPair]:
        return pairs

    found = Persons()
    found.heed(read)
    await found.renew()
    return found


def reached(account: Account, pairs: Collection[AccountPair]) -> set[Account]:
    """Every account that a chain of links leads to, said plainly."""
    found = {account}
    for _ in pairs:
        for pair in pairs:
            if found & {pair.first, pair.second}:
                found |= {pair.first, pair.second}
    return found


@given(st.lists(PAIRS, max_size=8))
async def test_a_person_has_every_account_that_links_lead_to_and_no_other(
    pairs: list[AccountPair],
) -> None:
    known = await persons(pairs)
    for account in ACCOUNTS:
        assert known.known(account) == reached(account, pairs)


async def test_two_issuers_users_of_one_name_are_two_people() -> None:
    nobody_linked = await persons(())
    assert not await nobody_linked.among(Account("a", "jo"), [Account("b", "jo"), None])
    assert await nobody_linked.among(Account("a", "jo"), [Account("a", "jo")])


@pytest.mark.parametrize("other", [Account("", "jo"), Account("", "sam")])
async def test_whoever_was_kept_without_an_issuer_may_be_anybody_of_that_name(
    other: Account,
) -> None:
    linked = await persons([AccountPair.of(Account("a", "jo"), Account("b", "sam"))])
    assert await linked.among(Account("a", "jo"), [other])
    assert not await linked.among(Account("c", "kim"), [other])


async def test_while_links_cannot_be_read_nobody_is_told_apart_by_them() -> None:
    linked = await persons([AccountPair.of(Account("a", "jo"), Account("b", "sam"))])

    async def unreadable() -> Collection[AccountPair]:
        raise TryLater("LEDGER_UNAVAILABLE", "not now")

    linked.heed(unreadable)
    with pytest.raises(TryLater):
        await linked.among(Account("a", "jo"), [Account("b", "sam")])
    assert linked.known(Account("a", "jo")) == {Account("a", "jo"), Account("b", "sam")}
