"""A job on a Ray cluster, or on all cores of this machine where there is none.

Ray deals out the photos, one at a time to each worker, starts workers as there is room for them and again when they
are killed, and gives their photo to another. A worker is a process with the model opened once.
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
from hyperstyle.device import VARIABLE
from hyperstyle.domain_table import DOMAINS
from hyperstyle.errors import StudioError
from hyperstyle.inverter import Inverter
from hyperstyle.weights.catalogue import WEIGHTS

SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",  # nobody is told
    "RAY_DEFAULT_OBJECT_STORE_MAX_MEMORY_BYTES": "200000000",  # no picture goes through it
    "RAY_BACKEND_LOG_LEVEL": "fatal",  # its logs lie in its own folder; here they are of no use
}

Row = dict[str, Any]


class Worker:
    """One model, and one photo at a time."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._workshop: Inverter | StudioError
        try:
            self._workshop = job.open()
        except StudioError as error:
            self._workshop = error

    def __call__(self, row: Row) -> Row:
        """From a photo's short name and source to what became of it, or why this machine cannot do the job at all."""
        if isinstance(self._workshop, StudioError):
            return {"name": row["name"], "entry": "", "refusal": f"On {node()}: {self._workshop}"}
        source = PhotoSource(**json.loads(row["source"]))
        # A worker may have been killed after its last photo was done and before it said so.
        entry = self._job.found(row["name"], source) or self._job.do(self._workshop, row["name"], source)
        return {"name": row["name"], "entry": json.dumps(entry), "refusal": ""}


def run_on_ray(job: Job, sources: Mapping[str, PhotoSource]) -> Iterator[tuple[str, Entry]]:
    """What becomes of photos, as it happens, by their short names."""
    if not sources:
        return
    ray = _ready()
    try:
        for row in _rows(ray, job, sources):
            if row["refusal"]:
                raise StudioError(row["refusal"])
            yield row["name"], json.loads(row["entry"])
    except ray.exceptions.RayError as error:
        raise StudioError(
            f"Ray gave up ({reason_of(error)}): start it again, what is done is not done again."
        ) from error
    finally:
        ray.shutdown()


def _ready() -> Any:  # noqa: ANN401 - a module that need not be installed
    """Ray, connected to the cluster that RAY_ADDRESS names or that runs here, or else to one of this machine alone."""
    os.environ.update(SETTINGS)
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise StudioError(f"--engine ray takes packages of its own: {HOW_TO_INSTALL}.") from error
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    _knock(os.environ.get("RAY_ADDRESS", ""))
    try:
        ray.init(include_dashboard=False, log_to_driver=False, logging_level=logging.CRITICAL)
    except (ConnectionError, ValueError) as error:
        advice = "start it, correct RAY_ADDRESS, or set RAY_AUTH_MODE=token where it wants one"
        raise StudioError(f"The Ray cluster cannot be reached ({reason_of(error)}): {advice}.") from error
    return ray


def _knock(address: str) -> None:
    """A `StudioError` where nobody is at a host:port; Ray itself would go on trying for a quarter of an hour."""
    host, _, port = address.rpartition(":")
    if "://" in address or not port.isdecimal():
        return  # Ray knows more kinds of addresses, and what is wrong with them
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=10).close()
    except (OSError, OverflowError) as error:
        raise StudioError(
            f"There is no Ray cluster at {address}: start it there, or correct or unset RAY_ADDRESS."
        ) from error


def _rows(ray: Any, job: Job, sources: Mapping[str, PhotoSource]) -> Iterator[Row]:  # noqa: ANN401 - as `_ready` has it
    """What the workers answer; Ray starts lost ones again, and their photos, without end."""
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = context.print_on_execution_start = False
    context.execution_no_progress_timeout_s = -1  # a photo may take hours
    context.autoscaling_config.actor_pool_util_upscaling_threshold = 1.0  # more workers as long as all are busy
    room = max(int(machine["Resources"].get("memory", 0)) for machine in ray.nodes() if machine["Alive"])
    rows = [{"name": name, "source": json.dumps(asdict(source))} for name, source in sources.items()]
    answers = ray.data.from_items(rows, override_num_blocks=len(rows)).map(
        Worker,
        fn_constructor_args=(job,),
        compute=ray.data.ActorPoolStrategy(min_size=1, max_size=len(rows), max_tasks_in_flight_per_actor=1),
        num_cpus=1,
        num_gpus=_gpus(ray, job),
        memory=min(_memory(job), room),
    )
    yield from answers.iter_rows()


def _gpus(ray: Any, job: Job) -> int:  # noqa: ANN401 - as `_ready` has it
    """How many GPUs a worker takes: Ray shows none to a worker that was not given one."""
    wanted = job.device or os.environ.get(VARIABLE) or "cuda"
    return int(wanted.startswith("cuda") and ray.cluster_resources().get("GPU", 0) >= 1)


def _memory(job: Job) -> int:
    """Roughly the bytes that a worker takes: its weights, twice while they are read, and a gigabyte to work in."""
    return 2**30 + 2 * sum(WEIGHTS[name].size or 0 for name in DOMAINS[job.domain].model)
