"""Holm's correction: p-values of many tests, made so that even one false alarm among them stays rare."""

import numpy as np
import numpy.typing as npt


def holm(p_values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The adjusted p-values along the first axis.

    In ascending order the i-th of m is multiplied by m - i + 1 and raised to the one before it, at most 1. Rejecting
    what is below alpha keeps the chance of any false alarm below alpha, whatever the tests have in common.
    Source: Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6, 1979.

    Args:
        p_values: shape (m,) or (m, anything).
    """
    m = len(p_values)
    order = np.argsort(p_values, axis=0, kind="stable")
    factors = np.arange(m, 0, -1).reshape(-1, *[1] * (p_values.ndim - 1))
    stepped = np.minimum(np.take_along_axis(p_values, order, axis=0) * factors, 1.0)
    adjusted = np.empty_like(p_values, dtype=np.float64)
    np.put_along_axis(adjusted, order, np.maximum.accumulate(stepped, axis=0), axis=0)
    return adjusted
