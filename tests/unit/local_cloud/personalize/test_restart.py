"""After a restart: what was done is there, what was under way begins again, what was going is gone."""

import json
import threading
from collections.abc import Iterator

import pytest

from local_cloud.personalize import Personalize
from local_cloud.personalize.lifecycle import Scheduler
from local_cloud.service import Place
from tests.unit.local_cloud.personalize.driver import Driver, csv_of, ratings


@pytest.fixture
def restarted(driver: Driver, place: Place) -> Iterator["Restart"]:
    restart = Restart(driver, place)
    yield restart
    if restart.second:
        restart.second.close()


class Restart:
    """Closes the first Personalize and starts a second from the snapshot that a file would hold."""

    def __init__(self, driver: Driver, place: Place) -> None:
        self.driver = driver
        self.place = place
        self.second: Personalize | None = None

    def __call__(self) -> Driver:
        self.driver.personalize.close()
        state = json.loads(json.dumps(self.driver.personalize.snapshot()))
        self.second = Personalize(self.place, storage=self.driver.storage)
        self.second.restore(state)
        return Driver(self.second, self.driver.storage)


def test_models_rows_and_events_survive(driver: Driver, restarted: Restart) -> None:
    group, version = driver.popular(ratings())
    campaign = driver.campaign(version)
    metrics = driver.call("GetSolutionMetrics", solutionVersionArn=version)
    after = restarted()
    assert after.items(campaign, numResults=3) == ["i000", "i001", "i002"]
    assert after.call("GetSolutionMetrics", solutionVersionArn=version) == metrics
    assert after.trained(after.solution(group, "again"))["status"] == "ACTIVE"


def test_import_under_way_runs_again_from_the_start(
    driver: Driver, restarted: Restart, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = driver.dataset(driver.group(), driver.schema())
    driver.storage.contents["s3://bucket/rows.csv"] = csv_of(ratings())
    reading = threading.Event()
    driver.storage.reading = reading.set
    hold, check = threading.Event(), Scheduler.check

    def held(scheduler: Scheduler) -> None:
        hold.wait(10)
        check(scheduler)

    monkeypatch.setattr(Scheduler, "check", held)
    job = driver.start_import(dataset, "s3://bucket/rows.csv")
    assert reading.wait(10)
    threading.Timer(0.05, hold.set).start()
    after = restarted()
    assert driver.described("DatasetImportJob", job)["status"] == "CREATE IN_PROGRESS"
    assert after.until("DatasetImportJob", job, "ACTIVE", "CREATE FAILED")["status"] == "ACTIVE"


def test_pending_resources_ripen_and_deletions_end(driver: Driver, restarted: Restart) -> None:
    slow = Place(**{**vars(driver.personalize.place), "pace": 60.0})
    first = Personalize(slow, storage=driver.storage)
    restarted.driver = Driver(first, driver.storage)
    arn = first.call("CreateDatasetGroup", {"name": "films"})["datasetGroupArn"]
    gone = first.call("CreateDatasetGroup", {"name": "old"})["datasetGroupArn"]
    first.records.of("dataset-group")[gone]["status"] = "DELETE PENDING"
    assert first.call("DescribeDatasetGroup", {"datasetGroupArn": arn})["datasetGroup"]["status"] == "CREATE PENDING"
    after = restarted()
    after.until("DatasetGroup", arn, "ACTIVE")
    after.until_gone("DatasetGroup", gone)


def test_campaign_update_and_stopping_training_come_to_their_end(driver: Driver, restarted: Restart) -> None:
    _, version = driver.popular(ratings())
    campaign = driver.campaign(version)
    driver.personalize.close()
    driver.call("UpdateCampaign", campaignArn=campaign, minProvisionedTPS=3)
    stopping = driver.call("CreateSolutionVersion", solutionArn=version.rpartition("/")[0])["solutionVersionArn"]
    driver.personalize.records.of("solution-version")[stopping]["status"] = "CREATE STOPPING"
    after = restarted()
    after.until_updated(campaign)
    assert after.described("Campaign", campaign)["minProvisionedTPS"] == 3
    after.until("SolutionVersion", stopping, "CREATE STOPPED")
