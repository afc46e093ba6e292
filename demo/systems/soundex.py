"""American Soundex, by which NHS demographics takes Smith for Smythe."""

_CODES = {
    letter: code
    for code, letters in enumerate(("BFPV", "CGJKQSXZ", "DT", "L", "MN", "R"), start=1)
    for letter in letters
}
_SILENT = "HW"
_LENGTH = 4


def soundex(name: str) -> str:
    """A letter and three digits; empty where the name has no letter A to Z."""
    letters = [letter for letter in name.upper() if "A" <= letter <= "Z"]
    if not letters:
        return ""
    digits, last = "", _CODES.get(letters[0])
    for letter in letters[1:]:
        code = _CODES.get(letter)
        if code is not None and code != last:
            digits += str(code)
        if letter not in _SILENT:
            last = code
    return (letters[0] + digits + "000")[:_LENGTH]
