"""Sentences as vectors: the mean of their words' vectors, from the weights that lie in the package wordllama.

The package's own loader would fetch its tokenizer from the network; both files are in the package.
Source of the model: https://pypi.org/project/wordllama (MIT license).
"""

from collections.abc import Sequence
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

WEIGHTS = "weights/l2_supercat_256.safetensors"
TOKENIZER = "tokenizers/l2_supercat_tokenizer_config.json"
LONGEST = 512  # tokens; of a longer text the beginning counts


def embed(texts: Sequence[str]) -> NDArray[np.float32]:
    """Vectors of length 1, shape (len(texts), 256); a text without a known word becomes zeros."""
    from safetensors.numpy import load
    from tokenizers import Tokenizer

    package = files("wordllama")
    [weights] = load(package.joinpath(WEIGHTS).read_bytes()).values()
    tokenizer = Tokenizer.from_str(package.joinpath(TOKENIZER).read_text(encoding="utf-8"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(LONGEST)
    vectors = np.zeros((len(texts), weights.shape[1]), np.float32)
    for row, encoded in enumerate(tokenizer.encode_batch(list(texts), add_special_tokens=False)):
        if encoded.ids:
            vectors[row] = weights[encoded.ids].astype(np.float32).mean(axis=0)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    np.divide(vectors, lengths, out=vectors, where=lengths > 0)
    return vectors
