"""Whoever reads figures or traces and asks one question cannot tell if a child is known."""

import re
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from prometheus_client.parser import text_string_to_metric_families

from gateway.identity.development_token import issue
from tests.support.agencies import AUTHORITY, BY_UPN, AgencyServer, SourceFile, rest_source
from tests.support.collector import Collector, attributes, collecting
from tests.support.loopback import serving
from tests.support.scraping import SHOWN, scraped
from tests.support.served_gateway import Served, served
from tests.support.settings import BRISK
from tests.support.town import KNOWN, PRACTITIONER, QUERY, variables_for

NOBODY: Final = {**KNOWN, "nhsNumber": "9000000033"}
CONSENT: Final = """
[codes.consent]
Y = true
"*" = false
"""
# What time moves by itself, and what is told in steps.
BY_TIME: Final = re.compile(
    r"age_s|lock_s|collector|certificate|loop_lag|process_|scrapes|_sum|_bucket"
)


def clinic_at(url: str) -> SourceFile:
    """A sensitive clinic that is asked by a number which only a register of the child has."""
    file = rest_source("clinic", url, by=(BY_UPN,), classes=("INVOLVEMENT", "SENSITIVE"))
    mapped = 'consent = { path = "consent", codes = "consent" }\n  [[operation.address]]'
    operations = file.operations.replace("[[operation.address]]", mapped) + CONSENT
    return file.with_(where=f"{file.where}\nsensitive = true", operations=operations)


async def page(_: web.Request) -> None:
    raise web.HTTPOk(text="<p>Moved</p>", content_type="text/html")


async def figures(gateway: Served) -> dict[tuple[str, ...], float]:
    _, text = await scraped(gateway)
    return {
        (one.name, *one.labels.values()): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
        if not BY_TIME.search(one.name)
    }


async def moved_by(gateway: Served, known: Mapping[str, Any]) -> dict[tuple[str, ...], float]:
    """Each figure that a question about this child moved, and by how much."""
    before = await figures(gateway)
    token = issue(PRACTITIONER, gateway.settings, now=time.time(), lifetime_s=600)
    body = {"query": QUERY, "variables": variables_for(known)}
    headers = {"Authorization": f"Bearer {token}"}
    async with gateway.session.post(f"{gateway.url}/graphql", json=body, headers=headers) as came:
        assert "errors" not in await came.json()
    after = await figures(gateway)
    return {name: after[name] - before.get(name, 0.0) for name in after}


def shapes(collector: Collector) -> list[list[tuple[str, str]]]:
    """What each trace says was done, in no order."""
    found: defaultdict[bytes, list[tuple[str, str]]] = defaultdict(list)
    for span in collector.spans():
        found[span.trace_id].append((span.name, str(attributes(span))))
    return [sorted(each) for each in found.values()]


async def test_figures_and_traces_are_alike_for_a_child_who_is_known_and_one_who_is_not(
    tmp_path: Path,
) -> None:
    clinic = AgencyServer(before=page)
    async with (
        serving(AgencyServer().answer) as spine,
        serving(clinic.answer) as url,
        collecting() as collector,
    ):
        register = rest_source("spine", spine, claims=AUTHORITY, onward=("identifiers",))
        fed = {"collector__url": collector.url, "collector__traces": 1.0}
        async with served(tmp_path, [register, clinic_at(url)], **SHOWN, **fed, **BRISK) as gateway:
            await moved_by(gateway, NOBODY)  # the first one opens connections
            of_nobody = await moved_by(gateway, NOBODY)
            assert of_nobody["teamaround_responses_total", "answered"] == 1
            assert clinic.asked == []
            assert await moved_by(gateway, KNOWN) == of_nobody
            assert await gateway.stop() == 0
    assert len(clinic.asked) == 1
    # They came mixed. The first question also tried whether the spine finds a test child.
    one, other, first = sorted(shapes(collector), key=len)
    assert one == other
    assert len(first) == len(one) + 1
    assert ("call", "{'teamaround.source': 'spine', 'teamaround.went': 'ok'}") in one
    assert "clinic" not in str(collector.everything())
