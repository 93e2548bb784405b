"""Item documents as vectors: every field's TF-IDF, weighted and laid side by side, or the sum of their embeddings.

Source: Salton and Buckley, "Term-weighting approaches in automatic text retrieval", 1988. scikit-learn and SciPy are
imported inside the functions: what serves needs SciPy only.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from bakeoff.data.documents import Document
from bakeoff.errors import ModelError
from bakeoff.recommenders.base.embedding import embed
from bakeoff.recommenders.base.item_vectors import ItemVectors, unit_rows

# Of a vector's length: float32 has seven digits, and sums lose one or two.
_ROUNDING = 1e-4


def _tokens(names: Iterable[str]) -> list[str]:
    """Each name as one token, so that two films share a person and not a first name."""
    return ["_".join(name.lower().split()) for name in names]


def _years(document: Document) -> list[str]:
    """The years around the release: films of near years share most of them."""
    return [] if document.year is None else [str(document.year + distance) for distance in range(-2, 3)]


FIELDS: dict[str, Callable[[Document], Any]] = {
    "plot": lambda document: document.plot,
    "title": lambda document: document.title,
    "genres": lambda document: _tokens(document.genres),
    "year": _years,
    "directors": lambda document: _tokens(document.directors),
    "actors": lambda document: _tokens(document.actors),
    "writers": lambda document: _tokens(document.writers),
}


def vectorise(documents: Sequence[Document], *, field_weights: Mapping[str, float], min_documents: int) -> ItemVectors:
    """The item vectors: TF-IDF per field, each scaled to its weight, side by side.

    Args:
        documents: one per item, in column order.
        field_weights: by name of a field of `FIELDS`, its share in the squared length of a vector.
        min_documents: terms in fewer documents are left out.

    Raises:
        ModelError: no term is left.
    """
    from scipy.sparse import csr_array, hstack

    parts = []
    for name, weight in field_weights.items():
        content = [FIELDS[name](document) for document in documents]
        part = tfidf(content, min_documents=min_documents, **_options(content))
        if part is not None:
            parts.append(part * np.float32(np.sqrt(weight)))
    if not parts:
        used = ", ".join(field_weights)
        raise ModelError(f"No term of {used} occurs in {min_documents} documents; give items with text.")
    return ItemVectors.of(csr_array(hstack(parts, format="csr", dtype=np.float32)))


def embed_fields(documents: Sequence[Document], *, field_weights: Mapping[str, float]) -> ItemVectors:
    """The item vectors: the sum of the fields' embeddings, each less its mean over the items, scaled to its weight.

    Less the mean, because embeddings of short texts share a direction that says that they are text.

    Args:
        documents: one per item, in column order.
        field_weights: by name of a field of `FIELDS`, its share in the squared length of a vector, as far as fields
            are unlike each other.

    Raises:
        ModelError: no item has a text, or the embedding's package is not there.
    """
    vectors: Any = 0
    for name, weight in field_weights.items():
        embedded = embed([_as_text(FIELDS[name](document)) for document in documents])
        written = embedded.any(axis=1, keepdims=True)
        if written.any():
            centred = np.where(written, embedded - embedded.mean(axis=0, where=written), 0)
            # Of a text that all items have, rounding is left, which is no direction.
            centred[np.linalg.norm(centred, axis=1) < _ROUNDING * np.linalg.norm(embedded, axis=1)] = 0
            vectors = vectors + np.float32(np.sqrt(weight)) * unit_rows(centred)
    if not np.any(vectors):
        raise ModelError(
            f"No item has a text in {', '.join(field_weights)}, or all have the same; give items with text."
        )
    return ItemVectors.of(vectors)


def _as_text(content: str | list[str]) -> str:
    return content if isinstance(content, str) else ", ".join(content).replace("_", " ")


def _options(content: Sequence[Any]) -> dict[str, Any]:
    """How a field is taken apart: text into words, names are the terms that they are."""
    if content and isinstance(content[0], str):
        return {"stop_words": "english", "sublinear_tf": True}
    return {"analyzer": _unchanged, "lowercase": False}


# What scikit-learn says of a field that is empty, has no term left, or has fewer items than a term must occur in.
_NO_TERM = ("empty vocabulary", "no terms remain", "max_df corresponds to < documents than min_df")


def tfidf(content: Sequence[Any], *, min_documents: int, **options: Any) -> Any | None:
    """TF-IDF rows of length 1, scipy.sparse, float32; None where no term occurs in enough documents.

    Args:
        content: one entry per item: a text, or what the analyzer of the options takes.
        min_documents: terms in fewer documents are left out.
        options: scikit-learn's, of its TfidfVectorizer.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(min_df=min_documents, dtype=np.float32, **options)
    try:
        return vectorizer.fit_transform(content)
    except ValueError as error:
        if any(said in str(error) for said in _NO_TERM):
            return None
        raise


def _unchanged(tokens: list[str]) -> list[str]:
    return tokens
