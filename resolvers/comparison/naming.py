"""Names that tell little of who somebody is: shared first names, titles, words for "no name".

Each table has its source beside it. All are folded, and in one word a name.
"""

from typing import Final


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


# A name that stands before the one somebody is called by. Written short, it is half a statement.
ABBREVIATED: Final = _words(
    # Bangladeshi and Pakistani certificates: "A Guide to Names and Naming Practices" (United
    # Kingdom, March 2006), the sections on Bangladesh and Pakistan.
    "md mohd muhd mhd mo mst most sk",
)
_MUHAMMAD: Final = _words(
    # Given before the name of use to very many boys: R. Ahmad, V. Kulikov, N. Iqbal, "Muslim
    # personal names in Urdu", Int. J. Soc. Lang. 2023; spellings from the yearly baby names of the
    # Office for National Statistics (England and Wales).
    "muhammad mohammed mohammad mohamed mohamad muhammed muhamad muhammadu mohamud mohamoud",
    "mahomed mahamed maxamed mohammod mehmed",
)
_ABDUL: Final = _words(
    # "Servant of", half of a name that another word completes (the Guide of 2006, Arabic names).
    "abdul abdal abdel abdur abdus abdu abd abdoul",
)
SHARED: Final = (
    ABBREVIATED
    | _MUHAMMAD
    | _ABDUL
    | _words(
        # Titles of descent and of respect before a given name (the Guide of 2006; K. Tucker,
        # "The forenames and surnames from the GB 1998 Electoral Roll", Nomina 27, 2004).
        "syed sayed sayyid sayyed said saiyed sayeda syeda sheikh shaikh hafiz haji hajji mirza",
        "bibi mosammat mossammat mosammad mohtarma noor nur umm umme ummul abu",
        # Twins and sisters bear these before the name of use (ONS baby names; the Guide of 2006).
        "fatima fatema fatimah fatma",
        # A first half that Catholic and Orthodox families give to several children (the Guide of
        # 2006: Spain, Portugal, Latin America, Romania, Philippines, France).
        "maria marie ma jose jean",
        # A syllable that brothers and sisters share, half of a name (J. Lam and others,
        # "Alternative name encodings", Int. J. Popul. Data Sci. 2025; the Guide: Vietnam).
        "ka kar wing hoi ho wai tsz tze chi man pui yuen yan mei lok siu sze king hin hei yat",
        "ching",
        "long kei tak hiu kwok kin chun cheuk shuk suet kit chung wah thi",
        # Sri Lankan, Indian: a prefix of respect or of the house (the Guide of 2006: India).
        "sri shri smt",
        # Ghana: a name of the weekday of birth, which twins have in common (the Guide of 2006).
        "kwame kofi kwaku kwabena kwadwo kwasi yaw ama afua akua abena yaa adwoa akosua",
    )
)

# Syllables of Cantonese given names as identity cards of Hong Kong write them. Two make a name,
# which files write in two words, with a hyphen or in one (the table "Hong Kong Government Cantonese
# Romanisation" in Wikipedia; J. Lam and others 2025).
CANTONESE: Final = _words(
    "au bik bing bo bong bun chai chak cham chan chap chau che chee cheong cheuk cheung chi",
    "chik chin ching chit chiu cho choi chong choy chu chuen chui chuk chun chung fa fai fan",
    "fat fei fong fook fu fuk fun fung ha hak ham han hang hau hei heung him hin hing hip hiu",
    "ho hoi hok hon hong hui hung ka kai kam kan kar kau kei keung ki kim kin king kit kiu ko",
    "kok kong ku kuen kui kuk kun kung kwai kwan kwok kwong lai lam lan lap lau lei leung li",
    "lik lim lin ling lit liu lo loi lok long lui luk lun lung ma mak man mau mei mi min ming",
    "mo mok mong mui muk mun na nam nga ngai ngan ngar ngo ning nok oi on pak pan pang pat pik",
    "pin ping piu po pok pong pui pun sai sam san sang sau sek seung shan sheung shing shiu sho",
    "shu shuk shun shung si sik sim sin sing sit siu so suen suet sui suk sum sun sung sze ta",
    "tai tak tam tan tang tat tik tim tin ting tip to tong tsang tse tsui tsun tsung tsz tsze",
    "tuen tung tze uen wa wah wai wan wang wing wo wong wu wun wut ya yan yat yau yee yeung yi",
    "yik yim yin ying yip yiu yu yue yuen yuet yui yuk yun yung",
)

# Last names that say what a person is and not whose family: a religious name or a title. Of one
# child they come and go, and sisters and brothers have different ones (the Guide of 2006: Sikh and
# Bangladeshi names; Tucker 2004, on Begum and Bibi as electors' surnames).
TITLES: Final = _words(
    "kaur singh begum begom khatun khatoon khatoun bibi akhtar akhter akter aktar khanom khanam",
    "khanum banu bano bai ben parveen parvin sultana nessa nesa nisa nessah devi kumari kumar lal",
    "miah mia miya mian uddin udin bhai",
)

NO_FAMILY: Final = frozenset(
    {
        *("unknown", "not known", "not stated", "not given", "not recorded", "unnamed"),
        *("no name", "no surname", "n a", "n k", "nk", "tba", "tbc", "x", "xx", "xxx"),
        # "Last name unknown" and the like, as visas and age assessments write them.
        *("lnu", "fnu", "nln", "nfn", "unk", "ukn", "no last name", "no family name"),
        *("last name unknown", "surname unknown", "name unknown", "none", "nil", "xxxx"),
        # A ward's form, half of it filled in the wrong field: see `NO_GIVEN`.
        *("baby", "babyboy", "babygirl", "infant", "newborn", "unborn", "neonate"),
    }
)
# What wards and clerks write before a child has a name (ISMP, "What's in a name? Newborn naming
# conventions and wrong-patient errors", 2019).
NO_GIVEN: Final = NO_FAMILY | {
    *("twin", "triplet", "bby", "boy", "girl", "male", "female", "child", "na", "bb", "bg"),
    *("no given name", "no first name", "first name unknown", "no forename", "not named"),
    *("not yet named", "to be named", "nyn"),
}
# What forms write behind a first name in the field for further ones, where there are none: "no
# middle name", "no middle initial", and the words for "none" of any field.
NO_FURTHER: Final = (
    *("nmn", "nmi", "no middle name", "no middle names", "no middle initial", "n a", "none"),
    *("null", "unknown", "not known", "not applicable", "not given", "not stated", "tbc", "tba"),
)
# Styles that a form has a field for, and a file without it before the name: of nobody alone.
STYLES: Final = _words("master mstr miss mr mrs ms mx")
PARTICLES: Final = frozenset(
    {
        *("abu", "al", "ap", "ab", "ben", "bin", "bint", "da", "das", "de", "del", "den", "der"),
        *("des", "di", "do", "dos", "du", "el", "ibn", "la", "le", "los", "mac", "mc", "ni", "nic"),
        *("o", "st", "ter", "ui", "ul", "ur", "van", "von", "y", "zu", "e", "ould", "oglu"),
        # Spanish ones, and as Philippine families write them (the Guide of 2006).
        *("las", "dela", "delas", "delos"),
        # "Daughter of" in Welsh and in Malay, and Saint in full.
        *("ferch", "verch", "binti", "binte", "saint", "ste"),
        # Of a generation, behind the name: father and son are told apart by their birth dates (HM
        # Passport Office, "How to show uncommon names", 2023; the Guide of 2006: Brazil, Portugal).
        *("jr", "jnr", "junior", "sr", "snr", "ii", "iii", "iv", "filho", "neto", "sobrinho"),
    }
)
ATTACHED: Final = ("o", "mc", "mac", "al", "el")  # particles that some write in one word

# Endings of one family name by the sex and marriage of who bears it: a man's, then a woman's
# (Wikipedia, "Surname inflection"; J. Walkowiak, "Lithuanian feminine surname debates", Genealogy
# 2023; the Guide of 2006: Bulgaria, Czechia, Greece, Iceland, Latvia, Poland, Russia, Ukraine).
GENDERED: Final = (
    ("", "ova"),
    ("a", "ova"),
    ("o", "ova"),
    ("e", "ova"),
    ("ek", "kova"),
    ("ec", "cova"),
    ("y", "a"),
    ("i", "a"),
    ("ov", "ova"),
    ("ev", "eva"),
    ("in", "ina"),
    ("y", "aya"),
    ("iy", "aya"),
    ("yi", "a"),
    ("ii", "aia"),
    ("s", "a"),
    ("is", "e"),
    ("os", "ou"),
    ("is", "i"),
    ("as", "a"),
    ("son", "dottir"),
)
LITHUANIAN: Final = tuple(
    sorted(
        _words("as is ys us ius aite yte ute iute iene uviene e a"), key=lambda ending: -len(ending)
    )
)


def halves(given: str) -> tuple[str, ...]:
    """The two names that a given name in one word is made of: at a hyphen, or two syllables.

    Nothing where it is not made of two.
    """
    parts = tuple(part for part in given.replace("-", " ").split() if part)
    if len(parts) > 1:
        return parts
    word = given.casefold()
    places = range(2, len(word) - 1)
    cut = next((n for n in places if {word[:n], word[n:]} <= CANTONESE), 0)
    return (given[:cut], given[cut:].capitalize()) if cut else ()


def called(given: str) -> str:
    """The word of a folded given name that tells most: the first not shared, else the last."""
    first, parted, _ = given.partition(" ")
    if not parted or first not in SHARED:
        return first
    words = given.split()
    return next((word for word in words if word not in SHARED), words[-1])
