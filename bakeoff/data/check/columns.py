"""The columns of items and users: how full they are, who may use them, and which look as if they knew the future."""

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bakeoff.data.outputs.features import Feature, features
from bakeoff.data.reading import Reading

# Words of what is counted or judged after an item came out. A country, an account and an operating system are none.
_TELLING = re.compile(
    r"vote|score|gross|income|review|popularity|(?<!ope)rating|(?<!dis)(?<!ac)count(?!r|y|er)", re.IGNORECASE
)
# Fewer values say nothing about a correlation.
LEAST_VALUES = 30


@dataclass(frozen=True, kw_only=True)
class ColumnFacts:
    """A column.

    Args:
        entity: ``item`` or ``user``.
        name: the column's.
        type: the mapping's.
        missing: share of the rows without a readable value.
        distinct: how many values there are.
        leaking: marked so in the mapping; neither in ``all`` nor in ``selected``.
        selected: whether the ``selected`` feature specification has it.
        why: the rule's sentence.
        telling_name: whether its name is one of what is counted or judged later.
        correlation: Spearman's, of an item's number with its number of interactions; None for other kinds of values,
            too few of them, or the year of release.
    """

    entity: str
    name: str
    type: str
    missing: float
    distinct: int
    leaking: bool
    selected: bool
    why: str
    telling_name: bool
    correlation: float | None


def column_facts(reading: Reading, counts: npt.NDArray[np.int64]) -> tuple[ColumnFacts, ...]:
    """Of all columns that the mapping names and the files have, in the mapping's order.

    Args:
        reading: of the raw files.
        counts: interactions of each item of the catalogue, shape (n_items,).
    """
    mapping = reading.mapping
    of_items = features(reading.catalogue.rows, mapping.items.columns, chosen=mapping.items.selected)
    of_users = features(reading.user_columns, mapping.users.columns if mapping.users else ())
    # Older items have had more time, and their year is known from the start.
    years = mapping.items.fields["year"].columns if "year" in mapping.items.fields else ()
    return (
        *(_facts("user", feature, correlation=None) for feature in of_users),
        *(
            _facts("item", feature, correlation=None if feature.name in years else _correlation(feature, counts))
            for feature in of_items
        ),
    )


def is_telling(name: str) -> bool:
    """Whether a column is called like something that is counted or judged after the item came out."""
    return bool(_TELLING.search(name))


def rank_correlation(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> float:
    """Spearman's: Pearson's over ranks, equal values at their mean rank; 0 where one of them is constant."""
    ranks = [_ranks(values) for values in (one, other)]
    centred = [rank - rank.mean() for rank in ranks]
    length = float(np.sqrt((centred[0] ** 2).sum() * (centred[1] ** 2).sum()))
    return float((centred[0] * centred[1]).sum() / length) if length else 0.0


def _ranks(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    _, codes, sizes = np.unique(values, return_inverse=True, return_counts=True)
    mean = np.cumsum(sizes) - (sizes - 1) / 2
    ranks: npt.NDArray[np.float64] = mean[codes]
    return ranks


def _facts(entity: str, feature: Feature, *, correlation: float | None) -> ColumnFacts:
    told = feature.to_json()
    return ColumnFacts(
        entity=entity,
        name=feature.name,
        type=feature.column.type,
        missing=told["missingShare"],
        distinct=told["distinct"],
        leaking=feature.column.leaking,
        selected=feature.selected,
        why=feature.why,
        telling_name=is_telling(feature.name),
        correlation=correlation,
    )


def _correlation(feature: Feature, counts: npt.NDArray[np.int64]) -> float | None:
    if feature.column.type not in ("number", "money"):
        return None
    there = feature.values.is_valid().to_numpy(zero_copy_only=False)
    if there.sum() < LEAST_VALUES:
        return None
    values = feature.values.drop_null().to_numpy(zero_copy_only=False)
    return rank_correlation(values, counts[there].astype(np.float64))
