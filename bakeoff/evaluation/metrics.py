"""Metrics of ranked lists: pure functions of arrays, one value per user where the metric is a mean over users.

`hits` has shape (n_users, length): whether the item at that rank (first column = best) is relevant to the user. A list
shorter than k is scored as it is: the ranks it lacks are no hits. Users without a relevant item have no value; they
are not among the users of a holdout.
"""

import numpy as np
import numpy.typing as npt

from bakeoff.evaluation.ranking import NO_ITEM

Floats = npt.NDArray[np.float64]


def ndcg(hits: npt.NDArray[np.bool_], n_relevant: npt.NDArray[np.int64], *, k: int) -> Floats:
    """Normalised discounted cumulative gain at k, with binary gains, per user.

    ndcg@k = sum over ranks r <= k of hit_r / log2(r + 1), divided by the same sum for the ideal list, which has its
    min(k, n_relevant) hits first.

    Source: Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques", ACM TOIS 20(4), 2002, in the
    binary form of Liang et al., "Variational autoencoders for collaborative filtering", WWW 2018.

    Args:
        hits: shape (n_users, at least k).
        n_relevant: shape (n_users,); relevant items per user, all above 0.
        k: the cutoff.
    """
    discount = 1 / np.log2(np.arange(2, k + 2))
    ideal = np.concatenate(([0.0], np.cumsum(discount)))
    gained: Floats = hits[:, :k] @ discount
    return gained / ideal[np.minimum(n_relevant, k)]


def recall(hits: npt.NDArray[np.bool_], n_relevant: npt.NDArray[np.int64], *, k: int) -> Floats:
    """Recall at k per user: hits among the first k, divided by min(k, n_relevant), so that a perfect list has 1.

    Source: Liang et al., WWW 2018 (section 4.2), whose published numbers use this divisor; with n_relevant alone as
    divisor, users with more than k relevant items could not reach 1.

    Args:
        hits: shape (n_users, at least k).
        n_relevant: shape (n_users,); relevant items per user, all above 0.
        k: the cutoff.
    """
    found: Floats = hits[:, :k].sum(axis=1) / np.minimum(n_relevant, k)
    return found


def coverage(ranked: npt.NDArray[np.int32], *, n_candidates: int, k: int) -> float:
    """Catalogue coverage at k: the share of the candidates that stand among the first k of at least one user's list.

    Source: Ge et al., "Beyond accuracy: evaluating recommender systems by coverage and serendipity", RecSys 2010. It
    grows with the number of users, so it compares contestants on the same users only.

    Args:
        ranked: columns, shape (n_users, at least k), candidates only; `NO_ITEM` where a list has ended.
        n_candidates: items that may be recommended.
        k: the cutoff.
    """
    shown = np.unique(ranked[:, :k])
    return float((shown != NO_ITEM).sum() / n_candidates)
