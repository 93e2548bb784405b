"""The hyper-parameters that sequence models share."""

from dataclasses import dataclass

from bakeoff.recommenders.base.settings import setting


@dataclass(frozen=True, kw_only=True)
class SequenceSettings:
    """Hyper-parameters of every sequence model; each adds its own.

    Args:
        size: of the item vectors and of the hidden states.
        max_length: the newest events of a history that are looked at; training cuts histories into windows of so many.
        dropout: share of the inputs and of the hidden states that is zeroed in each step.
        label_smoothing: share of the target probability that is spread over all items.
        learning_rate: of Adam, at its highest: it rises over the first steps and falls along a half cosine.
        batch_size: windows per step; 0: as many as make about 150 steps an epoch, from 32 to 512.
        epochs: of the whole schedule; which of them is kept is chosen on validation.
        averaged_epochs: the weights that answer are the moving average over about so many epochs' steps; 0: the newest.
        patience: epochs without a better ndcg@100 on validation after which training stops.
        half_lives: to try on validation: a target counts half after so many newer events of its user; 0: all alike.
        unliked_weight: what an event that is not liked counts as a target. It always counts as an input where the
            contestant learns from all interactions.
        negatives: items that a step's softmax is estimated from, drawn evenly, once for all its targets.
        full_softmax_items: up to so many known items the softmax runs over all of them.
        min_interactions: items with fewer interactions are neither learned nor recommended.
        item_features: whether genres, directors, actors and years of the items are learned from.
        min_feature_items: genres, persons and years of fewer items are left out; they cannot link items.
        members: networks that are trained from different seeds and answer with their mean.
    """

    size: int = setting(96, at_least=1)
    max_length: int = setting(50, at_least=2)
    dropout: float = setting(0.5, at_least=0, below=1)
    label_smoothing: float = setting(0.1, at_least=0, below=1)
    learning_rate: float = setting(0.004, above=0)
    batch_size: int = setting(0, at_least=0)
    epochs: int = setting(15, at_least=1)
    averaged_epochs: float = setting(1.0, at_least=0)
    patience: int = setting(4, at_least=1)
    half_lives: tuple[float, ...] = setting((0.0,), at_least=0, not_empty=True)
    unliked_weight: float = setting(0.0, at_least=0, at_most=1)
    negatives: int = setting(2000, at_least=100)
    full_softmax_items: int = setting(6000, at_least=0)
    min_interactions: int = setting(3, at_least=1)
    item_features: bool = setting(False)
    min_feature_items: int = setting(2, at_least=1)
    members: int = setting(1, at_least=1)
