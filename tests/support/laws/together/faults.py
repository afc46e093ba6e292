"""The planted faults of what an answer about several children is taken for."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from adapters.contract.contract import NoRecord, Records, Reply
from tests.support.laws.planted_fault import PlantedFault
from tests.support.laws.together.as_alone import AS_ALONE

_BATCH: Final = "adapters.http.batch"


def _as_they_came(_: Any) -> Callable[[tuple[Reply, ...]], tuple[Reply, ...]]:
    """An absence is believed though nobody was found by that call."""
    return lambda replies: replies


def _by_place(_: Any) -> Callable[..., tuple[Reply, ...]]:
    """The first record is the first child's, the second the second's."""

    def apart(questions: Sequence[Any], answered: Any, most: int) -> tuple[Reply, ...]:
        del most
        said: list[Reply] = [Records((one.record,)) for one in answered.said]
        return (*said, *[NoRecord()] * len(questions))[: len(questions)]

    return apart


def _as_placed(_: Any) -> Callable[..., tuple[Reply, ...]]:
    """A place says whose a record is, whatever number it bears."""
    return lambda _, replies: tuple(replies)


def _as_whole(original: Callable[..., tuple[Reply, ...]]) -> Callable[..., tuple[Reply, ...]]:
    """A list that was cut counts as all that there is."""
    return lambda questions, answered, most: original(
        questions, replace(answered, cut=False, ended=True), most
    )


TOGETHER_FAULTS: Final = (
    PlantedFault(
        "nobody was found by a call about several, and all are absent",
        AS_ALONE.name,
        (("gateway.fanout.batch:as_far_as_found", _as_they_came),),
        seed=10,
    ),
    PlantedFault(
        "records about several children are told apart by their order",
        AS_ALONE.name,
        ((f"{_BATCH}:told_apart", _by_place),),
        seed=13,
    ),
    PlantedFault(
        "a record in another child's place is taken for hers",
        AS_ALONE.name,
        ((f"{_BATCH}:in_their_places", _as_placed),),
    ),
    PlantedFault(
        "a list about several children that was cut counts as whole",
        AS_ALONE.name,
        (
            (f"{_BATCH}:told_apart", _as_whole),
            ("gateway.fanout.batch:as_far_as_found", _as_they_came),
        ),
        seed=10,
    ),
)
