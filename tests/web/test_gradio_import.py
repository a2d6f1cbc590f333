"""The import of Gradio."""

import json
import subprocess
import sys

IMPORT = """
import inspect, json, sys

opened = []
sys.addaudithook(lambda event, arguments: event == "open" and opened.append(str(arguments[0])))
import hyperstyle.web
import gradio

print(json.dumps([opened, inspect.getfile(gradio.Button)]))
"""


def test_gradio_is_imported_without_reading_its_stubs() -> None:
    done = subprocess.run([sys.executable, "-c", IMPORT], capture_output=True, text=True, check=True)
    opened, source = json.loads(done.stdout)
    assert not [path for path in opened if path.endswith(".pyi")]
    assert source.endswith("button.py")
