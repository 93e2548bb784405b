"""The criteria: what each is called, what is graded, and which are judged. Weights and thresholds are settings."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """One line of the school report.

    Args:
        name: as in config/grades.toml.
        title: what a person reads.
        says: what is graded, with the unit of the thresholds.
        judged: declared instead of measured.
    """

    name: str
    title: str
    says: str
    judged: bool = False


CRITERIA = (
    Criterion(
        name="accuracy",
        title="Accuracy",
        says="ndcg@10 as a share of the way from the floor to the best contestant of the run; who cannot be told apart "
        "from a better one shares its grade",
    ),
    Criterion(
        name="personalization",
        title="Personalization",
        says="personalization@10: how different the lists of two users are, 0 to 1",
    ),
    Criterion(
        name="novelty_diversity",
        title="Novelty and diversity",
        says="mean of three shares: how much less popular than the floor's the items are, diversity by genre inside "
        "a list, coverage of what the lists could cover",
    ),
    Criterion(
        name="data_preparation_effort",
        title="Data preparation effort",
        says="a person's judgement: what has to be done to the data, and kept up",
        judged=True,
    ),
    Criterion(
        name="development_effort",
        title="Development effort",
        says="a person's judgement: what has to be written, and kept up",
        judged=True,
    ),
    Criterion(name="training_time", title="Training time", says="seconds of one training"),
    Criterion(name="latency", title="Latency", says="95th percentile of the answers, in milliseconds"),
    Criterion(
        name="running_cost",
        title="Running cost",
        says="dollars a month at the stated traffic, served as deployed",
    ),
    Criterion(
        name="control",
        title="Control",
        says="a person's judgement: what can be looked into and changed",
        judged=True,
    ),
)
