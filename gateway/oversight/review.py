"""What every review needs: somebody apart from what is reviewed, and words that the log holds."""

from collections.abc import Sequence

from gateway.identity.persons import Persons
from gateway.model.account import Account
from gateway.model.caller import Caller
from gateway.model.errors import AskDifferently
from gateway.model.inquiry import LONGEST_JUSTIFICATION


async def is_near(persons: Persons, caller: Caller, near: Sequence[Account]) -> bool:
    """Whether a reviewer is one of these, whose first is the user, or the user manages them.

    Whatever organisation or account they sign in with: a person may have several. TryLater if the
    links of accounts cannot be read.
    """
    if await persons.among(caller.account, near):
        return True
    if caller.manager is None:
        return False
    return await persons.among(Account(caller.issuer, caller.manager), near[:1])


def refuse_long(field: str, text: str) -> None:
    """JUSTIFICATION_TOO_LONG for words that are longer than those of a question may be."""
    if len(text) > LONGEST_JUSTIFICATION:
        raise AskDifferently(
            "JUSTIFICATION_TOO_LONG", f"{field}: at most {LONGEST_JUSTIFICATION} characters"
        )
