"""The page's colours, for light and dark, said once: the style sheet's variables, and what charts are drawn with.

Charts are drawn in the light colours. The style sheet has a rule for each, which puts the scheme's own in its place.
Every colour of text has a contrast of 4.5 or more against what it stands on, lines and marks of 3 or more:
https://www.w3.org/TR/WCAG22/#contrast-minimum
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Colour:
    """A colour by its use.

    Args:
        light: #rrggbb; no two colours share it, for charts are recoloured by it.
        dark: the same on a dark page.
    """

    light: str
    dark: str


COLOURS: Final[dict[str, Colour]] = {
    "paper": Colour("#fcfcfa", "#14171b"),
    "raised": Colour("#f2f3f0", "#1e2329"),
    "ink": Colour("#1b1f24", "#e7e9ec"),
    "muted": Colour("#57606a", "#a5aeb8"),
    "line": Colour("#d6d9d4", "#363d45"),
    "accent": Colour("#0b5fae", "#7fbdf7"),
    "mark": Colour("#6a737d", "#98a2ad"),
    "good": Colour("#176b3a", "#7fd6a0"),
    "bad": Colour("#a8261d", "#ff9b90"),
    "warn": Colour("#7d4e00", "#f0bd6a"),
    # Ways to serve, which also differ by their dashes.
    "serverless": Colour("#0b5fad", "#7fbdf6"),
    "provisioned": Colour("#a34700", "#f2a25c"),
    "batch": Colour("#1a7a4c", "#74d19d"),
    # Agreement from little to much, and what is written on it.
    "heat1": Colour("#eef3f8", "#1d242c"),
    "heat2": Colour("#cfe0f0", "#1f3448"),
    "heat3": Colour("#a3c6e4", "#214a6d"),
    "heat4": Colour("#4f8fc7", "#3f86c4"),
    "heat5": Colour("#1f65a3", "#9accf5"),
    "heat_low": Colour("#1b1f25", "#e7e9ed"),
    "heat_middle": Colour("#10161d", "#0d1116"),
    "heat_high": Colour("#ffffff", "#0f1419"),
    # School grades, 1 to 5: the ground of a cell; the text on it is ink.
    "grade1": Colour("#bfe3cb", "#1f5134"),
    "grade2": Colour("#dcedc4", "#3d4f22"),
    "grade3": Colour("#f6ecbb", "#57491a"),
    "grade4": Colour("#f8d9b5", "#63401c"),
    "grade5": Colour("#f4c4bd", "#66302b"),
}


def light(name: str) -> str:
    """What a chart is drawn with; the style sheet knows it again."""
    return COLOURS[name].light


def style() -> str:
    """The variables of both schemes and the rules that recolour the charts."""
    plain = "".join(f"  --{_variable(name)}: {colour.light};\n" for name, colour in COLOURS.items())
    dark = "".join(f"    --{_variable(name)}: {colour.dark};\n" for name, colour in COLOURS.items())
    rules = "".join(
        f'svg [{attribute}="{colour.light}"] {{ {attribute}: var(--{_variable(name)}); }}\n'
        for name, colour in COLOURS.items()
        for attribute in ("fill", "stroke")
    )
    # Paper is white whatever the screen is.
    return (
        f":root {{\n{plain}}}\n@media screen and (prefers-color-scheme: dark) {{\n  :root {{\n{dark}  }}\n}}\n{rules}"
    )


def _variable(name: str) -> str:
    return name.replace("_", "-")
