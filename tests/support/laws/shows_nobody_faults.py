"""The planted faults of answers that show nobody."""

from collections.abc import Callable
from typing import Any, Final

from resolvers.child.child import Restriction
from tests.support.laws.laws import SHOWS_NOBODY
from tests.support.laws.planted_fault import PlantedFault

_STATE: Final = "gateway.questions.shield.state:ShieldState"


def _no(_: Any) -> Callable[..., bool]:
    """Nothing is held back for showing nobody: it leaves once the set has said all."""
    return lambda *_: False


def _if_restricted(original: Callable[..., float]) -> Callable[..., float]:
    """Only the answer about a restricted child waits."""

    def moment(self: Any, answers: Any, order: Any, now: float) -> float:
        restricted = self.told(answers).restriction is Restriction.RESTRICTED
        return original(self, answers, order, now) if restricted else now

    return moment


def _by_all_that_came(_: Any) -> Any:
    """Of a child who is not restricted it tells what national agencies were asked with besides."""

    def near(self: Any) -> Any:
        if self._state is Restriction.RESTRICTED:
            return self._as_asked(Restriction.RESTRICTED)
        return self._shown(self._heard, self._state)

    return property(near)


def _at_half(_: Any) -> Any:
    """It leaves when half the time is gone, however long the agencies take."""
    return property(lambda order: order.half)


SHOWS_NOBODY_FAULTS: Final = (
    PlantedFault(
        "an answer that shows nobody leaves at half the time where agencies are slow",
        SHOWS_NOBODY,
        (("gateway.questions.order:Order.shows_nobody_at", _at_half),),
        seed=3,
    ),
    PlantedFault(
        "an answer that shows nobody leaves once the set has said all",
        SHOWS_NOBODY,
        ((f"{_STATE}._shows_nobody", _no),),
    ),
    PlantedFault(
        "of the answers that show nobody only that about a restricted child is held",
        SHOWS_NOBODY,
        ((f"{_STATE}.moment", _if_restricted),),
    ),
    PlantedFault(
        "an answer that shows nobody says by what a member taught demographics",
        SHOWS_NOBODY,
        ((f"{_STATE}._near", _by_all_that_came),),
        seed=15,
    ),
)
