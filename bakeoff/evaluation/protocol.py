"""The protocol: everything that a number depends on beside the recommender; it heads every result."""

from dataclasses import dataclass
from typing import Any

from bakeoff.data.prepared import Prepared
from bakeoff.evaluation.field import OF_CATALOGUE, OF_POPULARITY, OF_SAMPLE, TESTED, PairedTests
from bakeoff.evaluation.slices import Slice
from bakeoff.evaluation.statistics.bootstrap import Bootstrap
from bakeoff.evaluation.target import SAMPLED_USERS, SEED

CANDIDATES = "items with at least one train or validation interaction"
SEEN = "all items that are known of a user before the test; dropped from every list"
RELEVANT = "liked test items that are candidates"


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """How contestants are compared.

    Args:
        dataset: the data's name.
        strategy: how the interactions were split.
        parameters: the split's settings, its seed included.
        split: the split's hash.
        liked_threshold: values at or above it are liked.
        users: how many users are tested.
        candidates: how many items may be recommended.
        bootstrap: how intervals are drawn.
        tests: how contestants are tested against each other.
        slices: of users and items.
    """

    dataset: str
    strategy: str
    parameters: dict[str, Any]
    split: str
    liked_threshold: float
    users: int
    candidates: int
    bootstrap: Bootstrap
    tests: PairedTests
    slices: list[Slice]

    @classmethod
    def of(cls, prepared: Prepared, *, bootstrap: Bootstrap, tests: PairedTests, slices: list[Slice]) -> "Protocol":
        """The protocol under which lists for the prepared data are compared."""
        split = prepared.manifest["split"]
        return cls(
            dataset=prepared.manifest["dataset"],
            strategy=split["strategy"],
            parameters=split["parameters"],
            split=split["hash"],
            liked_threshold=prepared.liked_threshold,
            users=len(prepared.test_users),
            candidates=int(prepared.candidates.sum()),
            bootstrap=bootstrap,
            tests=tests,
            slices=slices,
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "dataset": self.dataset,
            "split": {"strategy": self.strategy, "hash": self.split, "parameters": self.parameters},
            "liked": f"value >= {self.liked_threshold:g}",
            "relevant": RELEVANT,
            "seen": SEEN,
            "candidates": {"rule": CANDIDATES, "count": self.candidates},
            "users": self.users,
            "metrics": {
                "ofAllUsers": [*TESTED, *OF_POPULARITY, *OF_CATALOGUE],
                "ofSampledUsers": list(OF_SAMPLE),
                "sampledUsers": min(self.users, SAMPLED_USERS),
                "sampleSeed": SEED,
            },
            "intervals": {
                "method": "bootstrap over users",
                "confidence": self.bootstrap.confidence,
                "resamples": self.bootstrap.resamples,
                "seed": self.bootstrap.seed,
            },
            "tests": {**self.tests.to_json(), "metrics": list(TESTED)},
            "slices": [
                {"of": one.of, "slice": one.name, "rule": one.rule, "metric": one.metric} for one in self.slices
            ],
        }

    def __str__(self) -> str:
        settings = ", ".join(f"{name} {value}" for name, value in self.parameters.items())
        return "\n".join(
            [
                f"data        {self.dataset}: {self.users} test users, {self.candidates} candidates ({CANDIDATES})",
                f"split       {self.strategy} ({settings}), {self.split}",
                f"relevant    {RELEVANT}; liked: value >= {self.liked_threshold:g}",
                f"seen        {SEEN}",
                f"intervals   bootstrap over users, {self.bootstrap.confidence:.0%}, {self.bootstrap.resamples} "
                f"resamples, seed {self.bootstrap.seed}",
                f"tests       {self.tests.to_json()['method']}, {self.tests.permutations} sign flips, seed "
                f"{self.tests.seed}",
            ]
        )
