"""How far two ranked lists agree, and whether neighbour lists name what is consumed together."""

from typing import Any

import numpy as np
import numpy.typing as npt

from bakeoff.data.interactions import Interactions
from bakeoff.evaluation.ranking import NO_ITEM

Columns = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

DEPTH = 50
_ITEMS_AT_ONCE = 5000


def rank_biased_overlap(one: Columns, other: Columns, *, p: float = 0.9, depth: int = DEPTH) -> Floats:
    """Extrapolated rank-biased overlap per user: 1 where two lists are the same, 0 where they have nothing in common.

    The overlap X_d of the first d items, averaged over depths with weights that fall by p: with p = 0.9 the first ten
    ranks have 86 % of the weight. With s and l the lengths of the shorter and the longer list, at most `depth`:

    RBO_ext = (1 - p) / p * (sum over d <= l of X_d / d * p^d + sum over s < d <= l of X_s * (d - s) / (s * d) * p^d)
    + ((X_l - X_s) / l + X_s / s) * p^l

    What a list lacks counts as agreeing as far as what it holds. 0 where a list is empty.

    Source: Webber, Moffat and Zobel, "A similarity measure for indefinite rankings", ACM TOIS 28(4), 2010, equation 32.

    Args:
        one: columns, shape (n_users, length); `NO_ITEM` where a list has ended; no item twice.
        other: likewise, of the same users.
        p: how fast the weight falls.
        depth: of the lists that is looked at.
    """
    depth = min(depth, one.shape[1], other.shape[1])
    one, other = one[:, :depth], other[:, :depth]
    overlap = np.cumsum(_joined_at(one, other), axis=1)
    lengths = np.sort(np.stack([(one != NO_ITEM).sum(axis=1), (other != NO_ITEM).sum(axis=1)]), axis=0)
    shorter, longer = np.maximum(lengths, 1)[:, :, None]
    depths = np.arange(1, depth + 1)
    share = np.take_along_axis(overlap, shorter - 1, axis=1) / shorter  # X_s / s
    beyond = np.where(depths > shorter, share * (1 - shorter / depths), 0.0)
    agreed = np.where(depths <= longer, overlap / depths + beyond, 0.0)
    weighted: Floats = agreed @ (p**depths) * (1 - p) / p
    # The last two terms are what is agreed at depth l: X_l / l + X_s / s * (1 - s / l).
    last: Floats = np.take_along_axis(agreed, longer - 1, axis=1) * p**longer
    return weighted + last[:, 0]


def _joined_at(one: Columns, other: Columns) -> npt.NDArray[np.int64]:
    """How many items both lists hold from each depth on, shape (n_users, depth).

    An item is in both from the deeper of its two ranks on. Sorting both lists together by item brings its two entries
    side by side.
    """
    n_users, depth = one.shape
    items = np.concatenate([one, other], axis=1)
    order = np.argsort(items, axis=1, kind="stable")
    ordered = np.take_along_axis(items, order, axis=1)
    rows, places = np.nonzero((ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] != NO_ITEM))
    ranks = order % depth
    deeper = np.maximum(ranks[rows, places], ranks[rows, places + 1])
    return np.bincount(rows * depth + deeper, minlength=n_users * depth).reshape(n_users, depth)


def usefulness(neighbours: Columns, *, items: npt.NDArray[np.int64], interactions: Interactions, k: int) -> Floats:
    """Co-consumption usefulness at k per item: the mean cosine between its interaction column and its neighbours'.

    An interaction column holds 1 for every user who interacted with the item. 0 for an item without a neighbour.
    Source: Linden, Smith and York, "Amazon.com recommendations: item-to-item collaborative filtering", IEEE Internet
    Computing 7(1), 2003 (the cosine); Yao and Harper, "Judging similarity", RecSys 2018 (why neighbours are judged by
    use).

    Args:
        neighbours: columns, shape (len(items), at least k); `NO_ITEM` where a list has ended.
        items: whose neighbours they are.
        interactions: that count.
        k: the cutoff.
    """
    from scipy.sparse import csr_array

    matrix = csr_array(
        (np.ones(interactions.n_interactions), interactions.indices, interactions.indptr),
        shape=(interactions.n_users, interactions.n_items),
    )
    columns: Any = matrix.T.tocsr()
    lengths = np.sqrt(np.maximum(np.diff(columns.indptr), 1))
    top = neighbours[:, :k]
    there = top != NO_ITEM
    cosines = np.zeros(top.shape)
    for rank in range(top.shape[1]):
        for first in range(0, len(items), _ITEMS_AT_ONCE):
            part = slice(first, first + _ITEMS_AT_ONCE)
            left, right = items[part], np.where(there[part, rank], top[part, rank], 0)
            common = columns[left].multiply(columns[right]).sum(axis=1)
            cosines[part, rank] = common / (lengths[left] * lengths[right])
    mean: Floats = np.where(there, cosines, 0.0).sum(axis=1) / np.maximum(there.sum(axis=1), 1)
    return mean
