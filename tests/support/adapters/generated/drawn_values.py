"""Values as agencies send them: as they should be, odd, and hostile."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Final, Self

_TEXTS: Final = ("Hart", "Jo Hart", " Assessment ", "O'Neill-Vale", "4 Tanners Row", "Two  blanks")
_WORDS: Final = ("CURRENT", "former", "Alias", "open", "CLOSED", "child in need", "looked-after")
_DAYS: Final = ("2015-03-09", "2025-12-31", "2024-02-29", "1850-01-01", "2026-11-22")
_NUMBERS: Final = ("9990000018", "9000000009", "9990000026")
_UPNS: Final = ("X801200000001", "V801200000017", "A123456789012")
_TELEPHONES: Final = ("01632 960111", "+44 1632 960112", "01632960113 ext 4")
_EMAILS: Final = ("duty@agency.example", "jo.hart@team.agency.example")
_POSTCODES: Final = ("ZE1 0AA", "AB12 3CD", "N1 1AA")
_MARKS: Final = ("N", "Y", "true", "no", True, False, "1")
GOOD: Final[Mapping[str, tuple[Any, ...]]] = {
    "record_id": (*_TEXTS, "p-1", 17),
    "nhs_number": _NUMBERS,
    "upn": _UPNS,
    "given_names": ("Ann", "Ann Marie", ["Ann", "Marie"], ["Ann"], []),
    "family_name": _TEXTS,
    "birth_date": _DAYS,
    "start": _DAYS,
    "end": _DAYS,
    "date": _DAYS,
    "birth_date_estimated": _MARKS,
    "restricted": _MARKS,
    "consent": _MARKS,
    "current": _MARKS,
    "sensitive": _MARKS,
    "lead_practitioner": _MARKS,
    "parental_responsibility": _MARKS,
    "sex": ("female", "Female", "MALE", "Unknown", "other"),
    "given": ("Ann", "Ann Marie", ["Ann", "Marie"]),
    "family": _TEXTS,
    "use": ("current", "FORMER", "Alias"),
    "status": ("open", "CLOSED", "Unknown", "paused"),
    "code": ("child in need", "EHC_PLAN", "Looked-After", "CIN", "strange"),
    "lines": (["4 Tanners Row", "Northbrook"], "4 Tanners Row", ["", " Northbrook "], []),
    "postcode": _POSTCODES,
    "telephone": _TELEPHONES,
    "practitioner_telephone": _TELEPHONES,
    "sexes": ("F", "M", "X", " X ", "?", 1),
    "statuses": ("CIN", "LAC", 1, " CIN "),
    "uses": ("old", True),
    "days": ("open", "a"),
    "names": ("A", "B"),
    "bool": _MARKS,
    "phone": _TELEPHONES,
    "%d/%m/%Y": ("09/03/2015",),
    "iso": _DAYS,
    "iso-as-written": (*_DAYS, "2015-03-09T10:00:00Z"),
    "excel": ("42072", 42072),
    "email": _EMAILS,
    "practitioner_email": _EMAILS,
}
_LONG: Final = (400, 401, 4000)
ODD: Final[tuple[Any, ...]] = (
    *("", " ", "\t", "\x00", "a\x00b", "a\nb", "a\r\nb", "\u202eabc", "\ufeffHart", "Hart\u200d"),
    *(
        "Zoë",
        "Bj\u00c3\u00b6rn",
        "Zoe\u0308",
        "\ud800",
        "a\ud800b",
        "\x85",
        "\x96",
        "\ufffd",
        "\uff26\uff55\uff4c\uff4c",
    ),
    *("x" * long for long in _LONG),
    *("é" * long for long in _LONG),
    "x" * 399 + "\u2026",
    "x" * 1_048_577,
    *(0, 1, -1, 17, 9990000018, 990000018, 1.5, 9990000018.0, 10**400, -(10**25), 1e308),
    *(float("nan"), float("inf"), True, False, None),
    *(
        "٢٠١٥-٠٣-٠٩",
        "\uff12\uff10\uff11\uff15-\uff10\uff13-\uff10\uff19",
        "2015-W10-1",
        "20150309",
        "2015-13-01",
        "2015-02-30",
    ),
    *("9999-12-31", "1900-01-01", "1970-01-01", "1753-01-01", "0000-00-00", "0001-01-01T00:00:00Z"),
    *("1849-12-31", "0001-01-01", "2015", "2015-03", "2015-03-09T23:30:00Z", "2015-03-09 10:00"),
    *("2015-3-9", "09/03/2015", " 2015-03-09 ", "2015-03-0\u0669", "2015-03-09\x00"),
    *("999 000 0018", "9990000019", "0000000000", "1111111111", "'9990000018", '="9990000018"'),
    *(
        "\uff19\uff19\uff19\uff10\uff10\uff10\uff10018",
        "9990000018.0",
        "990000018",
        "٩٩٩٠٠٠٠٠١٨",
        "x801200000001",
        "X80120000000A",
    ),
    *("ZZ99 3CZ", "zz993cz", "ze1 0aa", "ZE10AA", "ZZ9 9AA", "N1  1AA", "\uff2e\uff11 1AA"),
    *("javascript:alert(1)", "call me", "mailto:a@b.example", "a@b", "tel. 01632 960111"),
    *(" N ", "n", "NULL", "*", "R", "none", "YES"),
    *([], [None], [[]], [""], ["a"] * 51, ["a"] * 50, ["a", 1], [True], ["Ann", None], ["Zoë"]),
    [{}],
    ["x" * 400] * 3,
    ["a", "b\u2026"],
    *({}, {"access": "denied"}, {"a": {"a": {}}}),
)


_ODD_NAMES: Final = ("O&#39;Brien", "O\\'Brien", "Zo\\u00eb", "O%27Brien", "D&lt;b&gt;", "A&B")
_ODD_NUMBERS: Final = (
    "9990000019",
    "1111111111",
    "999 000 0018",
    990000018,
    " 9990000018",
    "\uff19\uff19\uff19\uff10\uff10\uff10\uff10018",
)
_ODD_DAYS: Final = ("1849-12-31", "2015-02-30", "2015-03-09T23:30:00Z", "2015-W10-1", "2015-03")
_ODD_MARKS: Final[tuple[Any, ...]] = (None, " N ", "R", "x" * 1_048_577, [], ["N", "Y"], 1)
_ODD_NUMBERS_TO_CALL: Final = (
    "call me",
    "0000000000",
    "N/A",
    "01632 960111 <b>",
    "javascript:alert(1)",
    1632960111,
    "1632960111",
    "1632960111.0",
    "447700900123",
    "'01632 960111",
)
ODD_OF: Final[Mapping[str, tuple[Any, ...]]] = {
    "family": _ODD_NAMES,
    "given_names": (*_ODD_NAMES, ["Ann", "O&#39;Neill"], "Ann Zo&euml;", ["Ann", None, "D\\'Arcy"]),
    "given": (*_ODD_NAMES, ["Zo&euml;"]),
    "nhs_number": _ODD_NUMBERS,
    "upn": ("A801200000001", "x801200000001", "X11111111111", "X80120000000A"),
    "postcode": ("ZZ99 3CZ", "ze1 0aa", "ZE10AA", "N1  1AA"),
    "telephone": _ODD_NUMBERS_TO_CALL,
    "practitioner_telephone": _ODD_NUMBERS_TO_CALL,
    "email": ("a@b", "none", "Jo <jo@a.example>", "mailto:a@b.example"),
    "birth_date": _ODD_DAYS,
    "start": _ODD_DAYS,
    "end": _ODD_DAYS,
    "date": _ODD_DAYS,
    "restricted": _ODD_MARKS,
    "sensitive": _ODD_MARKS,
    "sexes": _ODD_MARKS,
    "statuses": _ODD_MARKS,
    "record_id": ("x" * 401, 1.5, True, "N/A", "0", "-1", "1.23E+11", 0),
    "family_name": (*_ODD_NAMES, ["Hart"], 17, "x" * 401, "\u00e9" * 401),
    "lines": (["x" * 401], "a\nb", ["a"] * 51),
}


_OF_ITS_OWN: Final = 0.6
_ALL: Final = (0.0, 0.0, 0.01, 0.02, 0.05)


@dataclass(frozen=True, slots=True)
class Oddness:
    """How often something of a document is odd; where `name` is given, only what is called so."""

    share: float
    name: str = ""

    @classmethod
    def drawn(cls, random: Random) -> Self:
        """Of one document."""
        return cls(random.choice(_ALL))

    def strikes(self, random: Random, name: str = "") -> bool:
        """Whether it is odd here."""
        return self.name in ("", name) and random.random() < self.share


def value(random: Random, name: str, odd: Oddness) -> Any:
    """A value for what a mapping calls `name`, a good one where it is not odd."""
    if not odd.strikes(random, name):
        return random.choice(GOOD.get(name, _TEXTS))
    return random.choice(ODD_OF.get(name, ODD) if random.random() < _OF_ITS_OWN else ODD)
