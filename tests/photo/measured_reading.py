"""Reads each file named on the command line in a process of its own, and prints what came of it and what it took."""

import json
import os
import resource
import sys
import time
from pathlib import Path

from hyperstyle.errors import StudioError
from hyperstyle.photo.reading import read_photo


def measured(path: Path) -> dict[str, object]:
    start = time.perf_counter()
    busy = time.process_time()
    try:
        outcome = str(read_photo(path).pixels.shape)
    except StudioError as error:
        outcome = f"refused: {error}"
    except BaseException as error:
        outcome = f"failed: {error!r}"
    return {
        "outcome": outcome,
        "seconds": min(time.perf_counter() - start, time.process_time() - busy),
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def main() -> None:
    results = {}
    for name in sys.argv[1:]:
        reader, writer = os.pipe()
        child = os.fork()  # what one file takes is not taken again by the next
        if child == 0:
            os.write(writer, json.dumps(measured(Path(name))).encode())
            os._exit(0)
        os.waitpid(child, 0)
        os.close(writer)
        with os.fdopen(reader) as answer:
            results[Path(name).name] = json.loads(
                answer.read() or '{"outcome": "crashed", "seconds": 0, "megabytes": 0}'
            )
    print(json.dumps(results))


if __name__ == "__main__":
    main()
