"""The hyper-parameters of the autoencoder, and the plans that they make for its networks."""

from dataclasses import dataclass
from typing import Literal

from bakeoff.recommenders.base import wide
from bakeoff.recommenders.base.network import mirrored, recvae
from bakeoff.recommenders.base.settings import setting


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Hyper-parameters. Where several values are to try, the first is what epochs are measured with.

    Args:
        network: ``recvae``; or ``mirrored``: the same sizes from the bottleneck back, no distribution.
        layers: sizes from the input to the bottleneck. ``recvae`` has two: its encoder's layers, and the latent size.
        dense_layers: of ``recvae``: encoder layers after the first; each reads the sum of all before it.
        activation: of ``mirrored``: of every layer but the last, which has none.
        loss: ``multinomial``: minus the log-likelihood of the row's items under a softmax over all items;
            ``squared_error``: the mean over the whole row, 0 where the user has no interaction; for ``mirrored`` only.
        row: what stands in the row: ``ones`` or ``weighted`` by the values, both scaled to length 1; or the ``values``
            as they are.
        dropout: share of the row's items that is hidden from the input in each step.
        regularisation: of ``recvae``: weight of the divergence from the prior, per item of the row.
        encoder_epochs: of ``recvae``: before each epoch of the decoder; together they are one epoch of the curve.
        learning_rate: of Adam.
        batch_size: users per step.
        max_epochs: the most epochs.
        patience: epochs without a better ndcg@100 on validation after which training stops.
        members: networks that are trained from different seeds and answer with their mean. Epochs are chosen with the
            first one, the rest with all of them. One where the softmax is over samples of the items.
        tie: models whose ndcg@100 on validation differ by at most this share are held to be equal: of epochs and of
            the values to try, the one with the widest coverage@10 is then taken.
        min_interactions: items with fewer interactions are not learned.
        linear_shares: the linear branch's share of the sum, to try; [0]: there is no such branch.
        linear_reg: L2 regularisations of the linear branch to try.
        linear_fading: two items of a history speak for each other (1 + their distance in it)^-linear_fading times.
        linear_max_items: the linear branch learns at most so many items, the most-interacted: memory, as in `ease`.
        recency_exponents: to try; of a history, an item weighs (1 + newer items)^-exponent; 0: all weigh alike. They
            weigh what a model answers from, not what it is trained on.
        columns_per_step: items that the softmax of a step is over; 0: all; -1: as the catalogue's size asks for. Where
            not all, the next four hold, and of the layers the first alone.
        wide_layer: size of the layer before the items.
        wide_batch_size: users per step.
        wide_epochs: the most epochs over samples of the items.
        wide_full_epochs: epochs over all items, after those.
        popularity_exponents: to try; scores are divided by popularity^exponent. One value: no choice.
        popularity_budget: the share of ndcg@100, and of ndcg@10, that may be given for coverage.
    """

    network: Literal["recvae", "mirrored"] = setting("recvae")
    layers: tuple[int, ...] = setting((600, 200), at_least=1, not_empty=True)
    dense_layers: int = setting(1, at_least=0)
    activation: Literal["tanh", "relu"] = setting("tanh")
    loss: Literal["multinomial", "squared_error"] = setting("multinomial")
    row: Literal["ones", "weighted", "values"] = setting("ones")
    dropout: float = setting(0.5, at_least=0, below=1)
    regularisation: float = setting(0.005, at_least=0)
    encoder_epochs: int = setting(3, at_least=1)
    learning_rate: float = setting(0.001, above=0)
    batch_size: int = setting(100, at_least=1)
    max_epochs: int = setting(100, at_least=1)
    patience: int = setting(5, at_least=1)
    members: int = setting(2, at_least=1)
    tie: float = setting(0.005, at_least=0, below=1)
    min_interactions: int = setting(1, at_least=1)
    linear_shares: tuple[float, ...] = setting((0.25, 0.1, 0.4, 0.6), at_least=0, at_most=1, not_empty=True)
    linear_reg: tuple[float, ...] = setting((100.0, 50.0, 200.0, 400.0, 800.0), above=0, not_empty=True)
    linear_fading: float = setting(0.25, at_least=0)
    linear_max_items: int = setting(10_000, at_least=2)
    recency_exponents: tuple[float, ...] = setting((0.5, 0.0, 0.25, 0.75, 1.0), at_least=0, not_empty=True)
    columns_per_step: int = setting(-1, at_least=-1)
    wide_layer: int = setting(200, at_least=1)
    wide_batch_size: int = setting(2000, at_least=1)
    wide_epochs: int = setting(20, at_least=0)
    wide_full_epochs: int = setting(2, at_least=0)
    popularity_exponents: tuple[float, ...] = setting(
        (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5), at_least=0, at_most=1, not_empty=True
    )
    popularity_budget: float = setting(0.02, at_least=0, below=1)

    def faults(self) -> list[str]:
        found = []
        if self.loss == "squared_error" and any(self.popularity_exponents):
            found.append(
                "popularity_exponents must be [0] where loss is squared_error: its scores are predicted values, not "
                "probabilities to divide."
            )
        if self.network == "recvae" and len(self.layers) != 2:
            found.append("layers must be two sizes where network is recvae: the encoder's layers and the latent size.")
        if self.network == "recvae" and self.loss != "multinomial":
            found.append("loss must be multinomial where network is recvae.")
        if self.columns_per_step > 0 and not self._can_be_wide:
            found.append(
                "columns_per_step must be -1 or 0 where loss is not multinomial, row is not ones or activation is not "
                "tanh: samples of the items are not taken there."
            )
        return found

    @property
    def _can_be_wide(self) -> bool:
        return (self.loss, self.row, self.activation) == ("multinomial", "ones", "tanh")

    def wide_plan(self, n_items: int) -> wide.Plan | None:
        """How to train over samples of so many items; None where all are taken in every step."""
        columns = wide.columns_for(n_items, self.columns_per_step) if self._can_be_wide else 0
        if not columns:
            return None
        return wide.Plan(
            hidden=self.layers[0],
            last=self.wide_layer,
            columns_per_step=columns,
            batch_size=self.wide_batch_size,
            sampled_epochs=self.wide_epochs,
            patience=self.patience,
            full_epochs=self.wide_full_epochs,
            dropout=self.dropout,
        )

    @property
    def mirrored_plan(self) -> mirrored.Plan:
        """Of a network `mirrored`."""
        return mirrored.Plan(
            layers=self.layers,
            activation=self.activation,
            loss=self.loss,
            dropout=self.dropout,
            learning_rate=self.learning_rate,
            batch_size=self.batch_size,
        )

    @property
    def recvae_plan(self) -> recvae.Plan:
        """Of a network `recvae`."""
        hidden, latent = self.layers
        return recvae.Plan(
            hidden=hidden,
            latent=latent,
            dense_layers=self.dense_layers,
            dropout=self.dropout,
            regularisation=self.regularisation,
            encoder_epochs=self.encoder_epochs,
            learning_rate=self.learning_rate,
            batch_size=self.batch_size,
        )
