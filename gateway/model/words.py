"""What people are asked to say in words; the log keeps it for whoever has to judge it later."""


def in_words(text: str) -> str:
    """The text without blank edges; "" if no letter or digit of it can be read."""
    return text.strip() if any(map(str.isalnum, text)) else ""
