"""Every key of a manifest is found on its line, whatever stands around it."""

from adapters.manifest.toml_places import line_of, places

TEXT = '''# a comment with [brackets] = 1
manifest = 1
long = """
not_a_key = 1
[not.a.table]
""" # ] }
[source] # said
"quoted key" = "a # b = [c"
list = [
  "x", # [
  { inner = 1 },
]
a.b.c = true
[[operation]]
name = 'one'
[operation.map]
birth_date = { path = "born", as = "date" }
[[operation.involvement]]
role = "first"
[[operation.involvement]]
role = "second"
[[operation]]
name = "two"
sql = \'\'\'
SELECT x = y
\'\'\'
[operation.map]
sex = "s"
'''


def test_every_key_has_its_line() -> None:
    found = places(TEXT)
    lines = TEXT.splitlines()
    assert {key: lines[line - 1].split(" #")[0] for key, line in found.items()} == {
        ("manifest",): "manifest = 1",
        ("long",): 'long = """',
        ("source",): "[source]",
        ("source", "quoted key"): '"quoted key" = "a',
        ("source", "list"): "list = [",
        ("source", "a"): "a.b.c = true",
        ("source", "a", "b"): "a.b.c = true",
        ("source", "a", "b", "c"): "a.b.c = true",
        ("operation", 0): "[[operation]]",
        ("operation", 0, "name"): "name = 'one'",
        ("operation", 0, "map"): "[operation.map]",
        ("operation", 0, "map", "birth_date"): 'birth_date = { path = "born", as = "date" }',
        ("operation", 0, "involvement", 0): "[[operation.involvement]]",
        ("operation", 0, "involvement", 0, "role"): 'role = "first"',
        ("operation", 0, "involvement", 1): "[[operation.involvement]]",
        ("operation", 0, "involvement", 1, "role"): 'role = "second"',
        ("operation", 1): "[[operation]]",
        ("operation", 1, "name"): 'name = "two"',
        ("operation", 1, "sql"): "sql = '''",
        ("operation", 1, "map"): "[operation.map]",
        ("operation", 1, "map", "sex"): 'sex = "s"',
    }


def test_a_key_inside_a_value_is_on_the_line_of_its_table() -> None:
    found = places(TEXT)
    assert line_of(found, ("operation", 0, "map", "birth_date", "as")) == 17
    assert line_of(found, ("nowhere",)) == 1
