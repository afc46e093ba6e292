"""What is to be in force: the folder's manifests and those approved here, under their grants."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from adapters.authoring.grant import claimed
from adapters.contract.codes import SHIELD_CLAIMS, Claim
from adapters.manifest.manifest import Manifest
from adapters.manifest.toml_places import places
from adapters.network.secrets import prefix_of
from adapters.validation.loading import ManifestInvalid, parse_manifest
from gateway.config.operator_file import OperatorFile, SourceGrant
from gateway.config.toml_table import fault_at
from gateway.model.errors import ConfigurationFault, ConfigurationInvalid
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
    if faults := list(ungranted(folder.filed, folder.operator)):
        raise ConfigurationInvalid(*faults)
    filed = list(held_by(folder.filed, folder.operator, known.numbers))
    twice = {held.id: held.file for held in filed} if known.live else {}
    for source in sorted(head.approved.keys() & known.live.keys() & twice.keys()):
        raise ConfigurationInvalid(
            f"{twice[source]}: source {source} was registered while running and is in force;"
            f" suspend it first, or remove the file"
        )
    in_folder = {held.id for held in filed}
    live = [v for source, v in sorted(known.live.items()) if source not in in_folder]
    every = [*filed, *(beside(h, folder.operator) for h in _granted(live, folder.operator))]
    held = tuple(held for held in every if held.id not in head.suspended)
    if faults := list(unreached(held, folder.operator)):
        raise ConfigurationInvalid(*faults)
    return DesiredState(
        generation=head.generation,
        folder=folder,
        held=held,
        suspended=tuple(held for held in every if held.id in head.suspended),
        decided=head.sources,
    )


def unreached(
    every: Iterable[SourceVersion], operator: OperatorFile
) -> Iterator[ConfigurationFault]:
    """What to change about each source that no scope, or none of an area, leads to."""
    local = [held for held in every if not _is_national(held)]
    placed = {h.manifest.source.agency for h in local if h.manifest.agency.areas}
    codes = [area.code for area in operator.area]
    for held in local:
        if held.manifest.source.agency not in placed:
            yield _of_areas(
                held,
                "it serves no area and is not granted national, so no question reaches it."
                f" Write areas, of {', '.join(codes)}, or claim national and have it granted",
            )
        for unknown in sorted({*held.manifest.agency.areas} - {*codes}):
            yield _of_areas(
                held,
                f"the operator's file has no [[area]] of code {unknown}, so no question"
                f" from there reaches it: add one, or write only areas of {', '.join(codes)}",
            )


def _of_areas(held: SourceVersion, what: str) -> ConfigurationFault:
    file = Path(held.id) if held.file is None else held.file
    return fault_at(file, places(held.text), ("agency", "areas"), what)


def _is_national(held: SourceVersion) -> bool:
    return Claim.NATIONAL in claimed(held.manifest) & held.grant.claims


def _in_shield_set(held: SourceVersion) -> bool:
    return bool(SHIELD_CLAIMS & claimed(held.manifest) & held.grant.claims)


def beside(held: SourceVersion, operator: OperatorFile) -> SourceVersion:
    """The version, with the sources of other agencies whose variables begin like its own."""
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


def ungranted(
    filed: Iterable[ManifestFile], operator: OperatorFile
) -> Iterator[ConfigurationFault]:
    """What to write for each manifest that the operator grants nothing."""
    for each in filed:
        source = each.manifest.source
        if grant_for(each.manifest, operator) is None:
            what = (
                f"the operator's file has no [[grant]] for source {source.id} of agency"
                f" {source.agency}: add what `teamaround source grant` prints"
            )
            yield fault_at(each.file, places(each.text), ("source", "id"), what)


def held_by(
    filed: Iterable[ManifestFile], operator: OperatorFile, numbers: Mapping[str, int] | None = None
) -> Iterator[SourceVersion]:
    """The granted manifests of the folder, each with its version's number; 1 where none is said."""
    for each in filed:
        grant, source = grant_for(each.manifest, operator), each.manifest.source.id
        if grant is not None:
            number = (numbers or {}).get(source, 1)
            held = SourceVersion(
                each.manifest, number, each.text, each.rules, grant, file=each.file
            )
            yield beside(held, operator)


def _granted(versions: Iterable[Version], operator: OperatorFile) -> Iterable[SourceVersion]:
    for version in versions:
        wanted = (version.source, version.agency)
        for grant in operator.grant:
            if (grant.source, grant.agency) == wanted:
                yield held_version(version, grant)
                break
