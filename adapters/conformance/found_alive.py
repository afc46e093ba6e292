"""Whether somebody is found by each number whose absence is to count."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from adapters.authoring.grant import counting
from adapters.conformance.kit import Level, RuleVerdict
from adapters.conformance.rules import KitRule, LiveReply
from adapters.contract.contract import Records
from adapters.contract.identifiers import CHILD_NUMBERS
from adapters.contract.record import Identifier
from adapters.manifest.manifest import Example, Manifest

_NOBODY: Final = (
    "it has never found a child. Make up a child in your system, and add it as an [[example]]"
    " with live = true. Or have the operator list it as test_person in the source's [[grant]]"
)
_UNNUMBERED: Final = (
    "it found a test child whose record does not have the number asked by: map the number"
)


def examples_of(manifest: Manifest, person: Mapping[str, str]) -> list[Example]:
    """The operator's test person as an example of each operation that she must be found by.

    None of an operation that has a live example of its own, or that needs more than is listed.
    """
    own = {one.operation for one in manifest.example if _is_live(one)}
    asked = [one for one in counting(manifest) if one.name not in own]
    return [
        Example(
            operation=one.name,
            given={key: person[key] for key in one.card.needs},
            reply="none",  # nothing is replayed
            live=True,
            expect={},
        )
        for one in asked
        if one.card.needs and one.card.needs <= person.keys()
    ]


def found_alive(manifest: Manifest, asked: Iterable[LiveReply]) -> Iterator[RuleVerdict]:
    """The verdict for each operation whose absence counts; the gateway asks alike, later on."""
    live = [one for one in asked if _is_live(one.example)]
    for operation in counting(manifest):
        rule = f"{KitRule.FINDS} ({operation.name})"
        if manifest.source.effects != "none":
            what = "reading has effects, so it counts only after the first child was found"
            yield RuleVerdict(rule, Level.DEPENDABLE, None, what)
            continue
        found = [one for one in live if one.operation is operation and _found(one)]
        what = "" if any(map(_bears, found)) else _UNNUMBERED if found else _NOBODY
        yield RuleVerdict(rule, Level.DEPENDABLE, not what, what)


def _is_live(example: Example) -> bool:
    return example.live and example.outcome == "record"


def _found(one: LiveReply) -> bool:
    return isinstance(one.reply, Records) and bool(one.reply.records)


def _bears(one: LiveReply) -> bool:
    given = one.example.given
    numbers = {Identifier(key, given[key]) for key in CHILD_NUMBERS & given.keys()}
    records = one.reply.records if isinstance(one.reply, Records) else ()
    return any(numbers <= {*record.identifiers} for record in records)
