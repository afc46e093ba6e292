"""The planted faults of what an agency's silence is taken for."""

from collections.abc import Callable
from typing import Any, Final

from adapters.contract.contract import Fault
from gateway.questions.numbers.renewed import MayBeRenewed
from resolvers.outcome import Outcome
from tests.support.laws.planted_fault import PlantedFault
from tests.support.laws.silenced.no_from_silence import NO_FROM_SILENCE


def _by_any_number(_: Any) -> Callable[..., MayBeRenewed]:
    """No number is thought to be replaced."""
    return lambda *_: MayBeRenewed()


def _whoever_was_asked(_: Any) -> Callable[[Any], bool]:
    """Who failed is taken to know of no new number."""
    return lambda _: True


def _by_an_old_number(original: Callable[..., bool]) -> Callable[..., bool]:
    """An authority clears a child by a number that may be an old one."""
    return lambda answered, certain, source, _: original(answered, certain, source, MayBeRenewed())


def _busy_is_empty(original: Callable[[Fault], Outcome]) -> Callable[[Fault], Outcome]:
    """Who is at its limit is taken to have found nobody."""
    busy = (Fault.BUSY, Fault.LIMIT)
    return lambda fault: Outcome.NONE_FOUND if fault in busy else original(fault)


CLEARED_BY_AN_OLD_NUMBER: Final = PlantedFault(
    "an authority clears a child by an old number",
    NO_FROM_SILENCE.name,
    (("gateway.questions.findings:_absent", _by_an_old_number),),
)
SILENCED_FAULTS: Final = (
    PlantedFault(
        "an old number proves absence while nobody can say that it is old",
        NO_FROM_SILENCE.name,
        (("gateway.questions.findings:may_be_renewed", _by_any_number),),
    ),
    PlantedFault(
        "an identity source that failed is taken to have replaced no number",
        NO_FROM_SILENCE.name,
        (("gateway.questions.numbers.renewed:said_all", _whoever_was_asked),),
    ),
    PlantedFault(
        "a source at its limit is taken to have found nobody",
        NO_FROM_SILENCE.name,
        (("resolvers.outcome:_judge_fault", _busy_is_empty),),
    ),
)
