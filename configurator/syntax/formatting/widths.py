"""How wide a text is where every letter is as wide as the next, and East Asian ones twice that."""

from unicodedata import category, east_asian_width


def width_of(text: str) -> int:
    """Columns that a text takes in an editor or terminal; marks that combine with a letter take none."""
    if text.isascii():
        return len(text)
    return sum(map(_width_of_letter, text))


def _width_of_letter(letter: str) -> int:
    if east_asian_width(letter) in "WF":
        return 2
    return 0 if category(letter) in {"Mn", "Me", "Cf"} else 1


def padded(text: str, width: int, *, right: bool = False) -> str:
    """A text filled up with blanks behind it, or, with `right`, before it."""
    blanks = " " * (width - width_of(text))
    return blanks + text if right else text + blanks
