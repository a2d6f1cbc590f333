"""Pretrained classifiers, run by OpenVINO."""

from pathlib import Path

import openvino


def compile_exactly(core: openvino.Core, network: Path | openvino.Model) -> openvino.CompiledModel:
    """Compile a network, given as a file or as read from one, for one CPU thread and full precision.

    Its labels then depend neither on the number of cores nor on whether the processor has bfloat16.
    """
    model = core.read_model(network) if isinstance(network, Path) else network
    return core.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": "1"})
