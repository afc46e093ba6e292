"""The bench of calls asks a real agency by both carriers, and counts what it was asked."""

from bench.processes.worker import working
from bench.transport.carriers import compared, protocol_alone
from bench.transport.hedges import HEDGES, waited
from bench.transport.signatures import signature_costs


async def test_both_carriers_and_second_requests_reach_the_agency() -> None:
    with working("bench.transport.agency") as agency:
        opened = agency.tell({"listen": True})
        for base in opened["urls"]:
            found = await compared(base, opened["ca"], in_flight=2, count=5, rounds=1)
            assert [one.carrier for one in found] == ["kept connections", "aiohttp"]
            assert all(one.cpu_us > 0 for one in found)
        assert agency.tell({})["asked"] == 2 * 2 * 2 * 5
        for one in await waited(agency, opened["urls"][0], count=8, rounds=1):
            assert one.limits in HEDGES
            assert one.requests >= 1


def test_each_part_of_a_call_has_a_cost() -> None:
    assert protocol_alone(10, 1) > 0
    assert len(signature_costs(70, 1)) == 3
