"""The program in a candidate's feature archive: raw rows to features, or class numbers back to labels.

``AUTOML_TRANSFORM_MODE`` says which, ``SAGEMAKER_INFERENCE_INPUT`` and ``SAGEMAKER_INFERENCE_OUTPUT`` what a
classification's rows hold, as with Autopilot's own containers. Features are handed on as one NumPy array.
"""

import csv
import io
import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from local_cloud.automl.runtime.columns import read_csv
from local_cloud.automl.runtime.features import Features

FEATURES = "application/x-npy"


def model_fn(folder: str) -> dict[str, Any]:
    labels = json.loads(Path(folder, "labels.json").read_text(encoding="utf-8"))
    return {"features": Features.load(Path(folder)), "labels": labels}


def input_fn(body: Any, content_type: str) -> str:
    if content_type.partition(";")[0] != "text/csv":
        raise ValueError(f"The content type {content_type} is not supported; send text/csv")
    return body if isinstance(body, str) else bytes(body).decode("utf-8")


def predict_fn(body: str, model: dict[str, Any]) -> Any:
    if os.environ.get("AUTOML_TRANSFORM_MODE") == "inverse-label-transform":
        return _labelled(body, model["labels"])
    names = list(model["features"].columns)
    return model["features"].transform(read_csv(body.encode(), names))


def output_fn(answer: Any, accept: str) -> tuple[bytes, str]:
    if isinstance(answer, str):
        return answer.encode(), "text/csv"
    buffer = io.BytesIO()
    np.save(buffer, answer, allow_pickle=False)
    return buffer.getvalue(), FEATURES


def _labelled(body: str, labels: list[str]) -> str:
    given, wanted = _keys("SAGEMAKER_INFERENCE_INPUT"), _keys("SAGEMAKER_INFERENCE_OUTPUT")
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in csv.reader(io.StringIO(body)):
        cells = dict(zip(given, row, strict=True))
        cells["labels"] = str(labels)
        if "predicted_label" in cells:
            cells["predicted_label"] = labels[int(cells["predicted_label"])]
        writer.writerow([cells[key] for key in wanted])
    return out.getvalue()


def _keys(variable: str) -> list[str]:
    return [key.strip() for key in os.environ.get(variable, "predicted_label").split(",")]
