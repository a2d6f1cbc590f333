"""Bulk inversion on a Ray cluster, or, without a cluster, on all cores of this machine.

A worker is a process that loads the model once. Ray starts as many workers as fit, gives each one photo at a time,
restarts killed workers and gives their photos to others.
"""

import json
import logging
import os
import socket
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from platform import node
from typing import Any

from hyperstyle.bulk.job import Job
from hyperstyle.bulk.photo_sources import HOW_TO_INSTALL, PhotoSource, reason_of
from hyperstyle.bulk.records import Entry
from hyperstyle.device import DEVICE_VARIABLE
from hyperstyle.domain_table import DOMAINS
from hyperstyle.errors import StudioError
from hyperstyle.inverter import Inverter
from hyperstyle.weights.catalogue import WEIGHTS

SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",  # no telemetry
    "RAY_DEFAULT_OBJECT_STORE_MAX_MEMORY_BYTES": "200000000",  # no pictures go through the object store
    "RAY_BACKEND_LOG_LEVEL": "fatal",  # not on the terminal: Ray keeps its logs in a folder of its own
}

RayRow = dict[str, Any]


class Worker:
    """Worker process: a model that inverts one photo per call."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._inverter: Inverter | StudioError  # raised in here, an error would make Ray start the worker again
        try:
            self._inverter = job.open()
        except StudioError as error:
            self._inverter = error

    def __call__(self, row: RayRow) -> RayRow:
        """Map the `name` and `source` of a photo to its `entry`, or to a `refusal`: why this machine cannot work."""
        if isinstance(self._inverter, StudioError):
            return {"name": row["name"], "entry": "", "refusal": f"On {node()}: {self._inverter}"}
        source = PhotoSource(**json.loads(row["source"]))
        # A worker may have been killed after it finished the photo and before it returned the entry.
        entry = self._job.finished(row["name"], source) or self._job.invert(self._inverter, row["name"], source)
        return {"name": row["name"], "entry": json.dumps(entry), "refusal": ""}


def run_on_ray(job: Job, sources: Mapping[str, PhotoSource]) -> Iterator[tuple[str, Entry]]:
    """Invert photos on Ray; yield short names and entries as they finish."""
    if not sources:
        return
    ray = _connect()
    try:
        for row in _results(ray, job, sources):
            if row["refusal"]:
                raise StudioError(row["refusal"])
            yield row["name"], json.loads(row["entry"])
    except ray.exceptions.RayError as error:
        raise StudioError(
            f"Ray stopped ({reason_of(error)}): run the command again, it continues where it stopped."
        ) from error
    finally:
        ray.shutdown()


def _connect() -> Any:  # noqa: ANN401 - a module that need not be installed
    """Return Ray, connected to the cluster at RAY_ADDRESS, else one that runs here, else a new one on this machine."""
    os.environ.update(SETTINGS)
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise StudioError(f"--engine ray needs more packages: {HOW_TO_INSTALL}.") from error
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    _check_reachable(os.environ.get("RAY_ADDRESS", ""))
    try:
        ray.init(include_dashboard=False, log_to_driver=False, logging_level=logging.CRITICAL)
    except (ConnectionError, ValueError) as error:
        advice = "start it, correct RAY_ADDRESS, or set RAY_AUTH_MODE=token if it requires a token"
        raise StudioError(f"The Ray cluster cannot be reached ({reason_of(error)}): {advice}.") from error
    return ray


def _check_reachable(address: str) -> None:
    """Raise a `StudioError` where nothing listens at host:port; Ray itself would retry for 15 minutes."""
    host, _, port = address.rpartition(":")
    if "://" in address or not port.isdecimal():
        return  # Ray checks the other kinds of addresses itself
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=10).close()
    except (OSError, OverflowError) as error:
        raise StudioError(
            f"There is no Ray cluster at {address}: start it there, or correct or unset RAY_ADDRESS."
        ) from error


def _results(ray: Any, job: Job, sources: Mapping[str, PhotoSource]) -> Iterator[RayRow]:  # noqa: ANN401 - as `_connect` has it
    """Yield the workers' answers; Ray restarts lost workers and repeats their photos without limit."""
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = context.print_on_execution_start = False
    context.execution_no_progress_timeout_s = -1  # a photo may take hours
    context.autoscaling_config.actor_pool_util_upscaling_threshold = 1.0  # add workers while all are busy
    largest = max(int(machine["Resources"].get("memory", 0)) for machine in ray.nodes() if machine["Alive"])
    rows = [{"name": name, "source": json.dumps(asdict(source))} for name, source in sources.items()]
    answers = ray.data.from_items(rows, override_num_blocks=len(rows)).map(
        Worker,
        fn_constructor_args=(job,),
        compute=ray.data.ActorPoolStrategy(min_size=1, max_size=len(rows), max_tasks_in_flight_per_actor=1),
        num_cpus=1,
        num_gpus=_gpus(ray, job),
        memory=min(_memory(job), largest),
    )
    yield from answers.iter_rows()


def _gpus(ray: Any, job: Job) -> int:  # noqa: ANN401 - as `_connect` has it
    """Return the number of GPUs to reserve per worker: Ray hides GPUs that are not reserved."""
    wanted = job.device or os.environ.get(DEVICE_VARIABLE) or "cuda"
    return int(wanted.startswith("cuda") and ray.cluster_resources().get("GPU", 0) >= 1)


def _memory(job: Job) -> int:
    """Estimate the bytes that a worker needs: its weights twice, while they are read, and a gigabyte to work in."""
    return 2**30 + 2 * sum(WEIGHTS[name].size or 0 for name in DOMAINS[job.domain].model)
