"""The cross-entropy of the next item: over all items, or estimated from a sample of them.

One sample of items, drawn evenly, serves all targets of a step. The sum over all items of the softmax is estimated
without bias by the target's own term and the other sampled terms times items / (sampled items). Sources: Jean et al.,
"On using very large target vocabulary for neural machine translation", ACL 2015; Klenitskiy and Vasilev, "Turning dross
into gold loss: is BERT4Rec really better than SASRec?", RecSys 2023 (why one negative per target is not enough).
"""

import math
from typing import Any


def next_item_loss(
    states: Any,
    targets: Any,
    weights: Any,
    *,
    vectors: Any,
    biases: Any,
    sample: Any,
    n_items: int,
    smoothing: float,
) -> Any:
    """The weighted mean of the targets' cross-entropy.

    Args:
        states: float, shape (targets, size).
        targets: int, shape (targets,); rows of `vectors`.
        weights: float, shape (targets,); what each target counts.
        vectors: float, shape (rows, size).
        biases: float, shape (rows,).
        sample: int, shape (sampled,); rows of `vectors` that stand for all items; None where these are all rows.
        n_items: of the whole softmax.
        smoothing: share of the target probability that is spread over all items.
    """
    import torch

    of_target = (states * vectors[targets]).sum(dim=1) + biases[targets]
    if sample is None:
        logits = states @ vectors.T + biases
        total = logits.logsumexp(dim=1)
        others = logits
    else:
        others = states @ vectors[sample].T + biases[sample]
        each_stands_for = math.log(n_items / len(sample))
        hit = sample[None, :] == targets[:, None]
        estimated = (others + each_stands_for).masked_fill(hit, -torch.inf)
        total = torch.cat((of_target[:, None], estimated), dim=1).logsumexp(dim=1)
    losses = total - (1 - smoothing) * of_target
    if smoothing:
        losses = losses - smoothing * others.mean(dim=1)
    return (losses * weights).sum() / weights.sum()
