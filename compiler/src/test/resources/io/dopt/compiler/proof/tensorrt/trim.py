"""Cuts the samples out of NVIDIA's engine explorer; README.md says from which.

usage: trim.py GIT_DIR_OF_NVIDIA_TENSORRT
"""
import json
import subprocess
import sys

ROOT = "tools/experimental/trt-engine-explorer/"
SAMPLES = {
    "resnet18-int8.json": ("examples/pytorch/resnet/A100/qat-residual/resnet-qat-residual.onnx.engine.graph.json", [0, 1, 2, 3, 7, 19, 21, 22]),
    "resnet18-fp16.json": ("examples/pytorch/resnet/A100/fp16/resnet.onnx.engine.graph.json", [0, 1, 2, 3, -2, -1]),
    "mobilenet-int8.json": ("tests/inputs/mobilenet.qat.onnx.engine.graph.json", [0, 1, 2, 3, -3, -2, -1]),
}

for name, (path, chosen) in SAMPLES.items():
    text = subprocess.run(
        ["git", "--git-dir", sys.argv[1], "show", "release/10.6:" + ROOT + path], check=True, capture_output=True
    ).stdout
    engine = json.loads(text)
    engine["Layers"] = [engine["Layers"][i] for i in chosen]
    with open(name, "w") as file:
        json.dump(engine, file, indent=1)
        file.write("\n")
