"""By which operations a source can be asked with what is known, and which are worth trying."""

from collections.abc import Iterable

from adapters.contract.contract import MoreNeeded, NoRecord, OperationCard
from adapters.contract.identifiers import CHILD_NUMBERS, IDENTIFYING
from adapters.contract.record import Identifier
from gateway.fanout.source_answer import Keys, SourceAnswer
from gateway.fanout.sources import RegisteredSource


def possible(source: RegisteredSource, keys: Keys) -> tuple[OperationCard, ...]:
    """The operations that these keys allow, identifying ones first, else in manifest order."""
    names = frozenset(keys)
    found = source.possible.get(names)
    if found is None:
        cards = [card for card in source.adapter.operations if card.needs <= names]
        found = tuple(sorted(cards, key=lambda card: not card.needs & IDENTIFYING))
        source.possible[names] = found
    return found


def route(
    source: RegisteredSource, keys: Keys, before: SourceAnswer | None
) -> tuple[OperationCard, ...]:
    """Those of them that are still worth trying after what it answered `before`.

    A source with effects is asked by one operation, once. One of the shield set is asked by a
    number though a record that it found bears it: another file of that number may be marked.
    """
    cards = source.possible.get(frozenset(keys)) or possible(source, keys)
    if before is not None:
        untried, by_each = _untried(source, before), source.by_each_number
        cards = tuple(
            card for card in cards if card in untried and (by_each or before.tells_no(card, keys))
        )
    return cards[:1] if len(cards) > 1 and source.has_effects else cards


def may_ask_again(source: RegisteredSource, answered: SourceAnswer) -> bool:
    """Whether knowing more could still find the child here, or another file of hers.

    One of the shield set that found somebody by name may have hers by a number. An identity
    source says the number itself.
    """
    more = source.by_each_number and answered.by_details_alone
    return (answered.empty or more) and bool(_untried(source, answered))


def by_number(source: RegisteredSource, keys: Keys) -> tuple[OperationCard, ...]:
    """The operations that these keys allow and that ask by one of the child's numbers alone."""
    return tuple(card for card in possible(source, keys) if _scheme(card))


def not_asked_by(
    source: RegisteredSource, answered: SourceAnswer, numbers: Iterable[Identifier]
) -> frozenset[Identifier]:
    """Those of these numbers by which it could be asked and was not: it may have a file there."""
    left = {number for number in numbers if number not in answered.asked_by}
    if not left:
        return frozenset()
    schemes = {scheme for card in source.adapter.operations if (scheme := _scheme(card))}
    return frozenset(number for number in left if number.scheme in schemes)


def _scheme(card: OperationCard) -> str | None:
    """The scheme of the one number that an operation asks by; None if it asks by none, or more."""
    by = card.needs & IDENTIFYING
    return next(iter(by)) if len(by) == 1 and by <= CHILD_NUMBERS else None


def unasked(source: RegisteredSource) -> SourceAnswer:
    """The answer of a source that cannot search with what is known."""
    needs = {" + ".join(sorted(card.needs)) for card in source.adapter.operations}
    return SourceAnswer(source.id, MoreNeeded(tuple(sorted(needs))))


def after_numbers(source: RegisteredSource) -> SourceAnswer:
    """As if it had found nobody by any number: what is left of it is a search by details."""
    by_number = (c.name for c in source.adapter.operations if c.needs & IDENTIFYING)
    return SourceAnswer(source.id, NoRecord(), tried=tuple(by_number))


def _untried(source: RegisteredSource, before: SourceAnswer) -> tuple[OperationCard, ...]:
    if source.has_effects:
        return ()
    settled = before.conclusive or before.records
    return tuple(
        card
        for card in source.adapter.operations
        if card.name not in before.tried and (card.needs & IDENTIFYING or not settled)
    )
