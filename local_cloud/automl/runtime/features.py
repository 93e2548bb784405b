"""Turns typed columns into the numbers that algorithms train on: missing values, rare categories and free text alike.

A fitted transformation is plain JSON and arrays; nothing of it is pickled.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from .columns import Numbers, as_numbers, as_seconds, as_texts, column_of

Matrix = npt.NDArray[np.float32]
# Categories that are rarer share one column; a categorical column with more of them is read as text too.
MOST_ONE_HOT = 30
LEAST_OF_A_CATEGORY = 10
HASHED_WORDS = 1 << 13
SECONDS_A_YEAR = 365.2425 * 86_400
# Counts are spread over orders of magnitude; from this skewness on their logarithm is taken.
SKEWED = 2.0


class Features:
    """A fitted transformation.

    Args:
        columns: by name, in the order of the rows that are answered, the kind and what was fitted of it.
        arrays: the text columns' arrays, named ``<position>.<what>``.
    """

    def __init__(self, columns: Mapping[str, dict[str, Any]], arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        self.columns = dict(columns)
        self.arrays = dict(arrays)

    @classmethod
    def fit(cls, table: pa.Table, kinds: Mapping[str, str], *, text_size: int, seed: int) -> "Features":
        """Learn from the training rows what to do with each column.

        Args:
            table: has the columns.
            kinds: by column ``numeric``, ``categorical``, ``text`` or ``datetime``, in the order of the rows.
            text_size: numbers that a text becomes; 0 leaves texts out.
            seed: of the decomposition.
        """
        columns: dict[str, dict[str, Any]] = {}
        arrays: dict[str, npt.NDArray[Any]] = {}
        for position, (name, kind) in enumerate(kinds.items()):
            column = column_of(table, name)
            if kind == "numeric":
                columns[name] = {"kind": kind, **_fit_numbers(as_numbers(column))}
            elif kind == "datetime":
                columns[name] = {"kind": kind, **_fit_numbers(as_seconds(column) / SECONDS_A_YEAR)}
            else:
                texts = as_texts(column)
                kept, rest = _categories(texts) if kind == "categorical" else ([], True)
                columns[name] = {"kind": kind, "categories": kept, "words": 0}
                if rest and text_size:
                    fitted = _fit_words(sorted(set(texts) - {""}), size=text_size, seed=seed)
                    columns[name]["words"] = len(fitted["components"])
                    arrays |= {f"{position}.{what}": array for what, array in fitted.items()}
        return cls(columns, arrays)

    def transform(self, table: pa.Table) -> Matrix:
        """Shape (rows, numbers), without missing values."""
        blocks = []
        for position, (name, fitted) in enumerate(self.columns.items()):
            column = column_of(table, name)
            if fitted["kind"] == "numeric":
                blocks += _numbers(as_numbers(column), fitted)
            elif fitted["kind"] == "datetime":
                blocks += _numbers(as_seconds(column) / SECONDS_A_YEAR, fitted)
            else:
                blocks += self._texts(as_texts(column), fitted, position)
        return np.column_stack(blocks).astype(np.float32) if blocks else np.empty((len(table), 0), np.float32)

    def save(self, folder: Path) -> None:
        (folder / "features.json").write_text(json.dumps(self.columns), encoding="utf-8")
        np.savez(folder / "features.npz", allow_pickle=False, **self.arrays)

    @classmethod
    def load(cls, folder: Path) -> "Features":
        columns = json.loads((folder / "features.json").read_text(encoding="utf-8"))
        with np.load(folder / "features.npz", allow_pickle=False) as arrays:
            return cls(columns, dict(arrays))

    def _texts(self, texts: Sequence[str], fitted: Mapping[str, Any], position: int) -> list[npt.NDArray[Any]]:
        distinct = sorted(set(texts))
        row_of = {text: row for row, text in enumerate(distinct)}
        rows = np.array([row_of[text] for text in texts], np.int64)
        place = {category: number for number, category in enumerate(fitted["categories"])}
        one_hot = np.zeros((len(distinct), len(place) + 1 if place else 0), np.float32)
        for text, row in row_of.items() if place else ():
            if text:
                one_hot[row, place.get(text, len(place))] = 1.0
        blocks: list[npt.NDArray[Any]] = [one_hot[rows]] if place else []
        if fitted["words"]:
            components, idf = self.arrays[f"{position}.components"], self.arrays[f"{position}.idf"]
            blocks.append(np.asarray(_hashed(distinct).multiply(idf[None]).tocsr() @ components.T, np.float32)[rows])
        return blocks


def _fit_numbers(values: Numbers) -> dict[str, Any]:
    there = values[np.isfinite(values)]
    if not len(there):
        return {"logarithm": False, "median": 0.0, "mean": 0.0, "scale": 1.0, "missing": False}
    spread = there.std()
    skewness = float((((there - there.mean()) / spread) ** 3).mean()) if spread > 0 else 0.0
    logarithm = bool(skewness > SKEWED and there.min() >= 0)
    there = np.log1p(there) if logarithm else there
    return {
        "logarithm": logarithm,
        "median": float(np.median(there)),
        "mean": float(there.mean()),
        "scale": float(there.std()) or 1.0,
        "missing": bool(len(there) < len(values)),
    }


def _numbers(values: Numbers, fitted: Mapping[str, Any]) -> list[npt.NDArray[Any]]:
    """Standardised, the median where one is missing; beside it which were, where training rows lacked some."""
    missing = ~np.isfinite(values)
    known = np.where(missing, 0.0, values)
    known = np.log1p(np.maximum(known, 0.0)) if fitted["logarithm"] else known
    scaled = (np.where(missing, fitted["median"], known) - fitted["mean"]) / fitted["scale"]
    return [scaled, missing.astype(np.float32)] if fitted["missing"] else [scaled]


def _categories(texts: Sequence[str]) -> tuple[list[str], bool]:
    """The most frequent categories, and whether others are left."""
    counts = Counter(text for text in texts if text)
    frequent = [text for text in counts if counts[text] >= LEAST_OF_A_CATEGORY]
    kept = sorted(frequent, key=lambda text: (-counts[text], text))[:MOST_ONE_HOT]
    return kept, len(kept) < len(counts)


def _hashed(texts: Sequence[str]) -> Any:
    from sklearn.feature_extraction.text import HashingVectorizer

    return HashingVectorizer(n_features=HASHED_WORDS, alternate_sign=False, dtype=np.float32).transform(texts)


def _fit_words(texts: Sequence[str], *, size: int, seed: int) -> dict[str, npt.NDArray[Any]]:
    """Latent semantic analysis of the distinct texts: TF-IDF of hashed words, and its strongest directions."""
    from sklearn.decomposition import TruncatedSVD

    hashed = _hashed(texts) if texts else None
    if hashed is None or min(hashed.shape[0], hashed.getnnz()) <= size:
        return {"idf": np.zeros(HASHED_WORDS, np.float32), "components": np.zeros((0, HASHED_WORDS), np.float32)}
    frequency = np.asarray((hashed > 0).sum(axis=0)).ravel()
    idf = (np.log((1 + len(texts)) / (1 + frequency)) + 1).astype(np.float32)
    decomposition = TruncatedSVD(n_components=size, random_state=seed).fit(hashed.multiply(idf[None]).tocsr())
    return {"idf": idf, "components": decomposition.components_.astype(np.float32)}
