"""What the gateway is started with: manifests, secrets and the operator's file of one run."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from adapters.authoring.grant import claimed
from adapters.manifest.manifest import Manifest
from adapters.validation.loading import read_manifest
from demo.population import register
from demo.population.nobody import HOLDERS, NOBODY
from demo.systems.agency_app import NOTICES_PATH

_HERE: Final = Path(__file__).parent.parent
# Families see without delay that these were asked. Of others, such as the police, they see nothing.
_SHOWN_NOW: Final = frozenset(
    {
        "nhs-england",
        "gp-records",
        "northbrook-schools",
        "northbrook-social-care",
        "brookhallow-child-health",
        "southmere-hospital",
    }
)


@dataclass(frozen=True, slots=True)
class RunningCopy:
    """Where the files of one run stand."""

    manifests: Path
    secrets: Path
    operator_file: Path


def write_running_copy(
    state: Path, origins: Mapping[str, str], credentials: Mapping[str, Path]
) -> RunningCopy:
    """Write the files of every source in `origins`, by source id, under `state`.

    A manifest keeps its words and comments; only its default address becomes the real one.
    """
    copy = RunningCopy(state / "manifests", state / "secrets", state / "operator.toml")
    for folder in (copy.manifests, copy.secrets):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True)
    grants = [(_HERE / "operator.toml").read_text("utf-8")]
    agencies: set[str] = set()
    for source, origin in origins.items():
        original = _HERE / "manifests" / f"{source}.toml"
        manifest = read_manifest(original)
        text = original.read_text("utf-8").replace(_origin(manifest), origin)
        (copy.manifests / original.name).write_text(text, "utf-8")
        shutil.copytree(credentials[source], copy.secrets / source)
        grants.append(_grant(manifest, origin))
        agencies.add(manifest.source.agency)
    grants += [_disclosure(agency) for agency in sorted(agencies & _SHOWN_NOW)]
    if register.POLICE in origins:
        grants.append(_privacy_officer(register.POLICE, origins[register.POLICE]))
    copy.operator_file.write_text("\n".join(grants), "utf-8")
    return copy


def _origin(manifest: Manifest) -> str:
    url = urlsplit(manifest.source.base_url or "sql://none")
    return f"{url.scheme}://{url.netloc}"


def _disclosure(agency: str) -> str:
    return f'[[disclosure]]\nagency = "{agency}"\nshow = "now"\n'


def _privacy_officer(agency: str, origin: str) -> str:
    place = json.dumps(f"{origin}{NOTICES_PATH}")
    return f'[[privacy_officer]]\nagency = "{agency}"\nplace = {place}\n'


def _grant(manifest: Manifest, origin: str) -> str:
    # This operator trusts what its agencies claim; another would look first.
    lines = {
        "source": manifest.source.id,
        "agency": manifest.source.agency,
        "claims": sorted(claimed(manifest)),
        "origins": [origin],
    }
    # A JSON text or list of texts is TOML as well.
    grant = ["[[grant]]", *(f"{k} = {json.dumps(v)}" for k, v in lines.items())]
    if manifest.source.id in HOLDERS:
        grant.append(f'test_person = {{ nhs_number = "{NOBODY.nhs_number}" }}')
    return "\n".join([*grant, ""])
