"""Who links accounts, and how they say it to a gateway."""

import time
from dataclasses import replace
from typing import Any, Final

from gateway.config.settings_tables import DEFAULT_ISSUER
from gateway.identity.development_token import issue
from gateway.model.caller import Caller
from tests.support.gateway.bindings import ELSEWHERE
from tests.support.gateway.registering import GOVERNANCE, OPERATOR, Said
from tests.support.town import Town

COLLEAGUE: Final = replace(OPERATOR, user="s.econd", organisation="hub")
LINK: Final = """
mutation Link($first: AccountInput!, $second: AccountInput!, $reason: String!) {{
  {step}AccountLink(first: $first, second: $second, reason: $reason)
}}
"""
WHY: Final = "her manager at the hospital says so"


def accounts(user: str, other: str | None = None) -> dict[str, Any]:
    """A user's account at the town's own issuer, and one at the hospital's."""
    return {
        "first": {"issuer": DEFAULT_ISSUER, "user": user},
        "second": {"issuer": ELSEWHERE, "user": other or user},
    }


async def linking(town: Town, step: str, pair: dict[str, Any], caller: Caller, **more: Any) -> Said:
    """Take one step of a link; `more` may be the `reason`, or the moment that it is `at`."""
    reason, at = more.get("reason", WHY), more.get("at", 0.0)
    token = issue(caller, town.settings, now=at or time.time(), lifetime_s=600)
    body = {"query": LINK.format(step=step), "variables": {**pair, "reason": reason}}
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    answer = await town.post(body, headers)
    return Said(answer.status, answer.body)


async def propose(town: Town, pair: dict[str, Any], caller: Caller = OPERATOR, **more: Any) -> Said:
    """Propose a link."""
    return await linking(town, "propose", pair, caller, **more)


async def confirm(
    town: Town, pair: dict[str, Any], caller: Caller = GOVERNANCE, **more: Any
) -> Said:
    """Confirm a link."""
    return await linking(town, "confirm", pair, caller, **more)


async def link(town: Town, user: str, other: str | None = None, at: float = 0.0) -> None:
    """Link a user's two accounts, by two people."""
    pair = accounts(user, other)
    proposed, confirmed = await propose(town, pair, at=at), await confirm(town, pair, at=at)
    assert proposed.body == {"data": {"proposeAccountLink": True}}
    assert confirmed.body == {"data": {"confirmAccountLink": True}}
