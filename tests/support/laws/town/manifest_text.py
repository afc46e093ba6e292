"""The text of every law agency's manifest, of kind rest."""

from typing import Final

HEAD: Final = """
manifest = 1
kind = "rest"
[source]
id = "{id}"
agency = "{id}"
sector = "{sector}"
effects = "{effects}"
claims = [{claims}]
onward = [{onward}]
base_url = "{url}"
{more}
[agency]
name = "Agency {id}"
areas = [{areas}]
duty_contact = {{ telephone = "01632 960100" }}
[limits]
timeout = "4s"
rate = "200/s"
concurrency = 8
max_records = 6
[limits.breaker]
failures = 100
[codes.confidentiality]
U = false
R = true
V = true
"*" = true
"""
RESTRICTED: Final = 'restricted = { path = "confidentiality", codes = "confidentiality" }'
MAPPED: Final = """
  [operation.map]
  record_id = "id"
  nhs_number = "nhs"
  upn = "upn"
  family_name = "family"
  given_names = "given"
  birth_date = "born"
  sex = "sex"
  {restricted}
  [[operation.address]]
  each = "homes"
  lines = "lines"
  postcode = "postcode"
  [[operation.carer]]
  each = "carers"
  name = "name"
  telephone = "telephone"
  [[operation.school]]
  each = "schools"
  name = "name"
  urn = "urn"
  [[operation.gp_practice]]
  each = "practice"
  name = "name"
  ods_code = "code"
  telephone = "telephone"
  [[operation.involvement]]
  each = "workers"
  practitioner = "name"
  role = "role"
  practitioner_telephone = "telephone"
  practitioner_email = "email"
  team = "team"
  [[operation.event]]
  each = "events"
  date = "date"
  summary = "summary"
"""
OPERATION: Final = (
    """
[[operation]]
name = "{name}"
path = "/children"
query = {{ {query} }}
conclusive = {conclusive}
absent = "status == `404` && body.code == 'NO_SUCH_CHILD'"
records = "body.children"
total = "body.total"
"""
    + MAPPED
)
