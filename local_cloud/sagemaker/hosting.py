"""Keeps the processes of endpoints: starts them, switches to new ones, and replaces those that died."""

import shutil
import threading
import time
from collections.abc import Callable
from typing import Any

from local_cloud.sagemaker.archives import ArchiveError
from local_cloud.sagemaker.base import SageMakerBase, now
from local_cloud.sagemaker.jobs import CLOSING_SECONDS, instance_name
from local_cloud.sagemaker.pipelines import ModelServer, bring_models, start_model
from local_cloud.sagemaker.serving import NotHealthyError
from local_cloud.service import Record
from local_cloud.storage import StorageError

GROUP = "/aws/sagemaker/Endpoints"
STARTUP_SECONDS = 240.0  # the image may take this long to answer its first ping, unless the variant says otherwise
CHECK_PACES = 20  # a life cycle's steps between two looks at the processes
LONGEST_PAUSE_PACES = 600  # between two attempts to replace a process that dies again and again
GRACE_SECONDS = 1.0
DRAIN_SECONDS = 60.0  # the longest that an invocation may take


class DeploymentError(Exception):
    """A deployment cannot serve; the text is the endpoint's FailureReason."""


class Hosting(SageMakerBase):
    """The processes behind endpoints, by the endpoint's name in lower case."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._processes: dict[str, ModelServer] = {}
        self._locks: dict[str, threading.RLock] = {}
        self._threads: set[threading.Thread] = set()
        self._watch: threading.Thread | None = None
        self._look = threading.Event()

    def process_of(self, name: str) -> ModelServer | None:
        """The live process of an endpoint; None while there is none, and then a new one is under way."""
        with self.records.lock:
            process = self._processes.get(name)
        if process is None or not process.alive():
            self._look.set()
            return None
        return process

    def lock_of(self, name: str) -> threading.RLock:
        """Held while an endpoint's process is made, replaced or removed."""
        with self.records.lock:
            return self._locks.setdefault(name, threading.RLock())

    def background(self, work: Callable[[Record], None], record: Record) -> None:
        """Do `work` on a thread of its own, and watch over the endpoints from now on."""
        thread = threading.Thread(
            target=self._tracked, args=(work, record), name=f"sagemaker-{record['EndpointName']}", daemon=True
        )
        with self.records.lock:
            self._threads.add(thread)
            if self._watch is None:
                self._watch = threading.Thread(target=self._watch_over, name="sagemaker-health", daemon=True)
                self._watch.start()
        thread.start()

    def deploy(self, record: Record) -> None:
        """Bring up what the endpoint is wanted to serve, switch to it, and end what it served before."""
        name, wanted = record["EndpointName"].lower(), record["Wanted"]
        with self.lock_of(name):
            self.closing.wait(self.place.pace)
            try:
                process = self._started(record, wanted)
            except DeploymentError as error:
                if not self.closing.is_set():
                    shutil.rmtree(self.folder / wanted["folder"], ignore_errors=True)
                    self._give_up(record, str(error))
                return
            old = self._switch(name, process)
            former = record.get("Serving")
            with self.records.lock:
                record.update(
                    EndpointStatus="InService",
                    EndpointConfigName=wanted["config"],
                    LastModifiedTime=now(),
                    ProductionVariants=[_variant(wanted)],
                    Serving=record.pop("Wanted"),
                )
                record.pop("FailureReason", None)
            if old is not None:
                old.wait_until_idle(timeout=DRAIN_SECONDS)
                old.stop(grace=GRACE_SECONDS)
            if former is not None:
                shutil.rmtree(self.folder / former["folder"], ignore_errors=True)

    def revive(self, record: Record) -> None:
        """Start the process of an endpoint again, as often as it takes."""
        name = record["EndpointName"].lower()
        pause = self.place.pace * CHECK_PACES
        while not self.closing.is_set():
            with self.lock_of(name):
                gone = self.records.of("Endpoint").get(name) is not record or record["EndpointStatus"] == "Deleting"
                if gone or self._alive(name):
                    return
                try:
                    old = self._switch(name, self._started(record, record["Serving"]))
                except DeploymentError:
                    pass
                else:
                    if old is not None:
                        old.stop(grace=0)
                    return
            self.closing.wait(pause)
            pause = min(2 * pause, self.place.pace * LONGEST_PAUSE_PACES)

    def stop_serving(self, name: str) -> None:
        with self.records.lock:
            process = self._processes.pop(name, None)
        if process is not None:
            process.stop(grace=GRACE_SECONDS)

    def close_endpoints(self) -> None:
        """End every process; the service is closing."""
        self._look.set()
        deadline = time.monotonic() + 2 * CLOSING_SECONDS
        for thread in [*self._threads, *([self._watch] if self._watch else [])]:
            thread.join(timeout=max(0.0, deadline - time.monotonic()))
        for name in list(self._processes):
            self.stop_serving(name)

    def _tracked(self, work: Callable[[Record], None], record: Record) -> None:
        try:
            work(record)
        finally:
            with self.records.lock:
                self._threads.discard(threading.current_thread())

    def _started(self, record: Record, deployment: Record) -> ModelServer:
        """A healthy process for `deployment`.

        Raises:
            DeploymentError: with the reason.
        """
        folder, definitions, variant = (
            self.folder / deployment["folder"],
            deployment["definitions"],
            deployment["variant"],
        )
        url = definitions[0]["ModelDataUrl"]
        try:
            bring_models(self.storage, definitions, folder=folder)
        except (StorageError, ArchiveError, OSError) as error:
            raise DeploymentError(
                f'Failed to download model data for container "container_1" from URL: "{url}". Please ensure that '
                f"there is an object located at the URL and that it is a .tar.gz archive. ({error})"
            ) from error
        stream = f"{variant['VariantName']}/{instance_name(record['EndpointArn'], time.time_ns())}"
        write = self.delivery.stream(f"{GROUP}/{record['EndpointName']}", stream)
        try:
            process = start_model(folder, definitions, region=self.place.region, write=write)
        except OSError as error:
            raise DeploymentError(f"InternalServerError: The model server could not be started: {error}") from error
        timeout = variant.get("ContainerStartupHealthCheckTimeoutInSeconds", STARTUP_SECONDS)
        try:
            process.wait_until_healthy(timeout=timeout, stop=self.closing.is_set)
        except NotHealthyError as error:
            process.stop(grace=0)
            raise DeploymentError(
                f"The primary container for production variant {variant['VariantName']} did not pass the ping health "
                "check. Please check CloudWatch logs for this endpoint."
            ) from error
        return process

    def _switch(self, name: str, process: ModelServer) -> ModelServer | None:
        with self.records.lock:
            old = self._processes.get(name)
            self._processes[name] = process
        return old

    def _alive(self, name: str) -> bool:
        with self.records.lock:
            process = self._processes.get(name)
        return process is not None and process.alive()

    def _give_up(self, record: Record, reason: str) -> None:
        """A new endpoint has failed; one that was to be updated serves on as before."""
        with self.records.lock:
            record.pop("Wanted", None)
            status = "InService" if "Serving" in record else "Failed"
            record.update(EndpointStatus=status, FailureReason=reason, LastModifiedTime=now())

    def _watch_over(self) -> None:
        """Replace processes that died, as AWS replaces unhealthy instances; the endpoint's status stays as it is."""
        reviving: set[str] = set()

        def revive(record: Record) -> None:
            try:
                self.revive(record)
            finally:
                reviving.discard(record["EndpointName"].lower())

        while not self.closing.is_set():
            self._look.wait(self.place.pace * CHECK_PACES)
            self._look.clear()
            with self.records.lock:
                records = dict(self.records.of("Endpoint"))
            for name, record in records.items():
                serves = "Serving" in record and record["EndpointStatus"] == "InService"
                if serves and name not in reviving and not self._alive(name) and not self.closing.is_set():
                    reviving.add(name)
                    self.background(revive, record)


def _variant(deployment: Record) -> dict[str, Any]:
    """The variant as DescribeEndpoint shows it."""
    variant = deployment["variant"]
    images = [definition["Image"] for definition in deployment["definitions"]]
    weight = variant.get("InitialVariantWeight", 1.0)
    shown: dict[str, Any] = {
        "VariantName": variant["VariantName"],
        "DeployedImages": [
            {"SpecifiedImage": image, "ResolvedImage": image, "ResolutionTime": now()} for image in images
        ],
        "CurrentWeight": weight,
        "DesiredWeight": weight,
    }
    if "ServerlessConfig" in variant:
        return {**shown, "CurrentServerlessConfig": variant["ServerlessConfig"], "CurrentInstanceCount": 0}
    count = variant.get("InitialInstanceCount", 1)
    return {**shown, "CurrentInstanceCount": count, "DesiredInstanceCount": count}
