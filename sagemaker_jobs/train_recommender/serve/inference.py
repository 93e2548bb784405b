"""Serves a trained recommender in the scikit-learn image's script mode: the four functions that its server calls.

The server imports this file from the model archive's ``code`` folder, where the library lies beside it. Contract:
sagemaker.readthedocs.io/en/stable/frameworks/sklearn/using_sklearn.html#sagemaker-scikit-learn-model-server
"""

from pathlib import Path
from typing import Any

from bakeoff.recommenders.base.answering import Request, answer, read_requests, write_answers
from bakeoff.recommenders.base.archive import Archive


def model_fn(model_dir: str) -> Archive:
    """Open the model archive; called once in each worker."""
    return Archive.load(Path(model_dir))


def input_fn(body: str | bytes, content_type: str) -> list[Request]:
    """The requests of one body: one for application/json, one a line for application/jsonlines.

    Raises:
        MalformedRequestError: says what is wrong and what to send instead.
    """
    return read_requests(body, content_type)


def predict_fn(requests: list[Request], archive: Archive) -> list[dict[str, Any]]:
    """All answers of one body, computed together."""
    return answer(archive, requests)


def output_fn(answers: list[dict[str, Any]], accept: str) -> tuple[str, str]:
    """The answer body and its content type, which the server puts into the header."""
    return write_answers(answers, accept)
