"""A run's report, evaluation and curves, small and complete, for the tests of the page."""

import copy
import io
import json
import tarfile
from pathlib import Path
from typing import Any

NAMES = ("ease", "content", "personalize-popularity-count")
LEVELS = (10_000, 100_000, 1_000_000, 10_000_000)


PROTOCOL: dict[str, Any] = {
    "dataset": "small",
    "split": {"strategy": "per_user_last_fraction", "hash": "5" * 64, "parameters": {"seed": 42}},
    "liked": "value >= 4",
    "relevant": "liked test items",
    "seen": "train and validation",
    "candidates": {"rule": "with an interaction", "count": 1000},
    "users": 900,
    "metrics": {"ofAllUsers": ["ndcg@10", "recall@10"]},
    "intervals": {"method": "bootstrap over users", "resamples": 1000},
    "tests": {"permutations": 10_000, "alpha": 0.05},
    "slices": [{"of": "users", "slice": "cold", "rule": "Few.", "metric": "ndcg@10"}],
}


def estimate(value: float, *, n: int = 900) -> dict[str, Any]:
    return {"value": value, "low": value * 0.9, "high": value * 1.1, "n": n}


def cost(usd: float | None, *, missing: tuple[str, ...] = ()) -> dict[str, Any]:
    part = {"what": "training", "key": "a", "quantity": 0.5, "unit": "hour", "price": 0.23, "usd": usd}
    return {
        "usd": usd,
        "estimate": usd is not None,
        "measuredOnLaptop": False,
        "missing": list(missing),
        "parts": [{**part, "verified": False}],
    }


def metrics(scale: float) -> dict[str, Any]:
    names = ("ndcg@10", "recall@10", "ndcg@100", "coverage@10", "gini@10", "ild@10", "same_director@10", "rmse")
    return {name: estimate(round(scale * (place + 1) / 20, 4)) for place, name in enumerate(names)}


def contestant(name: str, *, scale: float) -> dict[str, Any]:
    twin = name.startswith("personalize")
    costs = None
    if not twin:
        traffic = [
            {
                "requestsPerMonth": level,
                "provisioned": cost(90.0),
                "serverless": cost(level * 2e-5),
                "batch": cost(None, missing=("batch.price",)),
                "asDeployed": cost(level * 2e-5 * (1 + scale)),
            }
            for level in LEVELS
        ]
        costs = {
            "training": cost(0.12),
            "lists": cost(0.05),
            "idleMonth": cost(0.0),
            "per1000": cost(0.02),
            "perUsefulRecommendation": cost(None, missing=("requests",)),
            "traffic": traffic,
            "breakEven": [{"between": ["serverless", "provisioned"], "requestsPerMonth": 4_500_000, "says": "Above."}],
        }
    return {
        "name": name,
        "title": f"Title of {name}",
        "status": "ok",
        "reason": None,
        "split": "5" * 64,
        "lists": f"{name}/f1ng3r",
        "answers": ["recommend"],
        "backend": {"type": "personalize-campaign" if twin else "sagemaker-endpoint", "name": name},
        "twin": twin,
        "learnsFrom": "liked",
        "reactsToEvents": not twin,
        "needsHistory": not twin,
        "longestList": 500,
        "modelVersion": f"job-{name}",
        "trainingSeconds": 31,
        "billableSeconds": 31,
        "listsSeconds": 12,
        "artefactBytes": 11_600_000,
        "kind": "personalize" if twin else "sagemaker",
        "recipe": "aws-popularity-count" if twin else None,
        "recommender": None if twin else name,
        "validation": None if twin else {"ndcg@10": estimate(0.12)},
        "metrics": metrics(scale),
        "health": {"healthy": True, "problems": [], "notes": [f"A note on {name}."]},
        "latency": {
            "name": name,
            "p50": 11,
            "p95": 17,
            "p99": 25,
            "mean": 12.5,
            "n": 40,
            "errors": {},
            "concurrency": 1,
            "requestsPerSecond": 80.0,
        },
        "costs": costs,
        "grades": {
            "accuracy": {"grade": 1 if scale > 0.9 else 4, "because": f"Because of {name}.", "judged": False},
            "effort": {"grade": 3, "because": "A judgement.", "judged": True},
            "cost": {"grade": None if twin else 2, "because": "A price is missing.", "judged": False},
        },
    }


def report() -> dict[str, Any]:
    """A run of three contestants, the last a twin, that was promoted; format 2."""
    criteria = [
        {"name": "accuracy", "title": "Accuracy", "weight": 3, "judged": False, "thresholds": [0.9, 0.8], "says": "A."},
        {"name": "effort", "title": "Effort", "weight": 1, "judged": True, "thresholds": [], "says": "E."},
        {"name": "cost", "title": "Cost", "weight": 2, "judged": False, "thresholds": [1, 2], "says": "C."},
    ]
    other = {
        "strategy": "global_time",
        "split": "ab" * 32,
        "runId": "run-0",
        "users": 210,
        "metrics": {name: {"ndcg@10": estimate(0.1 + place / 50, n=210)} for place, name in enumerate(NAMES)},
        "here": list(NAMES),
        "there": list(reversed(NAMES)),
        "kendallTau": -1.0,
        "flips": [["ease", "content"]],
        "changes": True,
        "says": "By global_time the order changes.",
    }
    return {
        "format": 2,
        "runId": "run-1",
        "startedAt": "2026-11-27T08:15:00Z",
        "dataset": "small",
        "dataVersion": "v1",
        "split": "5" * 64,
        "evaluationKey": "evaluations/e1/",
        "promoted": True,
        "failed": False,
        "reason": "It is the first healthy run.",
        "default": "ease",
        "measuredOn": {"laptop": True, "words": "a laptop's local cloud"},
        "gate": {
            "promote": True,
            "reason": "The first healthy run passes.",
            "byPerson": False,
            "incumbent": {"runId": "run-0", "default": "als"},
            "checks": [{"name": "latency", "verdict": "passed", "says": "Within 17 ms."}],
        },
        "protocol": PROTOCOL,
        "contestants": [contestant(name, scale=1 - place / 4) for place, name in enumerate(NAMES)],
        "prices": {
            "region": "eu-west-1",
            "currency": "USD",
            "date": "2026-11-20",
            "verified": False,
            "rows": [
                {"key": "a", "unit": "hour", "price": 0.23, "source": "https://x", "date": "d", "verified": True},
                {"key": "b", "unit": "hour", "price": 0.1, "source": "from memory", "date": "d", "verified": False},
            ],
        },
        "grades": {
            "criteria": criteria,
            "overall": [
                {"name": name, "grade": 1.4 + i, "rank": i + 1, "counted": 3 - (i == 2), "of": 3, "missing": []}
                for i, name in enumerate(NAMES)
            ],
            "sensitivity": [
                {"criterion": "accuracy", "changes": False, "winnerChanges": False, "order": list(NAMES)},
                {"criterion": "cost", "changes": True, "winnerChanges": True, "order": ["content", "ease", NAMES[2]]},
            ],
        },
        "claims": [
            {
                "claim": "It is so.",
                "test": "A test.",
                "finding": "A finding.",
                "verdict": "cannot be told",
                "n": None,
                "twins": [],
            },
            {
                "claim": "Lists are long.",
                "test": "Their length.",
                "finding": "100.",
                "verdict": "holds",
                "n": 1900,
                "twins": [],
            },
        ],
        "otherSplits": [other],
    }


def evaluation() -> dict[str, Any]:
    """What the evaluation of that run found: the first two cannot be told apart."""
    slices = [
        {
            "of": "users",
            "slice": "cold",
            "rule": "Few.",
            "metric": "ndcg@10",
            "value": None,
            "low": None,
            "high": None,
            "n": 0,
        },
        {"of": "users", "slice": "light", "rule": "Some.", "metric": "ndcg@10", **estimate(0.2, n=300)},
        {"of": "items", "slice": "tail", "rule": "The rest.", "metric": "recall@10", **estimate(0.01, n=90)},
    ]
    one = {
        "slices": slices,
        "popularityCurve": [[0.0, 0.0], [0.1, 0.6], [1.0, 1.0]],
        "blend": None,
        "twin": False,
        "learnsFrom": "liked",
        "health": {"healthy": True, "problems": [], "notes": []},
    }
    pairs = [(a, b) for place, a in enumerate(NAMES) for b in NAMES[place + 1 :]]
    return {
        "format": 2,
        "runId": "run-1",
        "protocol": PROTOCOL,
        "contestants": {name: {**copy.deepcopy(one), "metrics": metrics(1 - i / 4)} for i, name in enumerate(NAMES)},
        "comparisons": [
            {
                "metric": metric,
                "a": a,
                "b": b,
                "difference": estimate(0.01),
                "ratio": estimate(1.2),
                "p": 0.0001,
                "pHolm": 0.03,
                "different": b == NAMES[2],
                "smallest": 0.0123,
            }
            for metric in ("ndcg@10", "recall@10")
            for a, b in pairs
        ],
        "groups": {"ndcg@10": [["ease", "content"], [NAMES[2]]]},
        "agreement": [{"a": a, "b": b, "rbo": estimate(0.4)} for a, b in pairs],
        "incumbent": {
            "runId": "run-0",
            "name": "als",
            "users": 800,
            "reason": None,
            "comparisons": [
                {
                    "contestant": "ease",
                    "metric": "ndcg@10",
                    "value": 0.2,
                    "incumbentValue": 0.19,
                    "difference": estimate(0.01),
                    "p": 0.04,
                    "coverageRatio": 1.1,
                }
            ],
        },
    }


CURVE = [
    {"epoch": 1, "tried": {}, "train_loss": 277.6, "metrics": {"ndcg@10": 0.07, "coverage@10": 0.1}},
    {"epoch": 2, "tried": {}, "train_loss": 190.1, "metrics": {"ndcg@10": 0.09, "coverage@10": 0.2}},
    {"epoch": None, "tried": {"reg": 100.0}, "train_loss": None, "metrics": {"ndcg@10": 0.08, "coverage@10": 0.3}},
]
MODEL = {
    "contestant": "ease",
    "settings": {"reg": [100.0, 200.0]},
    "chosen": {"reg": 100.0},
    "seed": 42,
    "libraries": {"numpy": "2.4.6"},
}


def write_run(
    folder: Path,
    *,
    told: dict[str, Any] | None = None,
    evaluated: dict[str, Any] | None = None,
    curves: bool = True,
) -> Path:
    """Write the folders that a page is made from: report, evaluation, curves; without `evaluated` there is none."""
    for name in ("report", "evaluation", "curves"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "report" / "report.json").write_text(json.dumps(told or report()), encoding="utf-8")
    if evaluated is not None:
        (folder / "evaluation" / "metrics.json").write_text(json.dumps(evaluated), encoding="utf-8")
    if curves:
        write_archive(
            folder / "curves" / "models" / "job-ease" / "output" / "output.tar.gz",
            {"curve.json": CURVE, "model.json": MODEL},
        )
    return folder


def write_archive(path: Path, files: dict[str, Any]) -> None:
    """What a training job left beside its model."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            data = json.dumps(content).encode()
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
