"""What tests let an issuer assert: wide, but each role by its name, as any file must."""

from typing import Final

from gateway.config.issuer_binding import IssuerBinding

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
FAMILY_TOML: Final = """[issuer.may_assert]
organisations = ["family"]
sectors = ["OTHER"]
roles = []
purposes = ["SUBJECT_ACCESS"]
areas = []
assurance = 3
"""
