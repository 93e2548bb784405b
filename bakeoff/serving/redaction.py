"""Makes a service's own words fit for an answer: short, one line, without ARNs, addresses or account ids."""

import re

LONGEST = 160
_RULES = (
    (re.compile(r"\barn:\S+", re.IGNORECASE), "(arn)"),
    (re.compile(r"https?://\S+", re.IGNORECASE), "(address)"),
    (re.compile(r"(?<!\d)\d{12}(?!\d)"), "(account)"),
    (re.compile(r"\s+"), " "),
)


def redact(text: str) -> str:
    """At most 160 characters of `text`, without what names an account."""
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    text = text.strip()
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"
