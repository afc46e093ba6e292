"""Each source of the folder, asked as `source check` asks it, and the level that it reaches."""

import os
from collections.abc import Iterable, Iterator
from functools import partial

from adapters.conformance.kit import Level, check_offline, level_of
from adapters.conformance.online_check import check_online
from adapters.kinds import open_adapter
from adapters.manifest.auth import MutualTlsAuth
from adapters.network.secrets import Secrets
from gateway.cli.checking.online.agency_certificates import look_at_agency
from gateway.cli.checking.online.certificates import ending
from gateway.cli.checking.online.findings import Finding, FindingState, LookAtPart
from gateway.config.certificates.contexts import validity_of
from gateway.config.operator_file import read_operator_file
from gateway.config.settings import Settings
from gateway.model.clock import Clock
from gateway.registry.desired_state import SourceVersion, held_by
from gateway.registry.files import filed_and_faults


def granted_sources(settings: Settings) -> tuple[SourceVersion, ...]:
    """Those of the folder; others were registered while running, and are in `operations`."""
    filed, _ = filed_and_faults(settings.files.manifests)
    return tuple(held_by(filed, read_operator_file(settings.files.operator)))


def part_of(held: SourceVersion) -> str:
    """What it is called here."""
    return f"source {held.id}"


async def look_at_source(held: SourceVersion, settings: Settings) -> Iterable[Finding]:
    """Its level, and when the certificates end that it is shown and that it shows.

    One is not asked whose system tells its agency of each question, nor is a plugin's code run.
    """
    secrets = Secrets(held.id, os.environ, settings.files.secrets, held.near)
    return [*_own_certificate(held, secrets), await _level(held, secrets, settings)]


def certificates_of(held: SourceVersion, settings: Settings) -> tuple[str, LookAtPart]:
    """The look at the certificates that its system shows, and what that is called here."""
    part = f"certificate of {part_of(held)}"
    secrets = Secrets(held.id, os.environ, settings.files.secrets, held.near)
    egress = held.grant.egress(settings.own_stores)
    now = Clock().now()
    return part, partial(look_at_agency, part, held.manifest, secrets, egress, now)


async def _level(held: SourceVersion, secrets: Secrets, settings: Settings) -> Finding:
    if held.manifest.source.effects != "none" or held.manifest.kind == "plugin":
        what = "is not asked, as that may have effects: run `teamaround source check` yourself"
        return Finding(part_of(held), FindingState.SKIPPED, what)
    assert held.file is not None  # noqa: S101 - it is of the folder
    clock = Clock()
    egress = held.grant.egress(settings.own_stores)
    adapter = await open_adapter(held.manifest, secrets=secrets, egress=egress, clock=clock.now)
    try:
        person = held.grant.test_person.given if held.grant.test_person else {}
        asked = await check_online(held.manifest, adapter.source, person)
    finally:
        await adapter.aclose()
    if all(one.passed is None for one in asked):
        what = "could be asked about nobody: give it [health], or an [[example]] of nobody's child"
        return Finding(part_of(held), FindingState.SKIPPED, what)
    offline = await check_offline(held.manifest, held.file.parent, clock.now)
    return _judged(part_of(held), level_of([*offline, *asked]))


def _judged(part: str, level: Level | None) -> Finding:
    see = "`teamaround source check` with --operator says which rules fail"
    if level is None:
        return Finding(part, FindingState.WRONG, f"does not connect: {see}")
    if level is Level.CONNECTS:
        return Finding(part, FindingState.WARNING, f"connects, and is not dependable: {see}")
    return Finding(part, FindingState.OK, f"is {level}")


def _own_certificate(held: SourceVersion, secrets: Secrets) -> Iterator[Finding]:
    auth = held.manifest.auth
    if isinstance(auth, MutualTlsAuth):
        ends = validity_of(secrets.text(auth.certificate).encode()).ends
        yield ending(f"certificate {held.id}", ends, Clock().now(), "renew it and reload")
