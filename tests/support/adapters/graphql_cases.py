"""A GraphQL case system, as its manifest describes it."""

CASES = """
[[operation]]
name = "by-upn"
document = '''query Child($upn: String!, $after: String) {
  people(upn: $upn, after: $after) { nodes { id surname dob } pageInfo { endCursor hasNextPage } }
}'''
variables = { upn = "{upn}" }
records = "body.data.people.nodes"
[operation.page]
style = "cursor"
param = "after"
next = "body.data.people.pageInfo | hasNextPage && endCursor"
[operation.map]
record_id = "id"
family_name = "surname"
birth_date = "dob"
"""
