"""Reads a served gateway's figures as Prometheus does."""

import json
from collections.abc import Iterator
from typing import Any, Final

from prometheus_client.parser import text_string_to_metric_families

from tests.support.markers import FAMILY, NHS
from tests.support.served_gateway import Served

SHOWN: Final = {"metrics__port": 0}


def figures_url(gateway: Served) -> str:
    said: dict[str, Any] = next(
        event for event in map(json.loads, gateway.said) if event["event"] == "serving"
    )
    return f"http://127.0.0.1:{said['metrics_port']}"


async def scraped(gateway: Served, **headers: str) -> tuple[int, str]:
    """The status and the text of `/metrics`."""
    async with gateway.session.get(f"{figures_url(gateway)}/metrics", headers=headers) as came:
        return came.status, await came.text()


async def all_that_is_shown(gateway: Served) -> list[str]:
    """Everything that the listener says, to right requests and to wrong ones."""
    said = [(await scraped(gateway))[1]]
    wrong = (
        *(("GET", f"/{NHS}?{FAMILY}"), ("GET", "/"), ("GET", "/docs"), ("GET", "/openapi.json")),
        *(("POST", "/metrics"), ("DELETE", "/metrics/"), ("OPTIONS", "*"), ("GET", "/debug")),
    )
    for method, path in wrong:
        url = f"{figures_url(gateway)}{path if path.startswith('/') else '/'}"
        async with gateway.session.request(method, url, data=FAMILY) as came:
            said += [f"{came.headers}", await came.text()]
            assert came.status == 404
    return said


def labels_in(text: str) -> Iterator[tuple[str, str, str]]:
    """Each metric's name with each of its labels and values."""
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            yield from ((sample.name, name, value) for name, value in sample.labels.items())
