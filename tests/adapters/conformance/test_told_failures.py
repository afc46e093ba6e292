"""`source check` says of a system that cannot be asked which of the three things is the matter."""

from pathlib import Path

from aiohttp import web

from adapters.conformance.online_check import check_online
from adapters.conformance.rules import KitRule
from tests.support.adapters.asking import PUPIL, manifest_of, manifest_text, opened
from tests.support.adapters.tls import CertificateAuthority, serving_tls
from tests.support.loopback import serving

MORE = """
[health]
get = "/health"
[[example]]
operation = "by-upn"
given = { upn = "Z999200001001" }
reply = "absent.json"
status = 404
outcome = "no-record"
"""


async def verdicts(base: str) -> dict[str, str]:
    text = manifest_text("rest", base, rest=PUPIL + MORE)
    async with opened(text) as adapter:
        found = await check_online(manifest_of(text), adapter.source)
    return {one.rule: one.what for one in found}


async def test_an_unknown_name_is_told_by_each_rule_that_it_fails() -> None:
    told = await verdicts("https://nobody.invalid")
    assert "unavailable (unknown_name) at health.get; no name server" in told[KitRule.UP]
    absent = told[f"{KitRule.ABSENT} (by-upn)"]
    assert "unavailable (unknown_name) at operation.by-upn; no name server" in absent


async def test_an_untrusted_certificate_is_told_as_one(tmp_path: Path) -> None:
    async def handler(_request: web.Request) -> web.Response:
        return web.Response()

    shown = CertificateAuthority.called("Nobody's authority").signs()
    async with serving_tls(handler, shown, tmp_path) as base:
        told = await verdicts(base)
    assert "certificate_of_unknown_authority" in told[KitRule.UP]


async def test_an_answer_that_cannot_be_read_names_the_key_and_the_shape() -> None:
    async def handler(_request: web.Request) -> web.Response:
        return web.json_response({"results": [], "total": 0})

    async with serving(handler) as base:
        told = await verdicts(base)
    what = told[f"{KitRule.ABSENT} (by-upn)"]
    assert "(rule records) at operation.by-upn.records: status 200; body: object" in what
    assert "without pupils" in what
