"""Three children, and sources that are asked about them in one call."""

from typing import Any, Final

from adapters.contract.contract import (
    Adapter,
    Question,
    Reply,
)
from tests.support.adapters.asking import ALL_FIELDS, ON_BEHALF

ANN, BEA, CAT = "9990000018", "9990000026", "9990000034"
BULK: Final = 'bulk_roles = ["bulk"]'
POSTED: Final = """
[[operation]]
name = "child"
path = "/children/{nhs_number}"
records = "body.children"
total = "body.total"
too_many = "body.code == 'TOO_MANY'"
absent = "body.code == 'NO_SUCH_CHILD'"
batch = { as = "post-ids", max = 3, path = "/children/search", ids = "numbers" }
[operation.map]
nhs_number = "nhs"
family_name = "family"
birth_date = "born"
restricted = { path = "restricted", codes = "yes_no" }
[codes.yes_no]
N = false
"*" = true
"""
NHS: Final = "https://fhir.nhs.uk/Id/nhs-number"
BUNDLED: Final = f"""
[identify]
nhs_number = "{NHS}"
[[operation]]
name = "child"
path = "/Patient"
query = {{ identifier = "{NHS}|{{nhs_number}}" }}
batch = {{ as = "fhir-bundle", max = 3 }}
[operation.map]
family_name = "name[0].family"
birth_date = "birthDate"
"""


def about(*numbers: str, timeout_s: float = 30.0) -> tuple[Question, ...]:
    return tuple(
        Question("child", {"nhs_number": one}, ALL_FIELDS, timeout_s, ON_BEHALF) for one in numbers
    )


async def many(adapter: Adapter, *numbers: str, timeout_s: float = 30.0) -> tuple[Reply, ...]:
    assert adapter.several is not None
    return await adapter.several.ask_many(about(*numbers, timeout_s=timeout_s))


def child(number: str, family: str = "Hill", **more: Any) -> dict[str, Any]:
    return {"nhs": number, "family": family, "born": "2015-03-09", "restricted": "N", **more}
