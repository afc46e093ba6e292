"""A school's own log of the calls that reached it."""

SCHOOL = "anywhere-schools"
