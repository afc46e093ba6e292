"""Who asks, as the gateway knows them, and what they may still ask."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Self

from adapters.contract.codes import Purpose
from gateway.graphql.types.agency import AreaType
from gateway.graphql.types.declare import field, output
from gateway.model.caller import Caller

if TYPE_CHECKING:  # whoever prints the schema counts nothing
    from gateway.identity.quotas import LimitLeft


@output
class LimitType:
    """A limit on what you may ask, and what is left of it."""

    name: str = field('What is counted: "questions", "children" or "break_glass".')
    most: int = field("How many are allowed in one window.")
    left: int = field("How many are left. Your organisation's limit may end sooner.")
    ends_in_seconds: int = field("When the window ends and the count begins again, in seconds.")


@output
class MeType:
    """Who you are to the gateway, as your sign-in service says."""

    name: str = field("The name by which your sign-in service knows you.")
    organisation: str = field("The organisation that you ask for.")
    roles: list[str] = field("Your roles, by name.")
    purposes: list[Purpose] = field("The purposes for which you may ask.")
    areas: list[AreaType] = field("Your areas: where a question goes if you name no scope.")
    limits: list[LimitType] = field("What you may still ask.")

    @classmethod
    def of(cls, caller: Caller, areas: Mapping[str, str], limits: "Iterable[LimitLeft]") -> Self:
        """The caller; `areas` are the areas' names by code."""
        return cls(
            name=caller.user,
            organisation=caller.organisation,
            roles=sorted(caller.roles),
            purposes=sorted(caller.purposes),
            areas=[AreaType(code=code, name=areas.get(code, code)) for code in caller.areas],
            limits=[
                LimitType(
                    name=each.name, most=each.most, left=each.left, ends_in_seconds=each.ends_in_s
                )
                for each in limits
            ],
        )
