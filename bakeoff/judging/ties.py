"""Who is graded together: a contestant that cannot be told apart from a better one shares its grade."""

from bakeoff.judging.evidence import Evidence


def classes(ordered: list[str], *, evidence: Evidence, metric: str) -> list[list[str]]:
    """Disjoint classes: the best leads all that do not differ from it, the best of the rest leads the next class.

    Two that were never compared have not been told apart.

    Args:
        ordered: names, the best first.
        evidence: whose corrected tests decide.
        metric: on which they are compared.
    """
    found: list[list[str]] = []
    rest = list(ordered)
    while rest:
        leader = rest[0]
        tied = [leader, *(name for name in rest[1:] if not differ(leader, name, evidence=evidence, metric=metric))]
        found.append(tied)
        rest = [name for name in rest if name not in tied]
    return found


def differ(one: str, other: str, *, evidence: Evidence, metric: str) -> bool:
    """Whether the corrected test tells the two apart."""
    pair = evidence.pair(one, other, metric)
    return pair is not None and pair.different
