"""How small a difference the users at hand could show: without it, "no difference found" says little."""

import math
from statistics import NormalDist

POWER = 0.8


def smallest_difference(standard_deviation: float, *, n: int, alpha: float, power: float = POWER) -> float:
    """The true difference of two means that a paired two-sided test of `n` users finds with the given power.

    (z(1 - alpha / 2) + z(power)) * standard deviation of the differences / sqrt(n): the normal approximation, for one
    comparison without correction. Source: Cohen, "Statistical Power Analysis for the Behavioral Sciences", 1988,
    chapter 2.

    Args:
        standard_deviation: of the users' differences.
        n: users.
        alpha: the level of the test.
        power: the chance to find a difference of that size.
    """
    normal = NormalDist()
    factor = normal.inv_cdf(1 - alpha / 2) + normal.inv_cdf(power)
    return standard_deviation * factor / math.sqrt(n)
