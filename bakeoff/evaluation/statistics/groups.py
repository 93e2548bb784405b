"""Which contestants cannot be told apart, from which pairs differ."""

from collections.abc import Callable, Sequence

Different = Callable[[str, str], bool]


def indistinguishable(ordered: Sequence[str], different: Different) -> list[list[str]]:
    """Maximal groups in which no two contestants differ, in the order given; a name may stand in several.

    "Cannot be told apart" does not carry over: A and B may not differ, nor B and C, while A and C do. The groups are
    the letters of a compact letter display. Source: Piepho, "An algorithm for a letter-based representation of
    all-pairwise comparisons", Journal of Computational and Graphical Statistics 13(2), 2004 (insert and absorb).

    Args:
        ordered: names, the best first.
        different: whether two of them differ.
    """
    groups: list[list[str]] = [list(ordered)] if ordered else []
    for place, one in enumerate(ordered):
        for other in ordered[place + 1 :]:
            if different(one, other):
                groups = _without_both(groups, one, other)
    position = {name: place for place, name in enumerate(ordered)}
    return sorted(groups, key=lambda group: [position[name] for name in group])


def _without_both(groups: list[list[str]], one: str, other: str) -> list[list[str]]:
    """Every group that holds both becomes two, each without one of them; what another group holds is absorbed."""
    split: list[list[str]] = []
    for group in groups:
        if one in group and other in group:
            split += [[name for name in group if name != gone] for gone in (one, other)]
        else:
            split.append(group)
    kept: list[list[str]] = []
    for group in sorted(split, key=len, reverse=True):
        if not any(set(group) <= set(larger) for larger in kept):
            kept.append(group)
    return kept
