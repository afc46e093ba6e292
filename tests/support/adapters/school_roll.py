"""A school's roll in a CSV file, with three numbers of pupils."""

from stdnum.gb import upn as number

ROWS = """
[[operation]]
name = "by-upn"
file = "roll-*.csv"
by = ["upn"]
[operation.map]
record_id = "Id"
upn = { path = "UPN", as = "upn" }
family_name = "Surname"
given_names = "Forename"
birth_date = { path = '"Date of birth"', as = "date", format = "%d/%m/%Y" }
[[operation.involvement]]
each = "rows"
practitioner = "Teacher"
[[operation]]
name = "by-name"
like = "by-upn"
by = ["family_name", "birth_date", "given_name?"]
"""
HEADER = "Id,UPN,Surname,Forename,Date of birth,Teacher\n"
ANN = "1,P999400126001,Hill,Ann,09/03/2015,Ms Reed\n"
ANN_TOO = "1,P999400126001,Hill,Ann,09/03/2015,Mr Low\n"
BOB = "2,W999400126002,Vale,Bob,01/02/2014,Ms Reed\n"


def upn(serial: str) -> str:
    return str(number.calc_check_digit(serial) + serial)


ANN_UPN, BOB_UPN, NOBODY = upn("999400126001"), upn("999400126002"), upn("999400126003")
ROLL = (
    (HEADER + ANN + ANN_TOO + BOB)
    .replace("P999400126001", ANN_UPN)
    .replace("W999400126002", BOB_UPN)
)
