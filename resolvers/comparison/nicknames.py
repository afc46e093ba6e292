"""Short and pet forms of given names: each group is one name said in several ways."""

from typing import Final

GROUPS: Final = tuple(
    frozenset(line.split())
    for line in (
        "abigail abby abbie gail",
        "alexander alexandra alex alec sandy sasha xander",
        "alfred alfie fred freddie frederick",
        "andrew andy drew",
        "anthony antony tony",
        "archibald archie",
        "catherine katherine kathryn cathy kathy kate katie kat kitty",
        "charles charlie charlotte lottie chaz",
        "christopher chris kit topher",
        "daniel dan danny",
        "david dave davy dai",
        "edward edmund ed eddie ted teddy ned",
        "eleanor ellie elena helen nell nellie nora",
        "elizabeth elisabeth liz lizzie lizzy beth betty bess eliza libby elsie",
        "francis frances frank frankie fran",
        "gabriel gabriella gabrielle gabe gabby",
        "harriet hattie",
        "henry harry hal",
        "isabel isabella isobel izzy bella belle",
        "james jim jimmy jamie",
        "jennifer jen jenny",
        "john jon johnny jack",
        "joseph joe joey",
        "joshua josh",
        "margaret maggie meg peggy madge greta",
        "mary molly polly",
        "michael mike mick micky mickey",
        "mohammed muhammad mohamed mohammad muhammed mohamad mo",
        "nicholas nicola nick nicky",
        "oliver olivia ollie olly liv livvy",
        "patrick patricia pat paddy patsy tricia",
        "rebecca becky becca",
        "richard rich rick ricky dick",
        "robert rob robbie bob bobby bert",
        "samuel samantha sam sammy",
        "stephen steven steve stevie",
        "teresa theresa tess tessa terry",
        "thomas tom tommy",
        "victoria vicky vicki tori",
        "william will bill billy liam",
        "zachary zac zach zack zak",
    )
)


FORMS: Final = frozenset().union(*GROUPS)

_GROUPS_OF: Final = {
    name: frozenset(n for n, group in enumerate(GROUPS) if name in group) for name in FORMS
}


def one_name(first: str, second: str) -> bool:
    """Whether two folded given names may be forms of one name."""
    none: frozenset[int] = frozenset()
    return bool(_GROUPS_OF.get(first, none) & _GROUPS_OF.get(second, none))
