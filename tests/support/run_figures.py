"""A run's figures made by hand: report.json and metrics.json of whatever contestants a test needs."""

from typing import Any

N = 500
WORDS = "AWS, eu-west-1"


def figure(value: float, *, half: float = 0.01, n: int = N) -> dict[str, Any]:
    """An estimate whose interval reaches `half` to both sides."""
    return {"value": value, "low": value - half, "high": value + half, "n": n}


class RunFigures:
    """A run to be filled; `report` and `metrics` are what it comes to."""

    def __init__(self) -> None:
        self.report: dict[str, Any] = {"measuredOn": {"laptop": False, "words": WORDS}, "contestants": []}
        self.metrics: dict[str, Any] = {
            "format": 2,
            "runId": "r1",
            "protocol": {
                "dataset": "small",
                "split": {"strategy": "per_user_last_fraction", "hash": "5p1it", "parameters": {}},
                "liked": "value >= 4.0",
                "relevant": "liked test items",
                "seen": "train and validation",
                "candidates": {"rule": "with an interaction", "count": 1000},
                "users": N,
                "metrics": [],
                "intervals": {},
                "tests": {},
                "slices": [],
            },
            "contestants": {},
            "comparisons": [],
            "groups": {},
            "agreement": [],
            "incumbent": None,
        }

    def enter(
        self,
        name: str,
        figures: dict[str, dict[str, Any]] | None = None,
        *,
        problems: tuple[str, ...] = (),
        **changes: Any,
    ) -> None:
        """A contestant with `figures` by metric; `changes` go into its place in report.json."""
        health = {"healthy": not problems, "problems": list(problems), "notes": []}
        entry = {
            "name": name,
            "title": name,
            "status": "ok",
            "kind": "personalize" if name.startswith("personalize-") else "sagemaker",
            "twin": False,
            "health": health,
            "trainingSeconds": None,
            "latency": None,
            "costs": None,
        }
        self.report["contestants"].append({**entry, **changes})
        self.metrics["contestants"][name] = {
            "twin": changes.get("twin", False),
            "learnsFrom": "liked",
            "health": health,
            "metrics": figures or {},
            "slices": [],
            "popularityCurve": [],
            "blend": None,
        }

    def compare(
        self,
        a: str,
        b: str,
        *,
        ratio: tuple[float, float, float] | None = None,
        different: bool,
        difference: float = 0.02,
    ) -> None:
        """A comparison on ndcg@10, of which `a` has the larger value; `ratio` is value, low and high of a / b."""
        value, low, high = ratio or (0, 0, 0)
        self.metrics["comparisons"].append(
            {
                "metric": "ndcg@10",
                "a": a,
                "b": b,
                "difference": figure(difference, half=0.005 if different else difference + 0.005),
                "ratio": {"value": value, "low": low, "high": high, "n": N} if ratio else None,
                "p": 0.0001 if different else 0.4,
                "pHolm": 0.0006 if different else 1.0,
                "different": different,
                "smallest": 0.0123,
            }
        )

    def agree(self, a: str, b: str, value: float, *, half: float = 0.02) -> None:
        """How far the lists of two contestants agree."""
        self.metrics["agreement"].append({"a": a, "b": b, "rbo": figure(value, half=half)})


def costs(usd: float | None, *, requests: int = 1_000_000, **changes: Any) -> dict[str, Any]:
    """A contestant's costs as far as they are graded: those of one level of traffic, as deployed."""
    cost = {"usd": usd, "estimate": False, "missing": [], "parts": [], **changes}
    return {"traffic": [{"requestsPerMonth": requests, "asDeployed": cost}]}
