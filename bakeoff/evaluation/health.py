"""What a reader should know of lists that can be scored: short ones, the same for everybody, much that users know."""

import numpy as np
import numpy.typing as npt

from bakeoff.evaluation.ranking import NO_ITEM, Lists, contains
from bakeoff.evaluation.target import Target

SAME_AS_FAR_AS = 10


def notes_on(
    lists: Lists, ranked: npt.NDArray[np.int32], target: Target, *, longest_list: int | None, personal: bool
) -> list[str]:
    """Sentences; none where nothing stands out.

    Args:
        lists: as they came.
        ranked: what of them can be recommended, shape (n_users, n).
        target: whose users they are for.
        longest_list: the most items that the contestant can give; None where it is not declared.
        personal: whether the contestant says that it looks at a user's history.
    """
    found = [_short(ranked, longest_list), _same_for_everybody(lists, personal), _seen(lists, target)]
    return [note for note in found if note]


def _short(ranked: npt.NDArray[np.int32], longest_list: int | None) -> str | None:
    wanted = min(ranked.shape[1], ranked.shape[1] if longest_list is None else longest_list)
    lengths = (ranked != NO_ITEM).sum(axis=1)
    n_short = int((lengths < wanted).sum())
    if not n_short:
        return None
    return (
        f"{n_short} of {len(ranked)} lists hold fewer than {wanted} recommendable items (the shortest "
        f"{int(lengths.min())}) and are scored as they are."
    )


def _same_for_everybody(lists: Lists, personal: bool) -> str | None:
    """Compared before seen items are dropped, for that alone makes any two lists differ.

    A shorter list is the same as far as it goes; who has none is left out.
    """
    if (lists.lengths > 0).sum() < 2:
        return None
    places = np.arange(SAME_AS_FAR_AS)
    there = places < lists.lengths[:, None]
    heads = lists.items[np.where(there, lists.indptr[:-1, None] + places, 0)]
    longest = heads[int(lists.lengths.argmax())]
    if not ((heads == longest) | ~there).all():
        return None
    why = "although it is asked with their histories" if personal else "as it says of itself"
    return f"Everybody is given the same list, {why}."


def _seen(lists: Lists, target: Target) -> str | None:
    """Seen items are dropped from every list; where they use up a list that cannot be longer, the user gets less."""
    seen = contains(target.known, rows=lists.rows, columns=lists.items)
    share = float(seen.mean()) if len(seen) else 0.0
    if not share:
        return None
    return f"{share:.1%} of the entries were items that the user had seen; they were dropped, as for every contestant."
