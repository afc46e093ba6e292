"""The operator's files of a gateway that has one source, in a folder of its own."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pydantic import BaseModel

from adapters.authoring.grant import claimed, grant_text
from adapters.contract.codes import Claim
from adapters.manifest.auth import Secret
from adapters.manifest.manifest import Manifest
from adapters.network.secrets import Secrets, SecretTexts
from adapters.sql.engine import address_of, read_dsn
from adapters.validation.loading import manifest_text, parse_manifest
from gateway.config.settings import Settings
from gateway.config.settings_tables import FileSettings, LimitSettings, TokenSettings
from teamaround.testing.register import MANIFEST, NAME, MadeUpRegister

NOWHERE: Final = "E09999999"  # a GSS code of no area
_OPERATOR: Final = """
log_origin = "teamaround.example/testing"
[shield_team]
name = "Shield team"
telephone = "01632 960999"
[broker]
name = "Broker"
telephone = "01632 960888"
"""
_ENOUGH: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class TriedSource:
    """A manifest, and how its source is reached while it is tried.

    `moved` says where each origin of the manifest is instead, `secrets` what its secret files hold,
    `test_person` whom its system keeps so that finding nobody proves something, by key.
    """

    manifest: Path
    moved: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str | bytes] = field(default_factory=dict, repr=False)
    test_person: Mapping[str, str] = field(default_factory=dict)
    claims: frozenset[Claim] | None = None

    def text(self) -> str:
        """The manifest's text with every origin moved; ValueError if one is not in it."""
        text = manifest_text(self.manifest)
        for origin, place in self.moved.items():
            if origin not in text:
                raise ValueError(f"moved: {self.manifest.name} does not say {origin}")
            text = re.sub(rf"{re.escape(origin)}(?![\w.-])", place.rstrip("/"), text)
        return text


@dataclass(frozen=True, slots=True)
class Site:
    """The files, written; `area` is one that the source serves."""

    settings: Settings
    manifest: Manifest
    register: MadeUpRegister
    area: str


def write_site(folder: Path, tried: TriedSource) -> Site:
    """Write all files below `folder`.

    ManifestInvalid, SecretMissing or ValueError says what to change.
    """
    text = tried.text()
    manifest = parse_manifest(text, tried.manifest)
    _refuse_other_secrets(manifest, tried.secrets)
    manifests, secrets = folder / "manifests", folder / "secrets"
    for each in (manifests, secrets):
        each.mkdir(mode=0o700)
    (manifests / f"{manifest.source.id}.toml").write_text(text, "utf-8")
    rules = tried.manifest.with_suffix(".cedar")
    if rules.exists():
        (manifests / f"{manifest.source.id}.cedar").write_bytes(rules.read_bytes())
    _write_secrets(secrets / manifest.source.id, tried.secrets)
    register = _register(folder, manifests, secrets)
    areas = manifest.agency.areas or (NOWHERE,)
    operator = folder / "operator.toml"
    tables = [f'[[area]]\ncode = "{code}"\nname = "Area {code}"\n' for code in areas]
    grant = _grant(manifest, tried, Secrets(manifest.source.id, os.environ, secrets))
    operator.write_text("\n".join([_OPERATOR, *tables, grant, register.grant()]), "utf-8")
    return Site(_settings(folder), manifest, register, areas[0])


def _register(folder: Path, manifests: Path, secrets: Path) -> MadeUpRegister:
    register = MadeUpRegister(folder / "register.sqlite")
    register.create()
    (manifests / f"{NAME}.toml").write_bytes(MANIFEST.read_bytes())
    _write_secrets(secrets / NAME, {"dsn": f"sqlite:///{register.file}"})
    return register


def _refuse_other_secrets(manifest: Manifest, given: Mapping[str, str | bytes]) -> None:
    needed = frozenset(_secret_files(manifest))
    wrong = [f"{name} was not given" for name in sorted(needed - given.keys())]
    wrong += [f"the manifest names no {name}" for name in sorted(given.keys() - needed)]
    if wrong:
        raise ValueError(f"secrets: {'; '.join(wrong)}")


def _secret_files(value: object) -> Iterator[str]:
    """The names of every secret of a manifest that is a file."""
    if isinstance(value, Secret):
        yield from filter(None, [value.file])
    elif isinstance(value, BaseModel):
        for each in value.__dict__.values():
            yield from _secret_files(each)


def _write_secrets(folder: Path, secrets: Mapping[str, str | bytes]) -> None:
    folder.mkdir(mode=0o700)
    for name, content in secrets.items():
        file = folder / name
        file.touch(mode=0o600)
        file.write_bytes(content.encode() if isinstance(content, str) else content)


def _grant(manifest: Manifest, tried: TriedSource, secrets: SecretTexts) -> str:
    claims = claimed(manifest) if tried.claims is None else tried.claims
    text = grant_text(manifest, claims)
    if manifest.source.dsn is not None:
        address = address_of(read_dsn(secrets.text(manifest.source.dsn)))
        text = re.sub(r"^origins = .*$", f'origins = ["{address}"]', text, flags=re.MULTILINE)
    if tried.test_person:
        listed = ", ".join(f'{key} = "{value}"' for key, value in tried.test_person.items())
        text = f"{text}\ntest_person = {{ {listed} }}"
    return f"{text}\n"


def _settings(folder: Path) -> Settings:
    state = folder / "state"
    # Under a prefix of its own: no variable of whoever runs the tests may lead to a real store.
    return Settings(
        _env_prefix="TEAMAROUND_TESTING__",
        environment="development",
        files=FileSettings(
            state=state,
            manifests=folder / "manifests",
            secrets=folder / "secrets",
            operator=folder / "operator.toml",
        ),
        tokens=TokenSettings(keys=state / "token-keys.json"),
        limits=LimitSettings(**dict.fromkeys(_UNHURRIED, _ENOUGH)),
    )


_UNHURRIED: Final = (
    "questions_per_minute",
    "questions_per_minute_organisation",
    "children_per_hour",
    "children_per_hour_organisation",
    "unfound_per_hour",
    "out_of_area_per_day",
)
