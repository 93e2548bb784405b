"""Reads a training job's metrics from the lines that it prints, by the regular expressions of its definitions."""

import re
from typing import Any

from local_cloud.errors import ServiceError
from local_cloud.sagemaker.base import now


class MetricReader:
    """Keeps the last value of each metric; a value is the first group of its expression.

    Args:
        definitions: ``MetricDefinitions`` of the request, ``{"Name", "Regex"}`` each.

    Raises:
        ServiceError: ``ValidationException`` where an expression cannot be read.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/define-train-metrics.html
    """

    def __init__(self, definitions: list[dict[str, str]]) -> None:
        self._patterns = {row["Name"]: _compiled(row["Regex"]) for row in definitions}
        self._last: dict[str, tuple[float, float]] = {}

    def read(self, line: str) -> None:
        for name, pattern in self._patterns.items():
            for found in pattern.finditer(line):
                value = _number(found[1] if pattern.groups else found[0])
                if value is not None:
                    self._last[name] = (value, now())

    def final(self) -> list[dict[str, Any]]:
        """``FinalMetricDataList``."""
        return [{"MetricName": name, "Value": value, "Timestamp": at} for name, (value, at) in self._last.items()]


def _compiled(regex: str) -> re.Pattern[str]:
    try:
        return re.compile(regex)
    except re.error as error:
        raise ServiceError("ValidationException", f"The metric regex '{regex}' is not valid: {error}") from error


def _number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None
