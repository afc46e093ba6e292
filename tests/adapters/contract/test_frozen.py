import copy
from dataclasses import FrozenInstanceError, dataclass, field, fields
from dataclasses import replace as replaced
from typing import Any, Generic, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract.frozen import plainly_made, replace, unfinished
from adapters.contract.record import Involvement, Practitioner

T = TypeVar("T")


@dataclass(frozen=True, slots=True, order=True)
class Exact(Generic[T]):
    held: T
    by: str = "gp"
    since: list[int] = field(default_factory=list)
    kept: dict[str, int] = field(init=False, default_factory=dict, compare=False, repr=False)
    cut: bool = field(default=False, kw_only=True)


@plainly_made
@dataclass(frozen=True, slots=True, order=True)
class Plain(Generic[T]):
    held: T
    by: str = "gp"
    since: list[int] = field(default_factory=list)
    kept: dict[str, int] = field(init=False, default_factory=dict, compare=False, repr=False)
    cut: bool = field(default=False, kw_only=True)


@plainly_made
@dataclass(frozen=True, slots=True)
class Checked:
    count: int

    def __post_init__(self) -> None:
        if self.count < 0:
            raise ValueError("nobody has fewer than none")


class Heir(Plain[int]):
    pass


SAID = st.fixed_dictionaries(
    {"held": st.integers()},
    optional={"by": st.text(max_size=3), "since": st.lists(st.integers(), max_size=2)}
    | {"cut": st.booleans()},
)


def told(value: object) -> list[object]:
    return [getattr(value, one.name) for one in fields(value)]  # type: ignore[arg-type]


@given(SAID, SAID)
def test_a_value_is_the_same_however_it_is_made(
    said: dict[str, Any], other: dict[str, Any]
) -> None:
    plain, exact = Plain(**said), Exact(**said)
    assert told(plain) == told(exact)
    assert told(replace(plain, **other)) == told(replaced(exact, **other))
    assert (plain < Plain(**other)) == (exact < Exact(**other))
    assert repr(plain) == repr(exact).replace("Exact", "Plain")
    assert plain == copy.deepcopy(plain) == copy.copy(plain)


def test_nobody_changes_a_value_once_it_is_made() -> None:
    for made in (Practitioner("Jo Hart"), replace(Practitioner("Jo Hart"), name="Jo")):
        with pytest.raises(FrozenInstanceError):
            made.name = "Ann"  # type: ignore[misc]


def test_values_share_nothing_that_each_has_its_own_of() -> None:
    first = Plain(1)
    first.kept["seen"] = 1
    assert not Plain(1).kept
    assert not replace(first, held=2).kept
    assert Plain(1).since is not Plain(1).since


def test_what_is_filled_in_by_parts_is_frozen_once_it_is_told_what_it_is() -> None:
    made = unfinished(Practitioner)(*[None] * len(fields(Practitioner)))
    made.name = "Jo Hart"
    made.__class__ = Practitioner
    assert made == Practitioner("Jo Hart")
    with pytest.raises(FrozenInstanceError):
        made.name = "Ann"


def test_equal_values_are_one_in_a_set() -> None:
    assert len({Involvement(role="nurse"), Involvement(role="nurse"), Involvement()}) == len("ab")


def test_what_a_value_checks_of_itself_it_checks_in_a_copy_too() -> None:
    with pytest.raises(ValueError, match="fewer"):
        Checked(-1)
    with pytest.raises(ValueError, match="fewer"):
        replace(Checked(1), count=-1)


def test_whoever_inherits_stays_what_it_is() -> None:
    assert type(Heir(1)) is Heir
    assert told(replace(Heir(1), by="police")) == told(replaced(Exact(1), by="police"))


def test_a_field_that_nobody_has_is_no_change() -> None:
    with pytest.raises(AttributeError):
        replace(Plain(1), unheard_of=1)  # type: ignore[call-arg]


def test_a_class_with_fields_of_another_is_refused() -> None:
    @dataclass(frozen=True, slots=True)
    class Further(Checked):
        more: int = 0

    with pytest.raises(TypeError, match="base"):
        plainly_made(Further)
