"""Which witnesses' signatures together are enough."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from gateway.audit.verify.finding import Unreadable
from gateway.audit.verify.policy import WitnessPolicy
from gateway.config.settings_tables import WitnessSettings
from gateway.model.errors import ConfigurationInvalid


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


def witness_policy(witnesses: WitnessSettings) -> WitnessPolicy | None:
    """The policy that the settings name."""
    if witnesses.policy is None:
        return None
    try:
        return WitnessPolicy.read(witnesses.policy.read_bytes())
    except OSError as error:
        raise ConfigurationInvalid(
            f"witnesses.policy: cannot be read ({type(error).__name__})"
        ) from None
    except Unreadable as error:
        raise ConfigurationInvalid(f"witnesses.policy: {error}") from None


def quorum_of(witnesses: WitnessSettings) -> Quorum:
    """Whose signatures are enough, by the settings or their policy."""
    policy = witness_policy(witnesses)
    return at_least(witnesses.quorum) if policy is None else by_policy(policy)
