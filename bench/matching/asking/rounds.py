"""One district of one seed, asked so many questions, with one exchange where it is offered."""

from dataclasses import dataclass
from random import Random

from bench.matching.asking.caller import MadeUpCaller, callers
from bench.matching.asking.counting import Counting
from bench.matching.asking.counts import Counts
from bench.matching.asking.needs import Need, needs
from bench.matching.district.families import Row, sample
from bench.matching.district.world import World, world
from bench.matching.gateway.asking import Answered, answered
from bench.matching.gateway.staged import StagedGateway, staged
from bench.matching.settings import Setting
from gateway.model.errors import AskDifferently
from tests.support.virtual_time import run


def asked_round(
    setting: Setting, seed: int, count: int, rows: tuple[Row, ...] | None = None
) -> Counts:
    """What came of `count` questions to the district of this seed, of these families' rows."""
    made = world(rows or sample(), setting.mix, setting.noise, seed)
    return run(_Round(made, setting, seed, Counts()).asked(count))


@dataclass(frozen=True, slots=True)
class _Round:
    world: World
    setting: Setting
    seed: int
    counted: Counts

    async def asked(self, count: int) -> Counts:
        gateway = staged(self.world.agencies)
        asking = callers(self.world, self.setting, Random(self.seed + 1))
        while self.counted.questions["asked"] < count:
            try:
                await self._ask(gateway, next(asking))
            except AskDifferently:
                self.counted.questions["refused"] += 1  # the gateway asks the caller for more
        return self.counted

    async def _ask(self, gateway: StagedGateway, caller: MadeUpCaller) -> None:
        first = await answered(gateway, caller.told)
        again = _again(caller, first)
        last = first if again is None else await answered(gateway, again.told)
        counts, counting = self.counted.questions, Counting(self.counted, self.world, self.seed)
        counting.first(caller, first)
        counting.after(again or caller, last)
        counts.update(f"needs: {need}" for need in needs(first.answer))
        counts["asked"] += 1
        counts["nowhere"] += caller.child.nowhere
        counts["erring"] += caller.errs
        counts["exchanges"] += again is not None


def _again(caller: MadeUpCaller, first: Answered) -> MadeUpCaller | None:
    """The caller once more, if the answer asks for something and they can give it."""
    asked = needs(first.answer)
    better = caller.reads_again(asked.get(Need.READ_AGAIN, ()))
    details = asked.get(Need.TELL_MORE) or asked.get(Need.OF_AGENCY, ())
    return (better or caller).tells_more(details) or better
