"""What is to be in force: the folder's manifests and those approved here, under their grants."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from adapters.authoring.grant import claimed
from adapters.contract.codes import SHIELD_CLAIMS, Claim
from adapters.manifest.manifest import Manifest
from adapters.network.secrets import prefix_of
from adapters.validation.loading import ManifestInvalid, parse_manifest
from gateway.config.operator_file import OperatorFile, SourceGrant
from gateway.model.errors import ConfigurationInvalid
from gateway.policy.rules.rule_set import Baseline, RuleSet, open_rule_set
from gateway.registry.files import ManifestFile, OperatorFiles
from gateway.registry.ledger.record import LedgerHead, RolloutRecord, Version


@dataclass(frozen=True, slots=True)
class SourceVersion:
    """One source that is to be in force, and everything on which its open adapter depends.

    `file` is its place in the folder, None where it was registered while running. `near` are the
    sources of other agencies whose ids begin like this one's, and so their variables.
    """

    manifest: Manifest = field(compare=False)
    version: int
    text: str = field(repr=False)
    rules: str | None = field(repr=False)
    grant: SourceGrant
    level: str | None = None
    file: Path | None = None
    near: frozenset[str] = frozenset()

    @property
    def id(self) -> str:
        """The source's id."""
        return self.manifest.source.id

    @property
    def sha256(self) -> str:
        """The SHA-256 of the manifest's text in UTF-8, in hex."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class DesiredState:
    """All of one generation, before anything is opened; `suspended` are out of force for now.

    Those of them that say who is shielded are `silenced`: nobody asks them, and what they would
    have said is unknown, so that suspending one unshields no child. `decided` is the last word
    about each source, where somebody has said one while running.
    """

    generation: int
    folder: OperatorFiles
    held: tuple[SourceVersion, ...]
    suspended: tuple[SourceVersion, ...]
    decided: Mapping[str, RolloutRecord]

    @property
    def silenced(self) -> tuple[SourceVersion, ...]:
        """The members of the shield set among the suspended."""
        return tuple(held for held in self.suspended if _in_shield_set(held))

    def rule_set(self, baseline: Baseline) -> RuleSet:
        """The rules of all that has a row; RuleInvalid names the first that cannot be used."""
        rows = (*self.held, *self.silenced)
        written = {held.id: held.rules for held in rows if held.rules is not None}
        return open_rule_set(baseline, [held.manifest for held in rows], written)


@dataclass(frozen=True, slots=True)
class LedgerFacts:
    """What the ledger says besides where it stands.

    `numbers` are of the folder's manifests, by source id; `live` is the last version that anybody
    decided about of each source that was registered while running.
    """

    numbers: Mapping[str, int]
    live: Mapping[str, Version]


def desired_state_of(folder: OperatorFiles, head: LedgerHead, known: LedgerFacts) -> DesiredState:
    """What is in force by the operator's files and the ledger; ConfigurationInvalid says why not.

    A source whose grant the operator took back is not held. One that no question reaches is not
    taken: its agency would stand nowhere, as if it were not connected.
    """
    if not folder.filed and not known.live:
        raise ConfigurationInvalid(
            "files.manifests: the folder holds no *.toml file, and no source was registered while"
            " running"
        )
    filed = [_filed(each, folder.operator, known.numbers) for each in folder.filed]
    twice = {held.id: held.file for held in filed} if known.live else {}
    for source in sorted(head.approved.keys() & known.live.keys() & twice.keys()):
        raise ConfigurationInvalid(
            f"{twice[source]}: source {source} was registered while running and is in force;"
            f" suspend it first, or remove the file"
        )
    in_folder = {held.id for held in filed}
    live = [v for source, v in sorted(known.live.items()) if source not in in_folder]
    every = [_beside(h, folder.operator) for h in (*filed, *_granted(live, folder.operator))]
    held = tuple(held for held in every if held.id not in head.suspended)
    if unreached := list(_unreached(held, folder.operator)):
        raise ConfigurationInvalid("\n".join(unreached))
    return DesiredState(
        generation=head.generation,
        folder=folder,
        held=held,
        suspended=tuple(held for held in every if held.id in head.suspended),
        decided=head.sources,
    )


def _unreached(every: Iterable[SourceVersion], operator: OperatorFile) -> Iterator[str]:
    """What to change about each source that no scope, or none of an area, leads to."""
    local = [held for held in every if not _is_national(held)]
    placed = {h.manifest.source.agency for h in local if h.manifest.agency.areas}
    codes = [area.code for area in operator.area]
    for held in local:
        areas, key = held.manifest.agency.areas, f"{held.file or held.id}: agency.areas"
        if held.manifest.source.agency not in placed:
            yield (
                f"{key}: it serves no area and is not granted national, so no question reaches it."
                f" Write areas, of {', '.join(codes)}, or claim national and have it granted"
            )
        for unknown in sorted({*areas} - {*codes}):
            yield (
                f"{key}: the operator's file has no [[area]] of code {unknown}, so no question"
                f" from there reaches it: add one, or write only areas of {', '.join(codes)}"
            )


def _is_national(held: SourceVersion) -> bool:
    return Claim.NATIONAL in claimed(held.manifest) & held.grant.claims


def _in_shield_set(held: SourceVersion) -> bool:
    return bool(SHIELD_CLAIMS & claimed(held.manifest) & held.grant.claims)


def _beside(held: SourceVersion, operator: OperatorFile) -> SourceVersion:
    begins = prefix_of(held.id)
    others = {each.source for each in operator.grant if each.agency != held.grant.agency}
    near = {other for other in others - {held.id} if prefix_of(other).startswith(begins)}
    return replace(held, near=frozenset(near))


def grant_for(manifest: Manifest, operator: OperatorFile) -> SourceGrant | None:
    """What the operator grants to this source of this agency, if anything."""
    wanted = (manifest.source.id, manifest.source.agency)
    return next((g for g in operator.grant if (g.source, g.agency) == wanted), None)


def held_version(version: Version, grant: SourceGrant) -> SourceVersion:
    """A version that was registered while running; ConfigurationInvalid if it cannot be read.

    It could be read when it was kept: a later gateway may be stricter, and then says so.
    """
    try:
        manifest = parse_manifest(version.manifest, Path("manifest"))
    except ManifestInvalid as error:
        raise ConfigurationInvalid(
            f"the ledger: version {version.number} of source {version.source} is not a usable"
            f" manifest here; suspend it with the gateway that kept it:\n{error}"
        ) from None
    return SourceVersion(
        manifest, version.number, version.manifest, version.rules, grant, version.level
    )


def _filed(
    filed: ManifestFile, operator: OperatorFile, numbers: Mapping[str, int]
) -> SourceVersion:
    manifest = filed.manifest
    grant = grant_for(manifest, operator)
    if grant is None:
        raise ConfigurationInvalid(
            f"{filed.file}: the operator's file has no [[grant]] for source {manifest.source.id}"
            f" of agency {manifest.source.agency}"
        )
    number = numbers.get(manifest.source.id, 1)
    return SourceVersion(manifest, number, filed.text, filed.rules, grant, file=filed.file)


def _granted(versions: Iterable[Version], operator: OperatorFile) -> Iterable[SourceVersion]:
    for version in versions:
        wanted = (version.source, version.agency)
        for grant in operator.grant:
            if (grant.source, grant.agency) == wanted:
                yield held_version(version, grant)
                break
