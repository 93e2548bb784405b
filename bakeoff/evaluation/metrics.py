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


def precision(hits: npt.NDArray[np.bool_], n_relevant: npt.NDArray[np.int64], *, k: int) -> Floats:
    """Precision at k per user: hits among the first k, divided by k, also where a list is shorter.

    Source: Herlocker et al., "Evaluating collaborative filtering recommender systems", ACM TOIS 22(1), 2004.

    Args:
        hits: shape (n_users, at least k).
        n_relevant: shape (n_users,); not used, the metrics share their arguments.
        k: the cutoff.
    """
    found: Floats = hits[:, :k].sum(axis=1) / k
    return found


def hit_rate(hits: npt.NDArray[np.bool_], n_relevant: npt.NDArray[np.int64], *, k: int) -> Floats:
    """Hit rate at k per user: 1 where the first k hold at least one relevant item, else 0.

    Source: Deshpande and Karypis, "Item-based top-N recommendation algorithms", ACM TOIS 22(1), 2004.

    Args:
        hits: shape (n_users, at least k).
        n_relevant: shape (n_users,); not used.
        k: the cutoff.
    """
    hit = np.zeros(len(hits))
    hit[hits[:, :k].any(axis=1)] = 1.0
    return hit


def mrr(hits: npt.NDArray[np.bool_], n_relevant: npt.NDArray[np.int64], *, k: int) -> Floats:
    """Reciprocal rank of the first hit among the first k, per user; 0 where there is none. Its mean is MRR.

    Source: Voorhees, "The TREC-8 question answering track report", TREC 1999.

    Args:
        hits: shape (n_users, at least k).
        n_relevant: shape (n_users,); not used.
        k: the cutoff.
    """
    top = hits[:, :k]
    first: Floats = 1.0 + top.argmax(axis=1)
    first[~top.any(axis=1)] = np.inf
    return 1 / first


def average_precision(hits: npt.NDArray[np.bool_], n_relevant: npt.NDArray[np.int64], *, k: int) -> Floats:
    """Average precision at k per user; its mean over users is MAP.

    Sum over ranks r <= k of hit_r * (hits up to r) / r, divided by min(k, n_relevant), so that a perfect list has 1.
    ranx and rectools divide by n_relevant.

    Source: Manning et al., "Introduction to Information Retrieval", 2008, section 8.4, with the divisor of Kaggle's
    MAP@k, which suits lists that end at k.

    Args:
        hits: shape (n_users, at least k).
        n_relevant: shape (n_users,); relevant items per user, all above 0.
        k: the cutoff.
    """
    top = hits[:, :k]
    up_to = np.cumsum(top, axis=1, dtype=np.int16)
    ranks = np.arange(1, top.shape[1] + 1)
    gained: Floats = np.where(top, up_to / ranks, 0.0).sum(axis=1)
    return gained / np.minimum(n_relevant, k)


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
