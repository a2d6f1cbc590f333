"""Seconds that the page takes to start, and its memory: `python -m tests.web.start_speed`.

Nothing else should be running.
"""

import subprocess
import sys
import time

START = """
import app  # all that the page imports
from pathlib import Path
from urllib.request import urlopen
from hyperstyle.domain_table import EMBEDDED
from hyperstyle.inversion.methods import default_method
from hyperstyle.paths import EXAMPLES
from hyperstyle.photo.reading import read_photo
from hyperstyle.web.memory import give_back

def memory(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) // 1024

engine = app.Engine([EMBEDDED])
services = app.Services(engine, app.Sessions(engine.first), app.WorkStore())
services.start()
page = app.built(services)
_, address, _ = app.serve(page, services.examples, prevent_thread_lock=True, quiet=True)
urlopen(address).read()
print("answers", flush=True)
inverter = engine.inverter(engine.first)
print("ready", flush=True)
services.inverted_example(services.first_example)
print("the example can be edited", flush=True)
give_back()
print(f"{memory('VmRSS')} MB at rest", flush=True)
crop = inverter.crop(read_photo(EXAMPLES / "male_090.jpg"))
for _ in engine.invert(engine.first, crop, default_method(EMBEDDED), 5):
    pass
print(f"{memory('VmHWM')} MB at the peak of an inversion", flush=True)
page.close()
"""


def main() -> None:
    """Print each line of the page with the seconds since its start."""
    began = time.monotonic()
    with subprocess.Popen([sys.executable, "-c", START], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            print(f"{time.monotonic() - began:5.1f} s: {line}", end="", flush=True)


if __name__ == "__main__":
    main()
