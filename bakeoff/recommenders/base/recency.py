"""Recency: newer interactions of a history tell more of what comes next than older ones."""

import numpy as np
import numpy.typing as npt

from bakeoff.data.interactions import Interactions


def recency(rows: Interactions, exponent: float) -> npt.NDArray[np.float32]:
    """Per interaction (1 + newer interactions of the user)^-exponent, shape (n_interactions,).

    A power of the age, not a half-life: what was chosen long ago fades ever more slowly, as memory does. Source:
    Anderson and Schooler, "Reflections of the environment in memory", Psychological Science 2(6), 1991.

    Args:
        rows: one history per row, oldest interaction first.
        exponent: 0 where all count alike.
    """
    weights: npt.NDArray[np.float32] = np.power(1.0 + _newer(rows), -exponent).astype(np.float32)
    return weights


def halved(rows: Interactions, half_life: float) -> npt.NDArray[np.float32]:
    """Per interaction 0.5^(newer interactions of the user / half_life), shape (n_interactions,).

    Args:
        rows: one history per row, oldest interaction first.
        half_life: in interactions; 0 where all count alike.
    """
    if half_life == 0:
        return np.ones(rows.n_interactions, np.float32)
    weights: npt.NDArray[np.float32] = np.power(0.5, _newer(rows) / half_life).astype(np.float32)
    return weights


def _newer(rows: Interactions) -> npt.NDArray[np.int64]:
    """Newer interactions of the same user, shape (n_interactions,)."""
    return np.repeat(rows.indptr[1:], rows.activity) - np.arange(rows.n_interactions) - 1


def of_unit_length(weights: npt.NDArray[np.float32], rows: Interactions) -> npt.NDArray[np.float32]:
    """The weights, shape (n_interactions,), so scaled that the squares of every user's sum to 1."""
    squares = np.bincount(rows.rows, np.square(weights, dtype=np.float64), minlength=rows.n_users)
    return (weights / np.sqrt(np.maximum(squares, np.finfo(np.float32).tiny))[rows.rows]).astype(np.float32)
