"""Writes mobile_expected.npz: what OpenVINO itself answers for the embedded networks, in fp32.

For development alone: `pip install openvino`, then `python tests/networks/expected_mobile.py`.
"""

from pathlib import Path

import numpy as np
import openvino

from hyperstyle.weights.catalogue import WEIGHTS
from hyperstyle.weights.fetching import fetch

FILE = Path(__file__).with_name("mobile_expected.npz")


def main() -> None:
    def compiled(name: str) -> openvino.CompiledModel:
        fetch(WEIGHTS[f"random-face-{name}-bin"])
        xml = fetch(WEIGHTS[f"random-face-{name}-xml"])
        # OpenVINO picks bf16 by itself where the processor has it.
        return openvino.Core().compile_model(xml, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})

    z = np.random.default_rng(0).standard_normal((1, 512)).astype(np.float32)
    code = compiled("mapping")(z)[0]
    picture = compiled("synthesis")(code)[0]
    pooled = picture.reshape(1, 3, 64, 16, 64, 16).mean((3, 5))
    np.savez_compressed(FILE, z=z, code=code, pooled=pooled, crop=picture[:, :, 480:512, 480:512])


if __name__ == "__main__":
    main()
