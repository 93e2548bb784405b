"""The last layer's gradients, written out, are those that torch derives."""

import numpy as np
import pytest
import torch

from bakeoff.recommenders.base.wide import softmax
from bakeoff.recommenders.base.wide.softmax import Softmax
from bakeoff.recommenders.base.wide.tables import Entries, Table

CPU = torch.device("cpu")
N_USERS, N_ITEMS, SIZE = 5, 9, 3


def entries(*pairs: tuple[int, int]) -> Entries:
    users, rows = np.ascontiguousarray(np.array(pairs).T)
    return Entries(users, rows, np.ones(len(users), np.float32), N_USERS, CPU)


ITEMS = entries((0, 1), (0, 4), (1, 4), (3, 7), (4, 1), (4, 4), (4, 7))


@pytest.mark.parametrize("columns", [None, [1, 4, 5, 7]], ids=["all", "a sample"])
@pytest.mark.parametrize("scores_at_once", [2**24, 1], ids=["one block", "a block per user"])
def test_loss_and_gradients_are_those_of_the_likelihood_among_the_columns(
    monkeypatch: pytest.MonkeyPatch, columns: list[int] | None, scores_at_once: int
) -> None:
    monkeypatch.setattr(softmax, "_SCORES_AT_ONCE", scores_at_once)
    torch.manual_seed(0)
    hidden = torch.randn(N_USERS, SIZE, requires_grad=True)
    weights = torch.randn(N_ITEMS, SIZE, requires_grad=True)
    bias = torch.randn(N_ITEMS, 1, requires_grad=True)
    among = torch.arange(N_ITEMS) if columns is None else torch.tensor(columns)
    scores = hidden @ weights[among].T + bias[among, 0]
    place = torch.searchsorted(among, torch.from_numpy(ITEMS.rows))
    expected = -scores.log_softmax(dim=1)[torch.from_numpy(ITEMS.users), place].sum()
    expected.backward()  # type: ignore[no-untyped-call]

    with torch.no_grad():
        layer = Softmax(Table.of(weights.detach().clone()), Table.of(bias.detach().clone()))
        taken = None if columns is None else among
        activity = torch.tensor([2.0, 1.0, 0.0, 1.0, 3.0])
        found = layer.denominator(hidden, activity=activity, columns=taken)
        own_scores, own = layer.numerator(hidden, items=ITEMS)
        assert (found.loss - own_scores).item() == pytest.approx(expected.item(), rel=1e-5)
        torch.testing.assert_close(found.hidden - own, hidden.grad)
        steps: dict[str, torch.Tensor] = {}
        monkeypatch.setattr(
            Table, "descend", lambda self, gradient, *, rows, rate: steps.update({str(gradient.shape[1]): gradient})
        )
        layer.descend(found, columns=taken, hidden=hidden.detach(), items=ITEMS, rate=0.1)
    assert weights.grad is not None
    assert bias.grad is not None
    torch.testing.assert_close(steps[str(SIZE)] * N_USERS, weights.grad[among])
    torch.testing.assert_close(steps["1"] * N_USERS, bias.grad[among])
