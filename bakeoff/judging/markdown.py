"""Text as one line of Markdown: whatever it holds, it is read as text and ends neither a row nor a cell."""

import re

# An underscore inside a word stands for itself; "<module>" would be a tag, and "__init__" bold.
_SPECIAL = re.compile(r"[\\`*\[\]<>|~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")


def line(text: str) -> str:
    """`text` without line ends, and with a backslash before what Markdown would take for its own."""
    return _SPECIAL.sub(lambda found: f"\\{found[0]}", " ".join(text.split()))
