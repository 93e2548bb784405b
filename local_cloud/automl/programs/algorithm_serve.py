"""The program in a candidate's algorithm archive: features in, a prediction a row out as CSV."""

import csv
import io
import os
from pathlib import Path
from typing import Any

import numpy as np

from local_cloud.automl.runtime.predictors import Predictor, load

FEATURES = "application/x-npy"


def model_fn(folder: str) -> Predictor:
    return load(Path(folder))


def input_fn(body: Any, content_type: str) -> Any:
    if content_type != FEATURES:
        raise ValueError(f"The content type {content_type} is not supported; the feature container comes first")
    return np.load(io.BytesIO(body), allow_pickle=False)


def predict_fn(features: Any, model: Predictor) -> Any:
    return model.predict(features)


def output_fn(predicted: Any, accept: str) -> tuple[str, str]:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows(([repr(value)] for value in predicted.tolist()) if predicted.ndim == 1 else _classes(predicted))
    return out.getvalue(), "text/csv"


def _classes(predicted: Any) -> list[list[str]]:
    keys = [key.strip() for key in os.environ.get("SAGEMAKER_INFERENCE_OUTPUT", "predicted_label").split(",")]
    rows = []
    for probabilities in predicted.tolist():
        best = probabilities.index(max(probabilities))
        # Of two classes AWS tells the probability of the second, of more that of the predicted one.
        shown = probabilities[1] if len(probabilities) == 2 else probabilities[best]
        told = {"predicted_label": str(best), "probability": str(shown), "probabilities": str(probabilities)}
        rows.append([told[key] for key in keys])
    return rows
