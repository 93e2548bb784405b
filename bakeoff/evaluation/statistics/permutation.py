"""Paired permutation tests between contestants: could the difference have come about by chance alone?

If two contestants were equal, either could have got either of a user's two values: the sign of each user's difference
is then a coin's. The p-value is the share of sign flips that give a difference of means at least as large as the one
seen. Source: Fisher, "The Design of Experiments", 1935, chapter 3; recommended for retrieval metrics by Smucker et al.,
"A comparison of statistical significance tests for information retrieval evaluation", CIKM 2007.
"""

from itertools import combinations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# Sign flips that are summed together, and how many bytes of signs are held at a time. Few long products rather than
# many short ones: the threads of one product wait for each other, which is dear where other programs want the cores.
_FLIPS_AT_ONCE = 1000
_BLOCK_BYTES = 64 * 2**20
# Sums of n values between 0 and 1 in double precision are exact to about n * 1e-16; a flip that gives the same sum in
# exact arithmetic must count as equal.
_TOLERANCE = 1e-9


def paired_p_values(values: Floats, *, permutations: int, seed: int) -> Floats:
    """Two-sided p-values of all pairs, shape (n_pairs, n_metrics), pairs in the order of ``itertools.combinations``.

    One more is added to both counts, so that p is never 0 (Phipson and Smyth, "Permutation p-values should never be
    zero", Statistical Applications in Genetics and Molecular Biology 9(1), 2010). All pairs share their sign flips: the
    signed sum of a difference is the difference of two signed sums, so one matrix product serves every pair.

    Args:
        values: per user, contestant and metric, shape (n_users, n_contestants, n_metrics).
        permutations: sign flips of all users.
        seed: of the flips.
    """
    n_users, n_contestants, n_metrics = values.shape
    one, other = _pairs(n_contestants)
    centred = values - values.mean(axis=1, keepdims=True)  # differences stay, sums of like lists lose their noise
    flat = np.ascontiguousarray(centred.reshape(n_users, n_contestants * n_metrics))
    seen = centred.sum(axis=0)
    observed = np.abs(seen[one] - seen[other])
    threshold = observed - _TOLERANCE * np.maximum(1.0, observed)
    as_large = np.zeros((len(one), n_metrics), np.int64)
    generator = np.random.default_rng(seed)
    for first in range(0, permutations, _FLIPS_AT_ONCE):
        n_flips = min(_FLIPS_AT_ONCE, permutations - first)
        sums = _signed_sums(generator, flat, n_flips).reshape(n_flips, n_contestants, n_metrics)
        for pair, (left, right) in enumerate(zip(one, other, strict=True)):
            as_large[pair] += (np.abs(sums[:, left] - sums[:, right]) >= threshold[pair]).sum(axis=0)
    return (as_large + 1) / (permutations + 1)


def _pairs(n_contestants: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    pairs = np.array(list(combinations(range(n_contestants), 2)), np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def _signed_sums(generator: np.random.Generator, flat: Floats, n_flips: int) -> Floats:
    """The sums over users under every flip, shape (n_flips, n_columns), of values of shape (n_users, n_columns)."""
    sums = np.zeros((n_flips, flat.shape[1]))
    users_at_once = max(1, _BLOCK_BYTES // (8 * n_flips))
    for first in range(0, len(flat), users_at_once):
        part = flat[first : first + users_at_once]
        sums += _signs(generator, n_flips, len(part)) @ part
    return sums


def _signs(generator: np.random.Generator, n: int, n_users: int) -> Floats:
    """Shape (n, n_users), each -1 or 1; a random byte gives eight."""
    coins = np.unpackbits(
        generator.integers(0, 256, size=(n, (n_users + 7) // 8), dtype=np.uint8), axis=1, count=n_users
    )
    signs: Floats = coins.astype(np.float64)
    signs *= 2
    signs -= 1
    return signs
