"""A SQL source that is asked about several children in one statement."""

from typing import Final

DSN: Final = 'dsn = { env = "TEAMAROUND_SOURCE_SOME_SOURCE_DSN" }'
PERSON: Final = """
[[operation]]
name = "child"
sql = "SELECT id AS record_id, * FROM person WHERE nhs = :nhs_number"
[operation.batch]
as = "in-list"
max = 4
sql = "SELECT id AS record_id, * FROM person WHERE nhs IN :nhs_numbers OR id = 9"
[operation.detail.workers]
sql = "SELECT person AS record_id, name FROM worker WHERE person IN :record_ids"
[operation.map]
record_id = "record_id"
nhs_number = "nhs"
family_name = "family"
birth_date = "born"
[[operation.involvement]]
each = "workers"
practitioner = "name"
"""
