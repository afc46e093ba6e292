"""What one question asks of whom, and whom it tells what it heard."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from gateway.fanout.source_call import CallContext, SourceAnswer

Keys = Mapping[str, str]
Teach = Callable[[Mapping[str, SourceAnswer]], Mapping[str, Keys]]
Disputed = Callable[[Mapping[str, SourceAnswer]], tuple[Keys, ...]]
Heard = Callable[[Mapping[str, SourceAnswer]], None]
Namesakes = Callable[[Mapping[str, SourceAnswer]], tuple[Mapping[str, Keys], Heard]]
Hear = Callable[[Mapping[str, SourceAnswer], Mapping[str, SourceAnswer]], bool]
PassOn = Callable[[Mapping[str, frozenset[str]]], Awaitable[None]]


def _nothing(_: Mapping[str, SourceAnswer]) -> Mapping[str, Keys]:
    return {}


def _nobody_alike(_: Mapping[str, SourceAnswer]) -> tuple[Mapping[str, Keys], Heard]:
    return {}, _unheard_of


def _unheard_of(_: Mapping[str, SourceAnswer]) -> None:
    return None


def _undisputed(_: Mapping[str, SourceAnswer]) -> tuple[Keys, ...]:
    return ()


def _unheard(_: Mapping[str, SourceAnswer], __: Mapping[str, SourceAnswer]) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be asked: the caller's own details for each permitted source, by source id.

    `asking` is by source id as well. `teach` says what each source may be asked with besides,
    after the answers so far; nothing of it leaves early while one of `heard_first` is under way.
    Where `disputed` has other numbers of the same scheme, a source is asked by these as well.
    Once the others have answered, `namesakes` says who is searched for children alike, by what, and
    who hears of it. `pass_on` is awaited before any of it leaves, with the names of the learned
    keys for each source.
    `give_back` says what of the caller's own details was kept back and may be sent now, when
    everybody else has been heard: whoever is still open is then asked with it. `idle` is told the
    answers of the `circle` whenever nothing of it is under way and nothing taught can start one;
    it says whether nobody else is to be waited for.
    """

    own: Mapping[str, Keys]
    asking: Mapping[str, CallContext]
    until: float
    heard_first: frozenset[str]
    teach: Teach
    pass_on: PassOn
    disputed: Disputed = _undisputed
    give_back: Teach = _nothing
    namesakes: Namesakes = _nobody_alike
    circle: frozenset[str] = frozenset()
    idle: Hear = _unheard
