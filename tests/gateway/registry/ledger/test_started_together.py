"""Two gateways that start together for the first time, each with keys that it made for itself."""

import asyncio
import time
from typing import Final

from gateway.model.errors import ConfigurationInvalid
from gateway.registry.ledger.contract import Ledger
from gateway.registry.replica_lease import ReplicaKeys, ReplicaLease

LOG: Final = "log-key"


def gateway(ledger: Ledger, *keys: str) -> ReplicaLease:
    shown = ReplicaKeys.of(LOG, keys)
    return ReplicaLease(ledger, time.monotonic, keys=shown, lease_s=600, every_s=0.01)


async def test_of_two_with_other_keys_one_serves_and_one_is_refused_at_its_start(
    ledger: Ledger, beside: Ledger
) -> None:
    gateways = gateway(ledger, "one"), gateway(beside, "another")
    for each in gateways:
        await each.refuse_other_keys()  # nobody serves yet
    came = await asyncio.gather(*(each.take(0) for each in gateways), return_exceptions=True)
    assert sorted(map(type, came), key=str) == [ConfigurationInvalid, int]
    (serves,) = (each for each, said in zip(gateways, came, strict=True) if said == 0)
    serves.refuse_stale()
    assert len(await ledger.leases()) == 1


async def test_of_two_with_the_same_keys_both_serve(ledger: Ledger, beside: Ledger) -> None:
    gateways = gateway(ledger, "one"), gateway(beside, "one", "renewed")
    assert await asyncio.gather(*(each.take(0) for each in gateways)) == [0, 0]
    assert len(await ledger.leases()) == 2


async def test_a_gateway_that_a_release_before_runs_beside_is_let_be(
    ledger: Ledger, beside: Ledger
) -> None:
    await beside.hold("a name that shows no key", 0, 600)
    assert await gateway(ledger, "one").take(0) == 0
