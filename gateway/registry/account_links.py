"""Two accounts of one person: proposed by somebody, confirmed by somebody else, in the ledger."""

from dataclasses import dataclass
from typing import Final, NoReturn

from gateway.audit.recorder.recorder import Recorder
from gateway.graphql.types.inputs import AccountInput
from gateway.identity.persons import Persons
from gateway.identity.tokens import TokenVerifier
from gateway.model import events
from gateway.model.account import Account, AccountLink, AccountPair, LinkStep
from gateway.model.caller import Caller
from gateway.model.clock import Clock
from gateway.model.errors import AskDifferently, NotAllowed, TryLater
from gateway.model.inquiry import LONGEST_JUSTIFICATION
from gateway.model.words import in_words
from gateway.registry.ledger.contract import Ledger, LedgerCorrupt, LedgerUnavailable
from gateway.registry.rollout import Rollout

_LOGGED: Final = {LinkStep.PROPOSED: "LINK_PROPOSED", LinkStep.CONFIRMED: "LINK_CONFIRMED"}


@dataclass(frozen=True, slots=True)
class AccountLinks:
    """Links accounts; each step is logged before it counts, and none is taken back.

    `roles` are those that may. Accounts of the issuers of `verifier` can be linked.
    """

    rollout: Rollout
    ledger: Ledger
    recorder: Recorder
    persons: Persons
    clock: Clock
    roles: frozenset[str]
    verifier: TokenVerifier

    async def confirmed(self) -> tuple[AccountPair, ...]:
        """The accounts that are one person's; TryLater if the ledger cannot be read."""
        try:
            links = await self.ledger.links()
        except (LedgerUnavailable, LedgerCorrupt) as error:
            events.ledger_unavailable(error)
            raise TryLater("LEDGER_UNAVAILABLE", "the ledger cannot be read now") from None
        return tuple(each.pair for each in links if each.step is LinkStep.CONFIRMED)

    async def propose(self, caller: Caller, pair: AccountPair, reason: str) -> None:
        """Propose that two accounts are one person's; nothing counts of it yet.

        NotAllowed unless the caller is an operator or governs information, and is neither of them.
        """
        await self._admit(caller, pair, reason)
        await self._step(caller, pair, LinkStep.PROPOSED, reason)

    async def confirm(self, caller: Caller, pair: AccountPair, reason: str) -> None:
        """Confirm what somebody else has proposed; from now on the two are one person.

        NotAllowed as for `propose`, and to whoever proposed it.
        """
        await self._admit(caller, pair, reason)
        await self._step(caller, pair, LinkStep.CONFIRMED, reason)
        await self.persons.renew()

    async def _admit(self, caller: Caller, pair: AccountPair, reason: str) -> None:
        if not caller.roles & self.roles:
            await self._refuse(caller, "only an operator or information governance links accounts")
        if await self.persons.among(caller.account, [pair.first, pair.second]):
            await self._refuse(caller, "another person must link your own accounts")
        if {pair.first.issuer, pair.second.issuer} - self.verifier.issuers:
            raise _invalid("name issuers that this gateway knows")
        if not in_words(reason) or len(reason) > LONGEST_JUSTIFICATION:
            raise _invalid(f"reason: say why, in at most {LONGEST_JUSTIFICATION} characters")

    async def _step(self, caller: Caller, pair: AccountPair, step: LinkStep, reason: str) -> None:
        async with self.rollout.turn():
            try:
                links = await self.ledger.links()
                before = {each.step: each for each in links if each.pair == pair}
                await self._refuse_untimely(caller, before, step)
                index = await self.recorder.linked(caller, pair, _LOGGED[step], reason)
                link = AccountLink(pair, step, caller.account, self.clock.now(), index)
                await self.ledger.link(link)
            except (LedgerUnavailable, LedgerCorrupt) as error:
                events.ledger_unavailable(error)
                raise TryLater("LEDGER_UNAVAILABLE", "the ledger cannot be used now") from None

    async def _refuse_untimely(
        self, caller: Caller, before: dict[LinkStep, AccountLink], step: LinkStep
    ) -> None:
        proposed = before.get(LinkStep.PROPOSED)
        if step in before:
            raise _invalid("this was done before")
        if step is LinkStep.PROPOSED:
            return
        if proposed is None:
            raise _invalid("another person must propose it first")
        if await self.persons.among(caller.account, [proposed.by]):
            await self._refuse(caller, "another person must confirm what you proposed")

    async def _refuse(self, caller: Caller, why: str) -> NoReturn:
        await self.recorder.refuse("LINK_NOT_ALLOWED", caller)
        raise NotAllowed("LINK_NOT_ALLOWED", why)


@dataclass(frozen=True, slots=True)
class AccountLinkApi:
    """What one caller may do of it."""

    links: AccountLinks
    caller: Caller

    async def propose(self, first: AccountInput, second: AccountInput, reason: str) -> None:
        """Propose that two accounts are one person's; an error says why not."""
        await self.links.propose(self.caller, _pair(first, second), reason)

    async def confirm(self, first: AccountInput, second: AccountInput, reason: str) -> None:
        """Confirm what somebody else proposed; an error says why not."""
        await self.links.confirm(self.caller, _pair(first, second), reason)


def _pair(first: AccountInput, second: AccountInput) -> AccountPair:
    try:
        return AccountPair.of(*(Account(each.issuer, each.user) for each in (first, second)))
    except ValueError:
        raise _invalid("name two accounts") from None


def _invalid(what: str) -> AskDifferently:
    return AskDifferently("LINK_INVALID", what)
