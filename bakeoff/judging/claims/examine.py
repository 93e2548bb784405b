"""All claims, in the order in which the article's systems stand."""

from collections.abc import Mapping
from typing import Any

from bakeoff.judging.claims.better import basic_claims, metadata_claims, self_coded_claim
from bakeoff.judging.claims.directors import director_claims
from bakeoff.judging.claims.effort import personalize_claims, training_claims
from bakeoff.judging.claims.finding import Run
from bakeoff.judging.claims.popular import autoencoder_claims, popularity_claims
from bakeoff.judging.claims.same import autopilot_claims


def examine_claims(report: Mapping[str, Any], metrics: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Examine what the article said on a run's data.

    Args:
        report: report.json so far: ``measuredOn``, and ``contestants`` with ``name``, ``kind``, ``twin`` and
            ``trainingSeconds``.
        metrics: metrics.json; empty where nothing was evaluated.

    Returns:
        report.json's ``claims``: ``claim``, ``test``, ``finding``, ``verdict`` (``holds``, ``does not hold``,
        ``cannot be told``), ``n`` and ``twins``, the contestants whose local twin the verdict is about.
    """
    run = Run(report, metrics)
    findings = [
        *metadata_claims(run),
        *training_claims(run),
        *popularity_claims(run),
        *personalize_claims(run),
        *autopilot_claims(run),
        *autoencoder_claims(run),
        *director_claims(run),
        *basic_claims(run),
        self_coded_claim(run),
    ]
    return [finding.to_json() for finding in findings]
