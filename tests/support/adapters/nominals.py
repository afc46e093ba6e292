"""A police SOAP system, as its manifest describes it."""

NOMINALS = """
[namespaces]
n = "urn:example:nominals"
[[operation]]
name = "by-name"
action = "Search"
envelope = '''
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
  <q:Search xmlns:q="urn:example:nominals">
    <q:Surname>{family_name}</q:Surname><q:Born>{birth_date}</q:Born><q:Sex>{sex?}</q:Sex>
  </q:Search>
</s:Body></s:Envelope>'''
records = "//n:Nominal"
total = "//n:Count"
absent = "//n:NotFound"
too_many = "boolean(//n:TooMany)"
[operation.map]
record_id = "n:Ref"
given_names = "n:Forenames"
family_name = "n:Surname"
birth_date = { path = "n:Born", as = "date" }
restricted = { path = "n:Marker/@code", codes = "marker" }
[[operation.involvement]]
each = "n:Officer/n:string"
role = { value = "officer in case" }
practitioner = "."
[codes.marker]
none = false
"*" = true
"""
