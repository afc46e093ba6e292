"""The files of the bench's gateway: a manifest an agency, the operator's file, the settings."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

AREA: Final = "E09990001"
_CLAIMS: Final = ("spine", "shield_authority", "national")

_MANIFEST: Final = """
manifest = 1
kind = "rest"
[source]
id = "{id}"
agency = "{id}"
sector = "SOCIAL_CARE"
base_url = "{url}"
effects = "none"
claims = [{claims}]
{mark}
bulk_roles = ["practitioner"]
max_age = "365000d"
[agency]
name = "Agency {id}"
areas = [{areas}]
duty_contact = {{ telephone = "01632 960100", hours = "24/7" }}
[auth]
scheme = "none"
[limits]
timeout = "{timeout}"
rate = "100000/s"
concurrency = {concurrency}
[[operation]]
name = "by-number"
path = "/children"
query = {{ nhs = "{{nhs_number}}" }}
conclusive = true
absent = "body.code == 'NO_SUCH_CHILD'"
records = "body.children"
total = "body.total"
as_of = "body.asAt"
{batch}
  [operation.map]
  record_id = "id"
  nhs_number = "nhs"
  family_name = "family"
  given_names = "given"
  birth_date = {{ path = "born", as = "date" }}
  sex = "sex"
  restricted = {{ path = "restricted", codes = "restricted" }}
  [[operation.address]]
  each = "homes"
  lines = "lines"
  postcode = "postcode"
  [[operation.involvement]]
  each = "workers"
  practitioner = "name"
  practitioner_telephone = "telephone"
  practitioner_email = "email"
  role = "role"
  team = "team"
  telephone = "teamTelephone"
  start = "since"
[codes.restricted]
N = false
Y = true
"*" = true
[[release]]
classes = ["IDENTITY", "INVOLVEMENT", "CONTACT", "LOCATION"]
to = {{ sectors = ["SOCIAL_CARE"], roles = ["practitioner"] }}
purposes = ["SAFEGUARDING"]
until = 2099-12-31
"""
_OPERATOR: Final = f"""
log_origin = "teamaround.example/bench"
[shield_team]
name = "Shield team"
telephone = "01632 960999"
[[area]]
code = "{AREA}"
name = "Northbrook"
"""
_GRANT: Final = """
[[grant]]
source = "{id}"
agency = "{id}"
claims = ["conclusive", "effects_none", {claims}]
origins = ["{url}"]
"""
_SETTINGS: Final = """
environment = "development"
[server]
port = 0
[connections]
drain = 0
[questions]
deadline = 30.0
children_at_once = 100
[files]
state = "state"
manifests = "manifests"
secrets = "secrets"
operator = "operator.toml"
[tokens]
keys = "state/token-keys.json"
[limits]
questions_per_minute = 1_000_000
questions_per_minute_organisation = 1_000_000
requests_per_minute = 1_000_000
children_per_hour = 1_000_000
children_per_hour_organisation = 1_000_000
"""


@dataclass(frozen=True, slots=True)
class Limits:
    """What an agency declares; by itself, more than any bench needs.

    It can be asked about `at_once` children in one call.
    """

    timeout: str = "30s"
    concurrency: int = 256
    at_once: int = 1

    @property
    def batch(self) -> str:
        """The line of its operation that says so."""
        how = f'as = "post-ids", path = "/children", ids = "numbers", max = {self.at_once}'
        return f"batch = {{ {how} }}" if self.at_once > 1 else ""


def write_town(
    folder: Path, urls: Mapping[str, str], limits: Mapping[str, Limits] | None = None
) -> Path:
    """Write the files for agencies at `urls`; the settings file.

    The first one knows everybody and decides on the shield, so it is asked about each child alone.
    """
    first = next(iter(urls))
    operator = [_OPERATOR]
    for name in ("manifests", "secrets"):
        (folder / name).mkdir()
    for agency, url in urls.items():
        claims = ", ".join(f'"{claim}"' for claim in _CLAIMS if agency == first)
        areas = "" if agency == first else f'"{AREA}"'
        declared = (limits or {}).get(agency, Limits())
        said = {**asdict(declared), "batch": declared.batch}
        mark = "" if claims else 'mark = "own-row"'
        text = _MANIFEST.format(id=agency, url=url, claims=claims, mark=mark, areas=areas, **said)
        (folder / "manifests" / f"{agency}.toml").write_text(text)
        (folder / "secrets" / agency).mkdir()
        operator.append(_GRANT.format(id=agency, url=url, claims=claims))
    (folder / "operator.toml").write_text("".join(operator))
    (folder / "settings.toml").write_text(_SETTINGS)
    return folder / "settings.toml"
