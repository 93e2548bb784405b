"""A claim's finding, and the run that it is examined on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bakeoff.judging.evidence import Evidence

Verdict = Literal["holds", "does not hold", "cannot be told"]

HOLDS: Verdict = "holds"
DOES_NOT_HOLD: Verdict = "does not hold"
CANNOT_BE_TOLD: Verdict = "cannot be told"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What became of a claim.

    Args:
        claim: what the article said.
        test: what is compared, with its margin.
        finding: full sentences with the figures, or what is missing.
        verdict: of the contestants, or of the twins that stood in for them.
        n: what the figures are over: users, or trainings; None without a figure.
        twins: contestants of the test that were local twins; the verdict is about the twins, not the service.
    """

    claim: str
    test: str
    finding: str
    verdict: Verdict
    n: int | None = None
    twins: Sequence[str] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "claim": self.claim,
            "test": self.test,
            "finding": self.finding,
            "verdict": self.verdict,
            "n": self.n,
            "twins": list(self.twins),
        }


@dataclass(frozen=True, kw_only=True)
class Question:
    """A claim and its test, before anything is known."""

    claim: str
    test: str


class Run:
    """What is known of a run's contestants.

    Args:
        report: report.json so far, with ``measuredOn``.
        metrics: metrics.json; empty where nothing was evaluated.
    """

    def __init__(self, report: Mapping[str, Any], metrics: Mapping[str, Any]) -> None:
        self.contestants: dict[str, Mapping[str, Any]] = {one["name"]: one for one in report["contestants"]}
        self.measured_on: str = report["measuredOn"]["words"]
        self.evidence = Evidence(metrics)
        measured = set(self.evidence.names)
        # Sound figures of a contestant that failed later, when it was staged, are figures still.
        self.names = [name for name in self.contestants if name in measured]

    def answer(
        self, question: Question, names: Sequence[str], verdict: Verdict, finding: str, *, n: int | None
    ) -> Finding:
        """The finding on `question`; where a local twin is among `names` it says so."""
        twins = [name for name in names if self.contestants[name].get("twin")]
        said = f" A local twin stood in for {', '.join(twins)}: this is of the twin, not of the service."
        return Finding(
            claim=question.claim,
            test=question.test,
            finding=finding + (said if twins else ""),
            verdict=verdict,
            n=n,
            twins=twins,
        )

    def unknown(self, question: Question, finding: str) -> Finding:
        """Nothing can be told, for the reason given."""
        return Finding(claim=question.claim, test=question.test, finding=finding, verdict=CANNOT_BE_TOLD)

    def missing(self, *names: str) -> str:
        """Sentences that name who has no figures; empty where all have some."""
        absent = [name for name in names if name not in self.contestants]
        without = [name for name in names if name in self.contestants and name not in self.names]
        said = [f"{listed(absent)} {'is' if len(absent) == 1 else 'are'} not in the run."] if absent else []
        said += (
            [f"{listed(without)} {'has' if len(without) == 1 else 'have'} no figures in this run."] if without else []
        )
        return " ".join(said)


def listed(names: Sequence[str]) -> str:
    """Names in a sentence: "a, b and c"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
