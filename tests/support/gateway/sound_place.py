"""A production gateway's folder in which nothing is wrong: whatever is told of it is a mistake."""

import json
from pathlib import Path
from typing import Final

from joserfc.jwk import ECKey

from tests.support.secret_files import write_secret
from tests.support.verify.authority import certificate

SETTINGS: Final = """\
environment = "production"

[server]
host = "127.0.0.1"
port = 0
public_url = "https://teamaround.example/graphql"

[files]
state = "state"
manifests = "manifests"
secrets = "secrets"
operator = "operator.toml"
documents = "documents"

[tls]
certificate = "gateway.pem"
key = "gateway.key"

[keys]
service = "unix:keys.socket"
credential = "credential"

[witnesses]
none_decided_by = "R. Example, Caldicott guardian"
none_because = "No regulator runs a witness yet."

[tokens]
issuers = "issuers.toml"
revocations = "revocations.txt"

[alerts]
staff_children = "staff.txt"

[documents]
allow = "trusted"
"""
_ISSUERS: Final = """\
[[issuer]]
issuer = "https://sign-in.example"
audience = "teamaround"
jwks = { file = "keys.json" }
proof = "dpop"

[issuer.may_assert]
organisations = ["northbrook"]
sectors = ["SOCIAL_CARE"]
roles = ["practitioner"]
purposes = ["SAFEGUARDING"]
areas = ["E09990001"]
"""
_OPERATOR: Final = """\
log_origin = "teamaround.example/borough"

[shield_team]
name = "Shield team"
telephone = "01632 960999"

[[privacy_officer]]
agency = "hillside-school"
place = "https://school.example/officer"

[[area]]
code = "E09990001"
name = "Northbrook"

[[grant]]
source = "school-roll"
agency = "hillside-school"
origins = ["https://roll.example"]

[[grant]]
source = "clinic"
agency = "health-trust"
origins = ["https://clinic.example"]
"""
_MANIFEST: Final = """\
manifest = 1
kind = "rest"

[source]
id = "{id}"
agency = "{agency}"
sector = "{sector}"
base_url = "{url}"
effects = "none"
mark = "own-row"

[agency]
name = "{agency}"
areas = ["E09990001"]
duty_contact = {{ telephone = "01632 960001" }}

[auth]
scheme = "bearer"
token = {token}

[limits]
timeout = "60s"

[[operation]]
name = "by-number"
path = "/children/{{nhs_number}}"
absent = "status == `404` && body.code == 'NO_SUCH_CHILD'"
records = "[body]"

[operation.map]
nhs_number = "nhs"
family_name = "family"
birth_date = {{ path = "born", as = "date" }}

[[release]]
classes = ["INVOLVEMENT"]
to = {{ sectors = ["SOCIAL_CARE"], roles = ["practitioner"] }}
purposes = ["SAFEGUARDING"]
until = 2099-12-31
"""
DOCUMENTS: Final = {"agencies-1": "query Agencies { agencies { id name } }"}
VARIABLE: Final = "TEAMAROUND_SOURCE_CLINIC_TOKEN"


def sound_place(folder: Path) -> Path:
    """Write every file; the settings file. The clinic's secret is in VARIABLE."""
    certificate(folder / "gateway")
    for name in ("credential", "revocations.txt", "staff.txt"):
        (folder / name).touch(mode=0o600)
    (folder / "credential").write_text("a credential")
    (folder / "revocations.txt").write_text("# nobody\nuser jo@northbrook\n")
    (folder / "staff.txt").write_text(f"epoch-1:{'5a' * 32} northbrook\n")
    key = ECKey.generate_key("P-256", {"kid": "k-1", "use": "sig", "alg": "ES256"})
    (folder / "keys.json").write_text(json.dumps({"keys": [key.as_dict(private=False)]}))
    (folder / "issuers.toml").write_text(_ISSUERS)
    (folder / "operator.toml").write_text(_OPERATOR)
    (folder / "manifests").mkdir()
    (folder / "documents").mkdir()
    (folder / "documents" / "screen.json").write_text(json.dumps(DOCUMENTS))
    _write_manifest(folder, "school-roll", "hillside-school", "EDUCATION", '{ file = "token" }')
    _write_manifest(folder, "clinic", "health-trust", "HEALTH", f'{{ env = "{VARIABLE}" }}')
    write_secret(folder / "secrets", "school-roll", "token", "a token")
    file = folder / "settings.toml"
    file.write_text(SETTINGS)
    return file


def _write_manifest(folder: Path, source: str, agency: str, sector: str, token: str) -> None:
    url = f"https://{'roll' if source == 'school-roll' else source}.example"
    text = _MANIFEST.format(id=source, agency=agency, sector=sector, token=token, url=url)
    (folder / "manifests" / f"{source}.toml").write_text(text)
