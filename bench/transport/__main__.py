"""`python -m bench.transport`: what a call costs by either carrier, signed, and asked twice."""

import argparse

import uvloop

from bench.processes.worker import working
from bench.transport.carriers import Carried, compared, protocol_alone
from bench.transport.hedges import Waited, waited
from bench.transport.signatures import signature_costs


async def _measured(calls: int, rounds: int) -> None:
    print(f"\nwriting and reading alone, without a socket: {protocol_alone(calls, rounds):.1f} us")
    for name, cost_us in signature_costs(calls, rounds).items():
        print(f"{name}: {cost_us:.1f} us")
    with working("bench.transport.agency") as agency:
        opened = agency.tell({"listen": True})
        for base in opened["urls"]:
            for in_flight, keeps in ((1, True), (7, True), (1, False)):
                some = calls if keeps else calls // 8
                ca = opened["ca"]
                for one in await compared(base, ca, in_flight, some, rounds, keeps=keeps):
                    print(_carried(one))
        for each in await waited(agency, opened["urls"][0], calls // 4, rounds):
            print(_waited(each))


def _carried(one: Carried) -> str:
    kept = "" if one.keeps else ", each on a new connection"
    told = f"{one.carrier}, {one.scheme}, {one.in_flight} in flight{kept}"
    return f"{told}: {one.cpu_us:.1f} us of CPU a call"


def _waited(one: Waited) -> str:
    told = one.limits or "no second requests"
    times = f"50th {one.p50_ms:.1f}, 95th {one.p95_ms:.1f}, 99th percentile {one.p99_ms:.1f} ms"
    return f"{told}: {times}; {one.requests:.3f} requests an answer"


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--calls", type=int, default=2000)
    options.add_argument("--rounds", type=int, default=7)
    given = options.parse_args()
    uvloop.run(_measured(given.calls, given.rounds))
