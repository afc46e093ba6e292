"""The planted faults of what the shield set is asked by further numbers."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from adapters.contract.contract import NoRecord, Records
from tests.support.laws.laws import LED_ON
from tests.support.laws.planted_fault import PlantedFault

_OWED: Final = "gateway.questions.numbers.owed:Heard"


def _nothing_owed(_: Any) -> Callable[..., Mapping[str, Any]]:
    """Whoever has answered is asked by no further number, and clears her."""
    return lambda *_: {}


def _own_left_out(original: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Nobody is asked by a number that stands on its own files alone."""

    def left(self: Any, files: Any) -> Any:
        told = [(name, record) for name, record in files if self._tells(name)]
        return original(self, told)

    return left


def _first_word(original: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Who falls silent when asked again is taken at its first word."""

    def both(one: Any, other: Any) -> Any:
        answered = original(one, other)
        failed = not isinstance(other.reply, Records | NoRecord)
        return replace(other, reply=one.reply) if failed else answered

    return both


def _as_if_whole(_: Any) -> Any:
    """A list that was cut counts as all that there is."""
    return property(lambda self: isinstance(self.reply, Records | NoRecord))


def _no(_: Any) -> Callable[..., bool]:
    """Nobody would be asked by further numbers."""
    return lambda *_: False


LED_ON_FAULTS: Final = (
    PlantedFault(
        "the set is not asked by a number that its own file bears",
        LED_ON,
        ((f"{_OWED}.owed", _nothing_owed),),
        seed=10,
    ),
    PlantedFault(
        "a number that its agency keeps to itself is not asked of that agency either",
        LED_ON,
        ((f"{_OWED}._left", _own_left_out),),
        seed=32,
    ),
    PlantedFault(
        "who falls silent when asked by a further number has cleared her before",
        LED_ON,
        (("gateway.fanout.source_call:together", _first_word),),
        seed=15,
    ),
    PlantedFault(
        "a list that was cut is taken for all",
        LED_ON,
        (("gateway.fanout.source_answer:SourceAnswer.whole", _as_if_whole),),
        seed=10,
    ),
    PlantedFault(
        "an answer ends sooner where the first file is the marked one",
        LED_ON,
        (("gateway.questions.shield.unsaid:Unsaid._may_be_asked_further", _no),),
        seed=21,
    ),
)
