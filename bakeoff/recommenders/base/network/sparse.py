"""Sparse rows for torch: what is read of a batch, and what it is held to, without a dense matrix of inputs."""

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch.nn.functional import embedding_bag

from bakeoff.data.interactions import Interactions


def sum_of_rows(rows: Interactions, weights: npt.NDArray[np.float32], matrix: Any) -> Any:
    """Per user the weighted sum of the matrix's rows that the user's items name, shape (n_users, size)."""
    return embedding_bag(
        torch.from_numpy(rows.indices.astype(np.int64)).to(matrix.device),
        matrix,
        torch.from_numpy(rows.indptr[:-1]).to(matrix.device),
        mode="sum",
        per_sample_weights=torch.from_numpy(weights).to(matrix.device),
    )


def targets(batch: Interactions, device: Any) -> tuple[Any, Any]:
    """The row and the column of every interaction."""
    return torch.from_numpy(batch.rows).to(device), torch.from_numpy(batch.indices.astype(np.int64)).to(device)
