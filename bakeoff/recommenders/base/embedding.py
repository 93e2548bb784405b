"""Texts as vectors of a small language model that its package brings along: the mean of the tokens' vectors.

WordLlama (package `wordllama`, 16 MB of weights, 256 dimensions) holds the token vectors of large language models,
distilled for similarity of sentences; a text's vector needs a look-up and a mean, no GPU and no network. Its own loader
asks a server for the tokenizer that lies in the package, so both files are read here. Source:
https://github.com/dleemiller/WordLlama; Reimers and Gurevych, "Sentence-BERT", 2019 (mean pooling).
"""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bakeoff.errors import ModelError

PACKAGE = "wordllama"
WEIGHTS = "weights/l2_supercat_256.safetensors"
TENSOR = "embedding.weight"
TOKENIZER = "tokenizers/l2_supercat_tokenizer_config.json"
# Texts that are taken apart at once.
BATCH = 256


def embed(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """One vector a text, shape (len(texts), 256); 0 for an empty text.

    Raises:
        ModelError: the package is not installed, or not as it is expected.
    """
    tokenizer, weights = _load()
    vectors = np.zeros((len(texts), weights.shape[1]), np.float32)
    for start in range(0, len(texts), BATCH):
        encoded = tokenizer.encode_batch(list(texts[start : start + BATCH]), add_special_tokens=False)
        for place, tokens in enumerate(encoded, start):
            if tokens.ids:
                vectors[place] = weights[tokens.ids].mean(axis=0, dtype=np.float32)
    return vectors


def _load() -> tuple[Any, npt.NDArray[np.float16]]:
    """The tokenizer and the tokens' vectors, shape (tokens, 256), out of the package's folder; it is not imported."""
    found = find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise ModelError(f"The package {PACKAGE} is not installed; install it, or use the vectorizer tfidf.")
    folder = Path(found.origin).parent
    missing = [name for name in (WEIGHTS, TOKENIZER) if not (folder / name).is_file()]
    if missing:
        raise ModelError(
            f"The package {PACKAGE} lacks {' and '.join(missing)}; install the version of constraints.txt."
        )
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer, load_file(folder / WEIGHTS)[TENSOR]
