"""Who makes room: strangers before people, those who wait longest first, nobody who is answered."""

from dataclasses import dataclass, field, replace
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.http.connections.table import Admitted, ConnectionTable
from tests.support.door import UNHURRIED

FEW: Final = replace(UNHURRIED, in_all=6, per_peer=3, per_person=2)


@dataclass(slots=True)
class Socket:
    was_cut: bool = field(default=False)

    def cut(self) -> None:
        self.was_cut = True


@dataclass(slots=True)
class World:
    """A table, and what came of everybody who was let in."""

    causes: list[str] = field(default_factory=list)
    sockets: dict[Admitted, Socket] = field(default_factory=dict)
    table: ConnectionTable = field(init=False)

    def __post_init__(self) -> None:
        self.table = ConnectionTable(FEW, self.causes.append)

    def comes(self, peer: str) -> Admitted:
        admitted = self.table.admit(peer)
        assert admitted is not None
        self.sockets[admitted] = Socket()
        admitted.held = self.sockets[admitted]
        return admitted

    def cut(self) -> list[Admitted]:
        return [each for each, socket in self.sockets.items() if socket.was_cut]


def test_one_address_loses_its_own_oldest_and_nobody_elses() -> None:
    world = World()
    other = world.comes("other")
    first = world.comes("flood")
    for _ in range(20):
        world.comes("flood")
    assert first in world.cut()
    assert other not in world.cut()
    assert len(world.table) == 1 + FEW.per_peer


def test_a_hospital_behind_one_address_is_as_many_as_have_signed_in() -> None:
    world = World()
    for number in range(FEW.in_all):
        assert world.comes("hospital").signed_in(f"nurse {number}")
    assert world.cut() == []


def test_one_person_has_no_more_than_theirs_from_wherever_they_come() -> None:
    world = World()
    held = [world.comes(f"place {number}") for number in range(3)]
    for each in held:
        each.works()
    assert [each.signed_in("user") for each in held] == [True, True, False]
    held[0].leave()
    assert held[2].signed_in("user")


def test_a_person_who_has_too_many_loses_the_one_not_used_for_longest() -> None:
    world = World()
    held = [world.comes(f"place {number}") for number in range(3)]
    for each in held:
        each.works()
        assert each.signed_in("user")
        each.waits()
    assert world.cut() == held[:1]


def test_a_connection_of_a_proxy_counts_for_whoever_asked_there_last() -> None:
    world = World()
    shared = world.comes("")
    assert all(shared.signed_in(f"user {number}") for number in range(9))
    assert [world.comes("").signed_in("user 0") for _ in range(2)] == [True, True]


def test_strangers_make_room_before_people_and_whoever_is_answered_stays() -> None:
    world = World()
    stranger, answered, person = (world.comes(name) for name in ("a", "b", "c"))
    answered.works()
    person.signed_in("user")
    person.waits()
    rest = [world.comes(f"d{number}") for number in range(3)]
    world.comes("e")
    assert world.cut() == [stranger]
    for each in rest:
        each.works()
    world.comes("f").works()
    world.comes("g").works()
    assert person in world.cut()
    assert answered not in world.cut()


def test_nobody_comes_in_where_all_are_answered() -> None:
    world = World()
    for number in range(FEW.in_all):
        world.comes(f"a{number}").works()
    assert world.table.admit("b") is None
    assert world.causes == ["too_many"]


STEPS: Final = st.lists(
    st.tuples(
        st.sampled_from(["come", "sign in", "work", "wait", "leave", "move"]),
        st.integers(0, 9),
        st.integers(0, 3),
    ),
    max_size=80,
)


def _done(world: World, step: str, chosen: Admitted, name: int) -> None:
    match step:
        case "sign in":
            chosen.signed_in(f"user {name}")
        case "work":
            chosen.works()
        case "wait":
            chosen.waits()
        case "leave":
            chosen.leave()
        case "move" if chosen.person is None:
            world.table.move(chosen, f"peer {name}")


@given(STEPS)
@settings(max_examples=300)
def test_no_bound_is_ever_passed_and_nothing_is_remembered_of_who_left(
    steps: list[tuple[str, int, int]],
) -> None:
    world = World()
    for step, which, name in steps:
        there = [each for each in world.sockets if each in world.table.everybody()]
        chosen = there[which % len(there)] if there else None
        if step == "come":
            admitted = world.table.admit(f"peer {name}" if name else "")
            if admitted is not None:
                world.sockets[admitted] = Socket()
                admitted.held = world.sockets[admitted]
        elif chosen is not None:
            _done(world, step, chosen, name)
        now = world.table.everybody()
        assert len(now) <= FEW.in_all
        for peer in {each.peer for each in now} - {""}:
            strangers = [one for one in now if one.peer == peer and one.person is None]
            assert len(strangers) <= FEW.per_peer
        for person in {each.person for each in now} - {None}:
            assert len([one for one in now if one.person == person]) <= FEW.per_person
        assert not [each for each in world.cut() if each in now]
    for each in world.table.everybody():
        each.leave()
    assert world.table.empty()
