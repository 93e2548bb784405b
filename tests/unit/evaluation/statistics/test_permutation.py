"""Paired permutation tests: exact small cases, SciPy's own, and what must never happen."""

from itertools import product

import numpy as np
import pytest
from scipy.stats import permutation_test

from bakeoff.evaluation.statistics import permutation
from bakeoff.evaluation.statistics.permutation import paired_p_values


def test_p_is_close_to_the_exact_one_over_all_sign_flips() -> None:
    rng = np.random.default_rng(1)
    values = rng.random((10, 2, 1))
    differences = values[:, 0, 0] - values[:, 1, 0]
    flips = np.array(list(product((-1, 1), repeat=10)))
    exact = (np.abs(flips @ differences) >= abs(differences.sum()) - 1e-12).mean()
    (found,) = paired_p_values(values, permutations=20_000, seed=2)[:, 0]
    assert found == pytest.approx(exact, abs=0.012)


def test_p_is_that_of_scipy() -> None:
    rng = np.random.default_rng(3)
    one, other = rng.normal(0.1, 1, 200), rng.normal(0, 1, 200)
    theirs = permutation_test(
        (one, other),
        lambda a, b, axis: np.mean(a - b, axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=60_000,
        rng=np.random.default_rng(4),
    ).pvalue
    ours = paired_p_values(np.stack([one, other], axis=1)[:, :, None], permutations=60_000, seed=5)[0, 0]
    assert ours == pytest.approx(theirs, abs=0.01)


def test_equal_contestants_have_p_one_and_p_is_never_nought() -> None:
    rng = np.random.default_rng(6)
    same = rng.random(1000)
    values = np.stack([same, same, same + 1], axis=1)[:, :, None]
    p_values = paired_p_values(values, permutations=999, seed=7)[:, 0]
    assert p_values.tolist() == [1.0, pytest.approx(0.001), pytest.approx(0.001)]


def test_difference_of_a_single_user_shows_nothing() -> None:
    values = np.zeros((500, 2, 1))
    values[7, 0, 0] = 0.3
    assert paired_p_values(values, permutations=500, seed=8)[0, 0] == 1.0


def test_pairs_stand_in_the_order_of_combinations_and_metrics_are_apart() -> None:
    rng = np.random.default_rng(9)
    values = rng.random((300, 3, 2))
    values[:, 2, 0] += 1  # the third contestant is better, on the first metric only
    p_values = paired_p_values(values, permutations=400, seed=10)
    assert p_values.shape == (3, 2)
    assert (p_values[1:, 0] < 0.01).all()
    assert p_values[0, 0] > 0.01
    assert (p_values[:, 1] > 0.01).all()


def test_a_single_contestant_has_no_pairs() -> None:
    assert paired_p_values(np.ones((5, 1, 2)), permutations=10, seed=1).shape == (0, 2)


def test_flips_and_users_taken_in_parts_give_the_p_of_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(11).random((240, 3, 1))
    whole = paired_p_values(values, permutations=4000, seed=12)
    monkeypatch.setattr(permutation, "_BLOCK_BYTES", 8 * 1000 * 64)
    monkeypatch.setattr(permutation, "_FLIPS_AT_ONCE", 1000)
    parts = paired_p_values(values, permutations=4000, seed=12)
    assert parts == pytest.approx(whole, abs=0.035)
    assert (parts != whole).any(), "the signs are drawn in another order"
