"""The last layer's loss and gradients: minus the log-likelihood of the users' items under a softmax over all items.

The likelihood's numerator is exact and sparse. Its denominator runs over all items, or over a sample, each weighted by
one over its probability to be in it. Gradients are written out rather than recorded, and users are taken in blocks, so
that no more than one block's scores exist at a time.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from bakeoff.recommenders.base.wide.tables import Entries, Table

# Scores that exist at once: 64 MB.
_SCORES_AT_ONCE = 2**24


@dataclass(frozen=True, eq=False)
class Columns:
    """The items of the denominator.

    Args:
        columns: ascending.
        corrections: minus the logarithms of their inclusion probabilities, float32.
    """

    columns: torch.Tensor
    corrections: torch.Tensor

    @classmethod
    def drawn(
        cls, columns: npt.NDArray[np.int64], *, inclusion: npt.NDArray[np.float32], device: torch.device
    ) -> "Columns":
        corrections = -np.log(inclusion[columns])
        return cls(torch.from_numpy(columns).to(device), torch.from_numpy(corrections).to(device))


@dataclass(frozen=True, eq=False)
class Denominator:
    """What the denominator gives.

    Args:
        loss: summed over the users.
        hidden: gradient of the users' hidden layer, shape (n_users, size).
        weights: gradient of the columns' weights, shape (n_columns, size).
        bias: gradient of the columns' biases, shape (n_columns,).
    """

    loss: torch.Tensor
    hidden: torch.Tensor
    weights: torch.Tensor
    bias: torch.Tensor


@dataclass(frozen=True, eq=False)
class Softmax:
    """The last layer: the items' weights and biases."""

    weights: Table
    bias: Table

    def denominator(self, hidden: torch.Tensor, *, activity: torch.Tensor, columns: Columns | None) -> Denominator:
        """Of the logarithm of the denominator, times each user's number of items.

        Args:
            hidden: shape (n_users, size).
            activity: float32, shape (n_users,).
            columns: None: all items.
        """
        weights, bias = self.weights.weights, self.bias.weights[:, 0]
        if columns is not None:
            weights, bias = weights[columns.columns], bias[columns.columns] + columns.corrections
        found = Denominator(
            hidden.new_zeros(()), torch.empty_like(hidden), torch.zeros_like(weights), torch.zeros_like(bias)
        )
        block = max(1, _SCORES_AT_ONCE // len(weights))
        for start in range(0, len(hidden), block):
            part = slice(start, start + block)
            scores = torch.addmm(bias, hidden[part], weights.T)
            log_sums = scores.logsumexp(dim=1)
            found.loss.add_(log_sums @ activity[part])
            shares = scores.sub_(log_sums[:, None]).exp_().mul_(activity[part, None])
            torch.mm(shares, weights, out=found.hidden[part])
            found.weights.addmm_(shares.T, hidden[part])
            found.bias.add_(shares.sum(dim=0))
        return found

    def numerator(self, hidden: torch.Tensor, *, items: Entries) -> tuple[torch.Tensor, torch.Tensor]:
        """The scores of the users' own items, summed over the users, and the gradient of their hidden layer."""
        sums = items.times(self.weights.weights)
        rows = torch.from_numpy(items.rows).to(hidden.device)
        return (sums * hidden).sum() + self.bias.weights[rows, 0].sum(), sums

    def descend(
        self,
        denominator: Denominator,
        *,
        columns: Columns | None,
        hidden: torch.Tensor,
        items: Entries,
        rate: float,
    ) -> None:
        """One step along both gradients together.

        Args:
            denominator: its gradients, summed over all users of the step.
            columns: that it was taken over.
            hidden: of all users of the step.
            items: of all users of the step.
            rate: the learning rate, the gradients being means over the users.
        """
        own_rows, own = items.transposed_times(hidden)
        own_counts = torch.from_numpy(np.unique(items.rows, return_counts=True)[1]).to(hidden)
        share = 1 / items.n_users
        if columns is None:
            rows = None
            weights, bias = denominator.weights, denominator.bias
            weights.index_add_(0, own_rows, own, alpha=-1)
            bias.index_add_(0, own_rows, own_counts, alpha=-1)
        else:
            rows, place = torch.cat((columns.columns, own_rows)).unique(return_inverse=True)
            weights = own.new_zeros((len(rows), own.shape[1]))
            bias = own.new_zeros(len(rows))
            n_columns = len(columns.columns)
            for part, gradient, counts in (
                (place[:n_columns], denominator.weights, denominator.bias),
                (place[n_columns:], -own, -own_counts),
            ):
                weights.index_add_(0, part, gradient)
                bias.index_add_(0, part, counts)
        self.weights.descend(weights.mul_(share), rows=rows, rate=rate)
        self.bias.descend(bias.mul_(share)[:, None], rows=rows, rate=rate)
