"""Laws of what leaves, through every stage: random rules, callers, documents and records.

Every source's record carries marks of its own, one for each class, so that a response can be read
for what it released and of whom.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract.codes import Purpose, ReleaseClass
from adapters.contract.contract import Question as SourceQuestion
from adapters.contract.contract import Records, Reply
from adapters.contract.record import Address, Involvement, Practitioner, Record
from adapters.manifest.manifest import Manifest
from gateway.model.caller import Caller
from gateway.policy.context import Principal, RecordFacts
from gateway.policy.decide import DecisionRequest, Policy
from gateway.policy.rules.rule_set import open_rule_set
from tests.support.agencies import AUTHORITY, SourceFile
from tests.support.gateway.decisions import EVERY, PLAINLY, baseline
from tests.support.gateway.whole_gateway import whole_gateway
from tests.support.plain_sources import Answering, file_of, record
from tests.support.samples import examples
from tests.support.town import PRACTITIONER
from tests.support.virtual_time import run

SOURCES: Final = ("spine", "roll", "clinic")
# What a field of the schema must be selected for a mark of the class to be in the response.
NEEDED: Final = {
    ReleaseClass.LOCATION: "addresses",
    ReleaseClass.INVOLVEMENT: "involvements",
    ReleaseClass.CONTACT: "telephone",
    ReleaseClass.IDENTITY: "names",
}
CALLERS: Final = st.builds(
    lambda roles, purposes, accreditation: replace(
        PRACTITIONER, roles=roles, purposes=purposes, accreditation=accreditation
    ),
    st.frozensets(st.sampled_from(["practitioner", "shield-cleared", "manager"])),
    st.just(frozenset({Purpose.SAFEGUARDING, Purpose.EARLY_HELP})),
    st.sampled_from([frozenset({"information-sharing"}), frozenset[str]()]),
)
_TESTS: Final = (
    'resource.class == Class::"LOCATION"',
    'resource.class == Class::"IDENTITY"',
    'context.purpose == Purpose::"SAFEGUARDING"',
    "context.restricted",
    "context.consent",
    'principal in Role::"manager"',
    "true",
)
_SELECTIONS: Final = {
    "names": "{ given family }",
    "addresses": "{ lines postcode }",
    "involvements": "{ role practitioner { name telephone } }",
    "birthDate": "{ value }",
}
_PURPOSES: Final = st.sampled_from(["SAFEGUARDING", "EARLY_HELP"])


def _rules(source: str) -> st.SearchStrategy[list[str]]:
    scope = f'(principal, action == Action::"release", resource in Source::"{source}")'
    rule = st.builds(
        lambda effect, test: f"{effect} {scope} when {{ {test} }};",
        st.sampled_from(["permit", "forbid", "@silent forbid"]),
        st.sampled_from(_TESTS),
    )
    # A rule that gives because a child may be shielded gives more the less is known.
    return st.lists(rule.filter(lambda r: "permit" not in r or "restricted" not in r), max_size=3)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """A question with aliases, nested and inline fragments, and a part that a fragment adds."""
    chosen = draw(st.lists(st.sampled_from(sorted(_SELECTIONS)), unique=True, max_size=4))
    spread = draw(st.lists(st.sampled_from(sorted(_SELECTIONS)), unique=True, max_size=2))
    fields = []
    for at, name in enumerate(chosen):
        alias = f"a{at}: " if draw(st.booleans()) else ""
        field = f"{alias}{name} {_SELECTIONS[name]}"
        fields.append(f"... on Child {{ {field} }}" if draw(st.booleans()) else field)
    more = " ".join(f"s{at}: {name} {_SELECTIONS[name]}" for at, name in enumerate(spread))
    extra = f"fragment More on Child {{ restriction {more} }}"
    rows = draw(st.sampled_from(["outcome", "outcome detail"]))
    involved = draw(st.sampled_from(["", "x: involvements { role practitioner { telephone } }"]))
    return (
        "query Ask($known: KnownDetails!, $reason: AccessReason!) {"
        f" q: child(known: $known, reason: $reason) {{ answers {{ {rows} {involved} }}"
        f" child {{ ...More {' '.join(fields)} }} }} }} {extra}"
    )


@dataclass(frozen=True, slots=True)
class World:
    """Cedar by source, and what the records say."""

    written: Mapping[str, list[str]]
    consent: bool
    restricted: bool

    def sources(self) -> list[tuple[SourceFile, Answering]]:
        """Every source with its marked record."""
        return [
            (
                file_of(
                    name,
                    claims=AUTHORITY,
                    classes=("IDENTITY", "INVOLVEMENT") if name == "spine" else (),
                    says_restricted=True,
                ),
                _answering(marked(name, consent=self.consent, restricted=self.restricted)),
            )
            for name in SOURCES
        ]

    def cedar(self) -> dict[str, str]:
        """The rules as documents beside the manifests."""
        return {
            name: "\n".join(f'@id("r{at}") {rule}' for at, rule in enumerate(rules))
            for name, rules in self.written.items()
            if rules
        }


WORLDS: Final = st.builds(
    World,
    st.fixed_dictionaries({name: _rules(name) for name in SOURCES}),
    consent=st.booleans(),
    restricted=st.sampled_from([False, False, True]),
)


def _answering(held: Record) -> Answering:
    async def answer(_: SourceQuestion) -> Reply:
        return Records((held,))

    return answer


def mark(source: str, name: ReleaseClass) -> str:
    """What stands for one class of one source."""
    return f"{source}-{name.value.lower()}"


def marked(source: str, *, consent: bool, restricted: bool) -> Record:
    """Mira as a source has her, marked; more than was asked for, as a careless adapter gives."""
    home = Address(lines=(mark(source, ReleaseClass.LOCATION),))
    worker = Practitioner(telephone=mark(source, ReleaseClass.CONTACT))
    role = mark(source, ReleaseClass.INVOLVEMENT)
    plain = record(restricted=restricted)
    return replace(
        plain,
        consent=consent,
        names=(replace(plain.names[0], given=("Mira", mark(source, ReleaseClass.IDENTITY))),),
        addresses=(home,),
        involvements=(Involvement(role=role, practitioner=worker),),
    )


def answered(world: World, document: str, caller: Caller, purpose: str) -> str:
    """The response of a gateway over this world."""

    async def asked() -> bytes:
        gateway = whole_gateway(world.sources(), caller, world.cedar())
        return await gateway.ask(document, purpose=purpose)

    return run(asked()).decode()


def released(text: str) -> set[tuple[str, ReleaseClass]]:
    """Which classes of which sources a response holds."""
    return {(source, name) for source in SOURCES for name in NEEDED if mark(source, name) in text}


def permitted(
    world: World, source: str, caller: Caller, purpose: Purpose
) -> frozenset[ReleaseClass]:
    """What a source's rules may give at most, decided apart from the gateway's stages.

    Whether consent and a shield are known depends on who was asked, so each may be so or not.
    """
    file = next(file for file, _ in world.sources() if file.id == source)
    manifest = Manifest.model_validate(tomllib.loads(file.manifest))
    policy = Policy(open_rule_set(baseline(), [manifest], world.cedar()))
    who = Principal.of(caller, "shield-cleared")
    plain = replace(PLAINLY, purpose=purpose, out_of_area_cause=False, minutes_since_sign_in=0)
    found = [
        policy.decide(
            DecisionRequest(source, source, EVERY, who, replace(plain, said=RecordFacts(*said)))
        )
        for said in product({world.consent, False}, {world.restricted, True})
    ]
    return frozenset().union(*(verdict.permitted for verdict in found))


@settings(max_examples=examples(30))
@given(WORLDS, documents(), CALLERS, _PURPOSES)
def test_what_leaves_was_requested_and_permitted(
    world: World, document: str, caller: Caller, purpose: str
) -> None:
    for source, name in released(answered(world, document, caller, purpose)):
        assert NEEDED[name] in document
        assert name in permitted(world, source, caller, Purpose(purpose))


@settings(max_examples=examples(20))
@given(st.data(), WORLDS, documents(), CALLERS, _PURPOSES)
def test_more_forbids_never_release_more(
    data: st.DataObject, world: World, document: str, caller: Caller, purpose: str
) -> None:
    source = data.draw(st.sampled_from(SOURCES))
    more = [r for r in data.draw(_rules(source)) if not r.startswith("permit")]
    stricter = replace(world, written={**world.written, source: [*world.written[source], *more]})
    assert released(answered(stricter, document, caller, purpose)) <= released(
        answered(world, document, caller, purpose)
    )


@settings(max_examples=examples(15))
@given(st.data(), WORLDS, documents(), CALLERS, _PURPOSES)
def test_any_order_of_rules_releases_the_same(
    data: st.DataObject, world: World, document: str, caller: Caller, purpose: str
) -> None:
    turned = {name: data.draw(st.permutations(rules)) for name, rules in world.written.items()}
    one = answered(world, document, caller, purpose)
    assert one == answered(replace(world, written=turned), document, caller, purpose)


def test_the_laws_are_not_empty() -> None:
    given_all = World({name: [_permit(name)] for name in SOURCES}, consent=False, restricted=False)
    everything = " ".join(f"{name} {leaves}" for name, leaves in _SELECTIONS.items())
    document = (
        "query Ask($known: KnownDetails!, $reason: AccessReason!) {"
        f" child(known: $known, reason: $reason) {{ child {{ {everything} }} }} }}"
    )
    found = released(answered(given_all, document, PRACTITIONER, "SAFEGUARDING"))
    assert found == {(source, name) for source in SOURCES for name in NEEDED}


def _permit(source: str) -> str:
    return f'permit (principal, action == Action::"release", resource in Source::"{source}");'
