"""What tests let an issuer assert: wide, but each role by its name, as any file must."""

from pathlib import Path
from typing import Final

from gateway.config.issuer_binding import IssuerBinding
from gateway.config.settings_tables import DEFAULT_ISSUER

ROLES: Final = (
    *("practitioner", "manager", "bulk", "shield-cleared", "auditor", "privacy-officer"),
    *("source-registrar", "information-governance", "operator"),
)
WIDE: Final = IssuerBinding(
    organisations=("*",),
    sectors=("*",),
    roles=ROLES,
    purposes=("*",),
    areas=("*",),
    accreditation=("information-sharing", "dspt", "dfe-sign-in"),
    assurance=4,
)
_LISTS: Final = f"""organisations = ["*"]
sectors = ["*"]
roles = {[*ROLES]}
purposes = ["*"]
areas = ["*"]
accreditation = {[*WIDE.accreditation]}
assurance = 4
"""
WIDE_TOML: Final = "[issuer.may_assert]\n" + _LISTS
ELSEWHERE: Final = "https://hospital.example"


def two_issuers(folder: Path) -> Path:
    """A file of two issuers, whose tokens a town's own key signs."""
    file = folder / "issuers.toml"
    tables = (
        f'[[issuer]]\nissuer = "{name}"\naudience = "teamaround"\n'
        f'jwks = {{ file = "state/token-keys.json" }}\n{WIDE_TOML}'
        for name in (DEFAULT_ISSUER, ELSEWHERE)
    )
    file.write_text("".join(tables))
    return file


FAMILY_TOML: Final = """[issuer.may_assert]
organisations = ["family"]
sectors = ["OTHER"]
roles = []
purposes = ["SUBJECT_ACCESS"]
areas = []
assurance = 3
"""
