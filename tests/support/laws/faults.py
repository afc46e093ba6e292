"""The planted faults, each with its places in the running code.

Every place of every fault is named here, or in `led_on_faults`, `shows_nobody_faults`,
`silenced.faults` and `together.faults`, and nowhere else. Where the code changes, change the place.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from adapters.contract.codes import Claim
from adapters.contract.record import Identifier
from resolvers.child.child import Restriction
from resolvers.comparison.agreement import Agreement
from resolvers.matching.reference import named_record
from tests.support.laws.guessed_places_faults import GUESSED_PLACES_FAULTS
from tests.support.laws.laws import (
    GUESSED_HOMES,
    IN_TURN,
    OUT_OF_SIGHT,
    TELLS_NO_MORE,
    TWO_CHILDREN,
    WHO_RESTRICTS,
)
from tests.support.laws.led_on_faults import LED_ON_FAULTS
from tests.support.laws.planted_fault import PlantedFault
from tests.support.laws.shows_nobody_faults import SHOWS_NOBODY_FAULTS
from tests.support.laws.silenced.faults import SILENCED_FAULTS
from tests.support.laws.together.faults import TOGETHER_FAULTS

_NOBODY: Final = frozenset[str]()


def _none_outside(_: Any) -> Callable[..., frozenset[str]]:
    """The set is asked where the scope names it, and nowhere else."""
    return lambda *_, **__: _NOBODY


def _near_alone(original: Callable[..., frozenset[str]]) -> Callable[..., frozenset[str]]:
    """Beyond one's own areas no more of the set is asked than within them."""
    return lambda who, registry, **_: original(who, registry, everywhere=False)


def _who_may_tell(_: Any) -> Any:
    """Nobody is asked whose rules give this caller nothing."""

    def asked(self: Any, planned: Iterable[Any]) -> dict[str, Any]:
        return {
            p.source: self.sources[p.source]
            for p in planned
            if p.not_asked is None and self._may_give(self.sources[p.source])
        }

    return asked


def _at_the_first(original: Any) -> Any:
    """A row leaves as soon as anybody restricts, though others of the set have not spoken."""

    def spoke(self: Any) -> bool:
        restricted = self._findings.restriction is Restriction.RESTRICTED
        return restricted or bool(original.fget(self))

    return property(spoke)


def _until_all(original: Callable[[Any, Any, Any], bool]) -> Callable[[Any, Any, Any], bool]:
    """Agencies that tell this caller nothing are waited for."""

    def idle(self: Any, heard: Any, first: Any) -> bool:
        original(self, heard, first)
        return False

    return idle


def _lifted(original: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """Break-glass lifts a shield that is known."""
    return lambda self, findings: not self.broke_glass and original(self, findings)


def _silence_clears(original: Callable[..., Restriction]) -> Callable[..., Restriction]:
    """Who does not answer is taken to know of no shield."""

    def restriction(*said: Any) -> Restriction:
        found = original(*said)
        return Restriction.NONE_KNOWN if found is Restriction.UNKNOWN else found

    return restriction


def _as_it_is(_: Any) -> Callable[[Any], Any]:
    """What a national agency has of a shielded child keeps its places."""
    return lambda record: record


def _all_certain(_: Any) -> Callable[..., frozenset[Any]]:
    """Nobody is a rival of anybody."""
    return lambda certain, *_: frozenset(certain)


def _none(_: Any) -> Callable[..., frozenset[Any]]:
    """Nobody clashes with anybody."""
    return lambda *_: frozenset()


def _never(_: Any) -> Any:
    """Numbers that differ say nothing."""
    return property(lambda _: False)


def _as_it_came(_: Any) -> Callable[..., dict[str, Any]]:
    """Nothing is held for what belongs before it."""
    return lambda _, payload: dict(payload)


def _whatever_it_says(original: Callable[..., bool]) -> Callable[..., bool]:
    """What must come last may stand in the first part."""
    return lambda *said: original(*said) or True


def _no(_: Any) -> Callable[..., bool]:
    """No namesake is seen, or doubted, whoever is among the answers."""
    return lambda *_: False


def _whoever_restricts(_: Any) -> Callable[..., frozenset[Identifier]]:
    """A home is scored though a candidate is restricted, or a source of the set did not speak."""

    def settled(self: Any, found: Any) -> frozenset[Identifier]:
        if not self.stated.tells_of_place:
            return frozenset()
        resolution = self.once.of(self.stated.located(), found.answers).resolution
        return frozenset(
            named_record(source, str(record.record_id))
            for source, registered in self.sources.items()
            if Claim.SHIELD_AUTHORITY in registered.claims
            for record in resolution.certain(source)
        )

    return settled


def _whatever_they_said(_: Any) -> Callable[..., bool]:
    """A source of the set that timed out, or could not be asked, has nothing to say."""
    return lambda *_: True


def _kept_settled(_: Any) -> Callable[[Any, Any], Any]:
    """A home that counted stays counted, though she is restricted or not clear after all."""
    return lambda self, answers: self.of(answers)


def _as_found(_: Any) -> Callable[[Any, Any, Any], Any]:
    """The same for what is shown of a child whose state is unknown."""
    return lambda self, answers, state: self.near.of(answers).restricted_as(state)


def _unasked(_: Any) -> Callable[..., Mapping[str, Any]]:
    """The set is not asked about the likely child before a home counts."""
    return lambda *_: {}


def _with_the_home(original: Callable[..., Any]) -> Callable[..., Any]:
    """The postcode goes out with the first wave."""

    def own(prepared: Any) -> Mapping[str, Mapping[str, str]]:
        home = prepared.inquiry.known.postcode
        more = {"postcode": str(home)} if home else {}
        return {name: {**keys, **more} for name, keys in original(prepared).items()}

    return own


def _by_the_home(original: Callable[..., tuple[str, ...]]) -> Callable[..., tuple[str, ...]]:
    """What an agency needs is said otherwise where the home was guessed right."""

    def needs(view: Any, findings: Any, answers: Any, outcome: Any) -> tuple[str, ...]:
        told = findings.reference.stated_postcodes
        every = [record for a in findings.answers.values() for record in a.records]
        right = any(home.postcode in told for record in every for home in record.addresses)
        return () if right else original(view, findings, answers, outcome)

    return needs


def _the_first(original: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
    """Of two who are likely the set is asked about one."""
    return lambda found, sources: original(found, sources)[:1]


def _tied_without_a_home(original: Callable[..., Any]) -> Callable[..., Any]:
    """The sex is enough beside no home: else that gate stops what another fault lets through."""
    return lambda known, held, found: original(known, held, found) if held.postcodes else None


_DIFFERING: Final = (Agreement.DIFFERENT, Agreement.DISTANT)
_HOME: Final = "gateway.questions.shield.home:ToldHome"
_QUESTION: Final = "gateway.questions.question:RunningQuestion"
_NOT_TAKEN_BACK: Final = (
    ("gateway.questions.finder:Finder.as_asked", _kept_settled),
    ("gateway.questions.shield.state:ShieldState._shown", _as_found),
)
FAULTS: Final = (
    PlantedFault(
        "the set is not asked outside the scope",
        TELLS_NO_MORE,
        (("gateway.questions.plan:shield_set", _none_outside),),
        seed=2,
    ),
    PlantedFault(
        "beyond one's own areas only the near part of the set is asked",
        TELLS_NO_MORE,
        (("gateway.questions.plan:shield_set", _near_alone),),
        seed=2,
    ),
    PlantedFault(
        "an agency that gives this caller nothing is not heard for the shield",
        TELLS_NO_MORE,
        (("gateway.questions.preparing.decided_plan:_Giving.asked", _who_may_tell),),
        seed=7,
    ),
    PlantedFault(
        "rows leave at the first mark",
        WHO_RESTRICTS,
        ((f"{_QUESTION}._shield_spoke", _at_the_first),),
        seed=17,
    ),
    PlantedFault(
        "a slow agency that tells nothing is waited for",
        OUT_OF_SIGHT,
        (("gateway.questions.shield.state:ShieldState.idle", _until_all),),
    ),
    PlantedFault(
        "break-glass lifts a known shield",
        TELLS_NO_MORE,
        (("gateway.questions.release:ReleaseView.restricted", _lifted),),
        seed=7,
    ),
    PlantedFault(
        "silence of the set clears",
        TELLS_NO_MORE,
        (("gateway.questions.findings:restriction", _silence_clears),),
        seed=5,
    ),
    PlantedFault(
        "a national agency's record keeps its places under a shield",
        TELLS_NO_MORE,
        (("gateway.questions.release:unlocated", _as_it_is),),
    ),
    PlantedFault(
        "a namesake's number tells nobody apart",
        TWO_CHILDREN,
        (
            ("resolvers.matching.evidence:Evidence.numbers_differ", _never),
            ("resolvers.matching.joining:_namesake_among", _no),
            ("resolvers.matching.joining:winners", _all_certain),
            ("resolvers.matching.identify:_clashing", _none),
        ),
        seed=21,
    ),
    PlantedFault(
        "the set is not searched for namesakes before a record joins by details",
        TELLS_NO_MORE,
        (("gateway.questions.shield.namesakes:NamesakeSearch.leaves_doubt", _no),),
        seed=44,
    ),
    PlantedFault(
        "a home is scored though a candidate is restricted",
        GUESSED_HOMES,
        ((f"{_HOME}.settled", _whoever_restricts), *_NOT_TAKEN_BACK),
        seed=4,
    ),
    PlantedFault(
        "a home is scored though a source of the set did not answer",
        GUESSED_HOMES,
        (
            (f"{_HOME}._in_full", _whatever_they_said),
            ("gateway.questions.findings:_answered", _whatever_they_said),
            *_NOT_TAKEN_BACK,
        ),
        seed=29,
    ),
    PlantedFault(
        "a home is scored before the set was asked about the likely child",
        GUESSED_HOMES,
        (
            (f"{_HOME}.lessons", _unasked),
            (f"{_HOME}._in_full", _whatever_they_said),
            (f"{_HOME}._all_said", _whatever_they_said),
            ("gateway.questions.findings:_answered", _whatever_they_said),
            *_NOT_TAKEN_BACK,
        ),
        seed=29,
    ),
    PlantedFault(
        "the set is asked about one of two children of one name and birthday",
        GUESSED_HOMES,
        (
            (f"{_HOME.partition(':')[0]}:_likely", _the_first),
            ("resolvers.matching.grading:_untied", _tied_without_a_home),
            *_NOT_TAKEN_BACK,
        ),
        seed=31,
    ),
    *GUESSED_PLACES_FAULTS,
    *LED_ON_FAULTS,
    *SHOWS_NOBODY_FAULTS,
    *SILENCED_FAULTS,
    *TOGETHER_FAULTS,
    PlantedFault(
        "the postcode is sent with the first wave",
        GUESSED_HOMES,
        (("gateway.questions.start:_own", _with_the_home),),
    ),
    PlantedFault(
        "what an agency needs depends on the home",
        GUESSED_HOMES,
        (("gateway.questions.agency_row:_needs", _by_the_home),),
    ),
    PlantedFault(
        "parts leave as they are ready",
        IN_TURN,
        (("gateway.http.ordering:OrderedParts.next", _as_it_came),),
    ),
    PlantedFault(
        "the first part leaves whatever it says",
        IN_TURN,
        (("gateway.http.ordering:OrderedParts.first", _whatever_it_says),),
    ),
)
