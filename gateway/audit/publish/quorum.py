"""Which witnesses' signatures together are enough."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from gateway.audit.verify.policy import WitnessPolicy


@dataclass(frozen=True, slots=True)
class Quorum:
    """`met` says whether witnesses of these names are enough; `needed` is the fewest that can be.

    If none are needed, the gateway serves without any.
    """

    needed: int
    met: Callable[[Collection[str]], bool]


def at_least(count: int) -> Quorum:
    """So many witnesses, whichever they are."""
    return Quorum(count, lambda names: len({*names}) >= count)


def by_policy(policy: WitnessPolicy) -> Quorum:
    """The quorum of a policy; its witnesses are known here by the names in their keys."""
    keys = {each.key.name: each.key for each in policy.witnesses}
    return Quorum(policy.fewest, lambda names: policy.met([keys[n] for n in names if n in keys]))
