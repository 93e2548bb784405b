"""The kinds of resources that Amazon Personalize keeps, and how its requests and answers name them."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of resource.

    Args:
        name: the word in its ARN; also the key of its records.
        member: what Describe answers it under; with ``Arn`` behind it, what requests call its ARN.
        listed: what List answers it under.
        summary: the model's shape of one row of List.
        words: what a message calls it.
    """

    name: str
    member: str
    listed: str
    summary: str
    words: str

    @property
    def arn_member(self) -> str:
        return f"{self.member}Arn"


SCHEMA = Kind(name="schema", member="schema", listed="schemas", summary="DatasetSchemaSummary", words="schema")
DATASET_GROUP = Kind(
    name="dataset-group",
    member="datasetGroup",
    listed="datasetGroups",
    summary="DatasetGroupSummary",
    words="dataset group",
)
DATASET = Kind(name="dataset", member="dataset", listed="datasets", summary="DatasetSummary", words="dataset")
IMPORT_JOB = Kind(
    name="dataset-import-job",
    member="datasetImportJob",
    listed="datasetImportJobs",
    summary="DatasetImportJobSummary",
    words="dataset import job",
)
SOLUTION = Kind(name="solution", member="solution", listed="solutions", summary="SolutionSummary", words="solution")
SOLUTION_VERSION = Kind(
    name="solution-version",
    member="solutionVersion",
    listed="solutionVersions",
    summary="SolutionVersionSummary",
    words="solution version",
)
CAMPAIGN = Kind(name="campaign", member="campaign", listed="campaigns", summary="CampaignSummary", words="campaign")
BATCH_JOB = Kind(
    name="batch-inference-job",
    member="batchInferenceJob",
    listed="batchInferenceJobs",
    summary="BatchInferenceJobSummary",
    words="batch inference job",
)
EVENT_TRACKER = Kind(
    name="event-tracker",
    member="eventTracker",
    listed="eventTrackers",
    summary="EventTrackerSummary",
    words="event tracker",
)
FILTER = Kind(name="filter", member="filter", listed="Filters", summary="FilterSummary", words="filter")

KINDS = (
    SCHEMA,
    DATASET_GROUP,
    DATASET,
    IMPORT_JOB,
    SOLUTION,
    SOLUTION_VERSION,
    CAMPAIGN,
    BATCH_JOB,
    EVENT_TRACKER,
    FILTER,
)
