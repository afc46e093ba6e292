"""A refresh token is used once, whoever brings it: a provider takes a second use for a theft."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from console.asking.tokens import Tokens
from console.sign_in.errors import SignInFailed
from console.sign_in.renewals import Renewals

OLD = Tokens("old", 0, refresh="first")


class ProviderOnce:
    """Gives new tokens for each refresh token once, and refuses the second use of one."""

    def __init__(self) -> None:
        self.used = set[str]()
        self.away = False

    def renewing(self, refresh: str) -> Callable[[], Coroutine[Any, Any, Tokens]]:
        async def renew() -> Tokens:
            await asyncio.sleep(0)
            if self.away or refresh in self.used:
                raise SignInFailed("refused")
            self.used.add(refresh)
            return Tokens("new", 1, refresh=f"{refresh}-next")

        return renew


async def test_two_tabs_with_the_same_cookie_get_the_same_tokens() -> None:
    provider, renewals = ProviderOnce(), Renewals()
    tabs = [renewals.once(OLD, provider.renewing("first")) for _ in range(5)]
    assert len({*await asyncio.gather(*tabs)}) == 1
    later = await renewals.once(OLD, provider.renewing("first"))
    assert later.refresh == "first-next"


async def test_a_tab_that_is_closed_meanwhile_takes_nothing_from_the_others() -> None:
    provider, renewals = ProviderOnce(), Renewals()
    closed = asyncio.create_task(renewals.once(OLD, provider.renewing("first")))
    await asyncio.sleep(0)
    closed.cancel()
    assert (await renewals.once(OLD, provider.renewing("first"))).refresh == "first-next"


async def test_a_provider_that_was_away_is_asked_again() -> None:
    provider, renewals = ProviderOnce(), Renewals()
    provider.away = True
    with pytest.raises(SignInFailed):
        await renewals.once(OLD, provider.renewing("first"))
    provider.away = False
    assert (await renewals.once(OLD, provider.renewing("first"))).access == "new"


async def test_a_provider_that_keeps_a_refresh_token_is_asked_each_time() -> None:
    renewals, given = Renewals(), iter(("one", "two"))

    async def renew() -> Tokens:
        return Tokens(next(given), 1, refresh="first")

    first = await renewals.once(OLD, renew)
    assert (await renewals.once(OLD, renew)) == first
    assert (await renewals.once(first, renew)).access == "two"
