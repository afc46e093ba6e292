"""A GraphQL manifest whose query can be asked for several children at once."""

from typing import Final

ALIASED: Final = """
[[operation]]
name = "child"
document = '''
query Child($nhs: String!) { people(nhs: $nhs) { nhs surname dob } total(nhs: $nhs) }'''
variables = { nhs = "{nhs_number}" }
batch = { as = "graphql-alias", max = 3 }
records = "body.data.people"
total = "body.data.total"
[operation.map]
nhs_number = "nhs"
family_name = "surname"
birth_date = "dob"
"""
