"""Sources that are plain functions, registered as the gateway would, and a fan-out over them."""

import tomllib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.contract.codes import Purpose, ReleaseClass
from adapters.contract.contract import Adapter, OnBehalf, Question, Records, Reply
from adapters.contract.dates import PartialDate
from adapters.contract.identifiers import NHS_NUMBER, UPN
from adapters.contract.record import Identifier, Name, Record
from adapters.manifest.manifest import Manifest
from gateway.fanout.fan_out import FanOut
from gateway.fanout.source_answer import Keys
from gateway.fanout.source_call import SourceConnection
from gateway.fanout.sources import RegisteredSource, granted_claims
from gateway.model.clock import Clock
from tests.support.agencies import MIRA, TEST_CHILD, SourceFile, rest_source

Answering = Callable[[Question], Awaitable[Reply]]
ON_BEHALF = OnBehalf(
    "https://teamaround.example", "u-1", "northbrook", Purpose.SAFEGUARDING, "q-1", 7
)
OWN: Keys = {"nhs_number": MIRA["nhs"], "birth_date": MIRA["born"]}
EVERY_CLASS = frozenset(ReleaseClass)


@dataclass(frozen=True, slots=True)
class Plain:
    """A source that answers by a function, and finds the test child by itself where it `finds`."""

    answering: Answering
    finds: bool = True

    async def ask(self, question: Question) -> Reply:
        """Ask the function, unless it is about the test child."""
        if self.finds and question.on_behalf.test_child:
            return Records((record(TEST_CHILD),))
        return await self.answering(question)

    async def aclose(self) -> None:
        """Nothing is open."""


def registered(file: SourceFile, answering: Answering) -> RegisteredSource:
    """The source of `file`, as the operator has granted it, answering by a function."""
    manifest = Manifest.model_validate(tomllib.loads(file.manifest))
    operations = tuple(operation.card for operation in manifest.operation)
    return RegisteredSource(
        id=file.id,
        agency=manifest.source.agency,
        manifest=manifest,
        adapter=Adapter(Plain(answering, file.finds_test_child), operations),
        claims=granted_claims(manifest, file.claims),
        test_person=file.test_person,
    )


def fan_out_over(*sources: RegisteredSource, clock: Clock | None = None) -> FanOut:
    """A fan-out whose lines lead to these sources."""
    ticking = clock or Clock()
    return FanOut(
        {each.id: SourceConnection(each, ticking, lambda: 0.5) for each in sources}, ticking
    )


def record(
    child: Mapping[str, Any] = MIRA, *, restricted: bool | None = False, upn: bool = True
) -> Record:
    """A child's record as an adapter would read it."""
    numbers = [Identifier(NHS_NUMBER, child["nhs"])]
    if upn:
        numbers.append(Identifier(UPN, child["upn"]))
    return Record(
        record_id=child["id"],
        identifiers=tuple(numbers),
        names=(Name((child["given"],), child["family"]),),
        birth_date=PartialDate.parse(child["born"]),
        restricted=restricted,
    )


def file_of(source_id: str, **more: Any) -> SourceFile:
    """A source of kind rest that is never connected to."""
    return rest_source(source_id, "http://127.0.0.1:1", **more)
