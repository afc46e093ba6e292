"""The sources that say who the child is and whether she is restricted, whatever the scope names.

Which of them are asked depends on the caller and the question, never on the child: otherwise the
set would tell where she lives (ADR 0014, 0027).
"""

from collections.abc import Iterable

from gateway.fanout.sources import RegisteredSource, Registry


def shield_set(areas: Iterable[str], registry: Registry, *, everywhere: bool) -> frozenset[str]:
    """Whom to ask for a caller of these areas, by source id: the set and the identity sources.

    Those of the caller's areas and of whatever else the agencies there serve; or all there are.
    """
    around = _around(areas, registry)
    return frozenset(
        source.id
        for source in registry.sources.values()
        if (source.in_shield_set or source.is_identity)
        and (everywhere or registry.agencies[source.agency].serves(around))
    )


def costs(registry: Registry) -> tuple[str, ...]:
    """What each grant costs in availability, a sentence a member, by source id."""
    return tuple(_cost(member, registry) for member in _members(registry))


def _cost(member: RegisteredSource, registry: Registry) -> str:
    card = registry.agencies[member.agency]
    near = [area for area in registry.areas if card.serves(_around((area,), registry))]
    whose = "every area" if len(near) == len(registry.areas) else ", ".join(sorted(near))
    return (
        f"{member.id} is in the shield set: while it does not answer, nobody is cleared of whom"
        f" somebody of {whose or 'no area'} asks, nor anybody asked about beyond one's own areas"
    )


def _members(registry: Registry) -> list[RegisteredSource]:
    return [source for _, source in sorted(registry.sources.items()) if source.in_shield_set]


def _around(areas: Iterable[str], registry: Registry) -> tuple[str, ...]:
    own = tuple(areas)
    near = [card.areas for card in registry.agencies.values() if card.serves(own)]
    return tuple(sorted({*own}.union(*near)))
