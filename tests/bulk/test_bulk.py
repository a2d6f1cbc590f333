"""One method on many photos: resumed, on a cluster whose workers are killed, from buckets."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from platform import node
from typing import Any

import pytest
from typer.testing import CliRunner

from hyperstyle.bulk.job import Job
from hyperstyle.bulk.on_ray import Worker, run_on_ray
from hyperstyle.bulk.photo_sources import photo_on_disk, photos_in_bucket
from hyperstyle.bulk.records import ATTEMPTS, begin_record, write_manifest
from hyperstyle.cli.commands import app
from hyperstyle.cli.options import sources_in
from hyperstyle.errors import StudioError
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.inverter import Inverter
from tests.weights_at_hand import embedded_weights_at_hand

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
TWO_CPUS = {"num_cpus": 2, "object_store_memory": 100_000_000, "include_dashboard": False}
COMMAND = (sys.executable, "-m", "hyperstyle", "invert")


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """Few steps, into a folder of the test."""
    job = Job("faces", "hyperstyle", 1, 2, 0, 0, align=True, weights={}, out=str(tmp_path / "out"))
    Path(job.out).mkdir()
    return job


def manifest(out: Path | str) -> dict[str, dict[str, Any]]:
    """The entries by their folders' names, each of which is there once."""
    lines = [json.loads(line) for line in Path(out, "manifest.jsonl").read_text().splitlines()]
    entries = {line.pop("folder"): line for line in lines}
    assert len(entries) == len(lines)
    return entries


def test_what_is_done_is_found_and_what_failed_or_changed_is_not(inverter: Inverter, job: Job, tmp_path: Path) -> None:
    path = tmp_path / "me.jpg"
    path.write_bytes((EXAMPLES / "male_095.jpg").read_bytes()[:300])
    torn = photo_on_disk(path)
    assert "damaged" in job.invert(inverter, "me", torn)["error"]
    assert job.finished("me", torn) is None
    write_manifest(tmp_path / "out")
    assert list(manifest(job.out)) == ["me"]
    assert "damaged" in manifest(job.out)["me"]["error"]

    shutil.copy(EXAMPLES / "male_095.jpg", path)
    whole = photo_on_disk(path)
    done = job.invert(inverter, "me", whole)
    assert job.finished("me", whole) == json.loads(json.dumps(done))
    assert job.finished("me", torn) is None  # another photo of the same name
    for other in (replace(job, steps=2), replace(job, method="w-encoder"), replace(job, weights={"net": "0"})):
        assert other.finished("me", whole) is None
    Path(job.out, "me", "inversion.safetensors").unlink()
    assert job.finished("me", whole) is None
    write_manifest(tmp_path / "out")
    assert manifest(job.out)["me"]["steps"][1]["index"] == 1


def test_what_is_no_photo_gets_more_steps(inverter: Inverter, job: Job) -> None:
    middle = replace(job, align=False)  # as where no face is found
    drawing = middle.invert(inverter, "drawing", photo_on_disk(EXAMPLES / "drawings" / "chalk.jpg"))
    photo = middle.invert(inverter, "photo", photo_on_disk(EXAMPLES / "male_095.jpg"))
    assert len(drawing["steps"]) == len(photo["steps"]) + 1


def test_work_that_was_cut_off_is_told_and_begun_again_but_not_forever(
    inverter: Inverter, job: Job, tmp_path: Path
) -> None:
    source, folder = photo_on_disk(EXAMPLES / "female_080.jpg"), tmp_path / "out" / "her"
    job.invert(inverter, "her", source)
    for _ in range(ATTEMPTS):
        begin_record(folder, {"photo": source.photo}, {}, job.run)
        (folder / "step-1.png.part").write_bytes(b"half a picture")
        write_manifest(tmp_path / "out")
        assert "cut off" in manifest(job.out)["her"]["error"]
        assert job.finished("her", source) is None
    assert "workers were lost" in job.invert(inverter, "her", source)["error"]
    assert job.finished("her", source) is None

    another_run = replace(job, run="tomorrow")
    assert "error" not in another_run.invert(inverter, "her", source)
    assert another_run.finished("her", source)
    assert not list(folder.glob("*.part"))


def test_photos_of_a_bucket_are_listed_and_read(inverter: Inverter, job: Job, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="the extra `ray` is not installed")
    folder = tmp_path / "my photos"
    (folder / "deeper").mkdir(parents=True)
    shutil.copy(EXAMPLES / "female_080.jpg", folder / "her #1.JPG")
    shutil.copy(EXAMPLES / "male_090.jpg", folder / "deeper")
    (folder / "notes.txt").touch()
    sources = sources_in([folder.as_uri(), str(EXAMPLES / "female_080.jpg")])
    assert list(sources) == ["her #1", "female_080"]
    assert (sources["her #1"].read().pixels == sources["female_080"].read().pixels).all()
    assert "error" not in job.invert(inverter, "her", sources["her #1"])
    (single,) = photos_in_bucket((folder / "notes.txt").as_uri(), (".jpg",))
    assert "is empty" in job.invert(inverter, "notes", single)["error"]
    with pytest.raises(StudioError, match="cannot be listed"):
        photos_in_bucket((tmp_path / "missing").as_uri(), (".jpg",))
    with pytest.raises(StudioError, match="cannot be listed"):
        photos_in_bucket("gopher://bucket/folder", (".jpg",))


def test_without_ray_a_sentence_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden" / "ray.py").write_text("raise ImportError")
    answer = subprocess.run(
        [*COMMAND, EXAMPLES, "--engine", "ray", "--out", tmp_path / "out"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(tmp_path / "hidden")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 1
    (line,) = answer.stderr.splitlines()
    assert "ray[data]" in line


def test_a_cluster_that_is_not_there_is_told_at_once(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ray", reason="the extra `ray` is not installed")
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        address = "{}:{}".format(*nobody.getsockname())
    monkeypatch.setenv("RAY_ADDRESS", address)
    with pytest.raises(StudioError, match=f"no Ray cluster at {address}"):
        list(run_on_ray(job, {"her": photo_on_disk(EXAMPLES / "female_080.jpg")}))


def test_a_machine_that_cannot_do_the_job_says_so_and_which_it_is(job: Job) -> None:
    row = {"name": "her", "source": json.dumps(asdict(photo_on_disk(EXAMPLES / "female_080.jpg")))}
    write_manifest(Path(job.out))
    others = replace(job, weights={"w-encoder.safetensors": "another version's"})
    for sent, complaint in ((others, "differ"), (replace(job, out="/elsewhere"), "/elsewhere does not exist")):
        answer = Worker(sent)(row)
        assert answer["refusal"].startswith(f"On {node()}: ")
        assert complaint in answer["refusal"]
        assert answer["refusal"].count(node()) == 1
        assert not answer["entry"]


@pytest.fixture
def raylets(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """A cluster with room for two workers, and the numbers of the processes that start them."""
    pytest.importorskip("ray", reason="the extra `ray` is not installed")
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("RAY_worker_niceness", "0")  # or else they hardly get to work on a busy machine
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args=TWO_CPUS)
    monkeypatch.setenv("RAY_ADDRESS", cluster.address)
    yield [node.all_processes["raylet"][0].process.pid for node in cluster.list_all_nodes()]
    cluster.shutdown()


def workers(raylets: list[int]) -> list[int]:
    """The numbers of the processes in which photos are inverted."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line)
            title = (status.parent / "cmdline").read_text()
        except OSError:  # it has ended meanwhile
            continue
        if int(fields["PPid"]) in raylets and title.startswith("ray::MapWorker"):
            found.append(int(fields["Pid"]))
    return found


def unfinished(out: Path) -> set[str]:
    """The photos that somebody is in the middle of: a step's picture is there and the inversion is not."""
    begun = {path.parent.name for path in out.glob("*/step-0.png")}
    return begun - {path.parent.name for path in out.glob("*/inversion.safetensors")}


def until(condition: Callable[[], object], process: subprocess.Popen[str], seconds: float = 300) -> None:
    """Return as soon as the condition holds, while a process is at work."""
    end = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, "it has ended too early"
        assert time.monotonic() < end, "this takes too long"
        time.sleep(0.02)  # nothing tells when another process has written a file: look again


def states(out: Path) -> Mapping[Path, int]:
    return {path: path.stat().st_mtime_ns for path in out.glob("*/*")}


def test_a_worker_is_killed_in_the_middle_and_nothing_is_lost_and_nothing_made_twice(
    raylets: list[int], tmp_path: Path
) -> None:
    embedded_weights_at_hand()
    photos, out = tmp_path / "photos", tmp_path / "out"
    photos.mkdir()
    names = {"female_080", "male_090", "male_095"}  # one for each worker, and one that waits
    for name in names:
        shutil.copy(EXAMPLES / f"{name}.jpg", photos)
    command = [*COMMAND, photos, "--engine", "ray", "--steps", "1", "--out", out]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        until(lambda: unfinished(out) and len(workers(raylets)) == 2, process)
        photo = unfinished(out).pop()
        victim = json.loads((out / photo / "record.json").read_text())["worker"]["process"]
        assert victim in workers(raylets)
        os.kill(victim, signal.SIGKILL)
        done = states(out)
        assert photo in unfinished(out)  # for good, had nobody taken it up
        told, complaints = process.communicate(timeout=300)
    assert process.returncode == 0, complaints

    assert victim not in workers(raylets)
    lines = [line for line in told.splitlines() if line.startswith(str(out))]  # others are Ray's, of the lost worker
    assert sorted(line.split(":")[0] for line in lines) == sorted(str(out / name) for name in names)
    entries = manifest(out)
    assert {Path(entry["photo"]).stem: len(entry["steps"]) for entry in entries.values()} == dict.fromkeys(names, 2)
    files = {"record.json", "aligned.png", "pasted.png", "inversion.safetensors", *(f"step-{i}.png" for i in range(2))}
    for name in names:
        assert {path.name for path in (out / name).iterdir()} == files
        assert Inversion.open(out / name / "inversion.safetensors").steps[-1].index == 1
    after = states(out)
    finished = {path.parent for path in done if path.name == "inversion.safetensors"}
    assert all(after[path] == when for path, when in done.items() if path.parent in finished)

    again = CliRunner().invoke(app, [str(word) for word in command[3:]])
    assert again.exit_code == 0
    assert again.stdout.splitlines() == [f"{len(names)} of {len(names)} photos were inverted before."]
    assert states(out) == after
