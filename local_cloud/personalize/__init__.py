"""Amazon Personalize for the laptop: its control plane, its runtime and its events, behind one class.

What is played, how closely, and what is refused stands in docs/local_cloud.md.
"""

from local_cloud.personalize.batch_inference import BatchInferenceOperations
from local_cloud.personalize.campaigns import CampaignOperations
from local_cloud.personalize.catalogue import CatalogueOperations
from local_cloud.personalize.datasets import DatasetOperations
from local_cloud.personalize.events import EventOperations
from local_cloud.personalize.filters import FilterOperations
from local_cloud.personalize.imports import ImportOperations
from local_cloud.personalize.kinds import BATCH_JOB, DATASET, IMPORT_JOB, SOLUTION, SOLUTION_VERSION
from local_cloud.personalize.schemas import SchemaOperations
from local_cloud.personalize.solutions import SolutionOperations
from local_cloud.personalize.tags import TagOperations
from local_cloud.service import Place
from local_cloud.storage import Storage

__all__ = ["Personalize"]


class Personalize(
    SchemaOperations,
    DatasetOperations,
    ImportOperations,
    CatalogueOperations,
    SolutionOperations,
    CampaignOperations,
    BatchInferenceOperations,
    EventOperations,
    FilterOperations,
    TagOperations,
):
    """Amazon Personalize. Made with `place` alone it reads and writes S3 at the place's endpoint."""

    def __init__(self, place: Place, *, storage: Storage | None = None) -> None:
        super().__init__(place, storage=storage)
        self.jobs = {
            IMPORT_JOB.name: self.import_rows,
            SOLUTION_VERSION.name: self.train,
            BATCH_JOB.name: self.infer,
        }
        self.removals = {
            DATASET.name: self.remove_dataset,
            SOLUTION.name: self.remove_solution,
            SOLUTION_VERSION.name: self.remove_version,
        }
