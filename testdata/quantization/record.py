#!/usr/bin/env python3
"""Records reference.safetensors: weights quantized with NumPy, ml_dtypes, dequantized by ONNX Runtime.

x is the source. For every case: NAME.scale, NAME.bytes (the stored bytes), NAME.dequantized (by ONNX Runtime).
fp8.x and fp8.bytes: float32 numbers around every tie of E4M3FN, and their nearest numbers, saturated.
"""

import ml_dtypes
import numpy as np
import onnxruntime
from onnx import TensorProto, helper
from safetensors.numpy import save_file

TYPES = {
    "i8": (TensorProto.INT8, 127.0, (-128, 127)),
    "i4": (TensorProto.INT4, 7.0, (-8, 7)),
    "f8": (TensorProto.FLOAT8E4M3FN, 448.0, None),
}
SHAPE = (6, 39, 5)
CASES = {
    "tensor": (None, 0),
    "axis0": (0, 0),
    "axis1": (1, 0),
    "axis2": (2, 0),
    "block1": (1, 16),
    "block0": (0, 4),
    "block2": (2, 2),
}


def groups(x, axis, block):
    """Largest magnitude per group, and that spread over the elements."""
    magnitude = np.abs(x)
    if axis is None:
        return np.max(magnitude), np.max(magnitude)
    if block == 0:
        others = tuple(i for i in range(x.ndim) if i != axis)
        largest = np.max(magnitude, axis=others)
        return largest, np.expand_dims(largest, others)
    starts = range(0, x.shape[axis], block)
    parts = [np.take(magnitude, range(s, min(s + block, x.shape[axis])), axis) for s in starts]
    largest = np.concatenate([np.max(part, axis, keepdims=True) for part in parts], axis)
    return largest, np.take(np.repeat(largest, block, axis), range(x.shape[axis]), axis)


def quantize(x, scale, name):
    quotient = (x / scale).astype(np.float32)
    code, largest, limits = TYPES[name]
    if limits is None:
        return np.clip(quotient, -largest, largest).astype(ml_dtypes.float8_e4m3fn).view(np.uint8).ravel()
    numbers = np.clip(np.rint(quotient), *limits).astype(np.int8).ravel()
    if name == "i8":
        return numbers.view(np.uint8)
    return np.frombuffer(pack(numbers), np.uint8)


def pack(numbers):
    """Two to a byte, the first in the low half (onnx.proto, raw_data)."""
    padded = np.append(numbers, np.zeros(numbers.size % 2, np.int8)).astype(np.uint8) & 0xF
    return (padded[0::2] | padded[1::2] << 4).tobytes()


def dequantize(stored, scale, name, axis, block):
    """By ONNX Runtime, from the stored bytes."""
    code = TYPES[name][0]
    x = helper.make_tensor("q", code, SHAPE, stored.tobytes(), raw=True)
    s = helper.make_tensor("s", TensorProto.FLOAT, scale.shape, scale.ravel().tolist())
    node = helper.make_node("DequantizeLinear", ["q", "s"], ["y"], axis=1 if axis is None else axis, block_size=block)
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, SHAPE)
    model = helper.make_model(
        helper.make_graph([node], "g", [], [y], [x, s]), opset_imports=[helper.make_opsetid("", 21)], ir_version=10
    )
    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    return onnxruntime.InferenceSession(model.SerializeToString(), options).run(None, {})[0]


def ties():
    numbers = np.arange(0x7F, dtype=np.uint8).view(ml_dtypes.float8_e4m3fn).astype(np.float32)
    middles = (numbers[:-1] + numbers[1:]) / 2
    near = [numbers, middles, np.nextafter(middles, np.float32(0)), np.nextafter(middles, np.float32(1e9))]
    positive = np.concatenate(near + [np.array([449, 464, 465, 1e30, 1e-30, 1e-45], np.float32)])
    return np.concatenate([positive, -positive])


def main():
    random = np.random.default_rng(20261128)
    x = random.standard_normal(SHAPE).astype(np.float32)
    x[2] *= 30
    x[3] = 0
    x[:, 7] *= 1e-3
    tensors = {"x": x}
    for name in TYPES:
        for case, (axis, block) in CASES.items():
            largest, spread = groups(x, axis, block)
            top = np.float32(TYPES[name][1])
            scale = np.where(largest == 0, np.float32(1), largest / top).astype(np.float32)
            stored = quantize(x, np.where(spread == 0, np.float32(1), spread / top), name)
            tensors[f"{name}.{case}.scale"] = scale
            tensors[f"{name}.{case}.bytes"] = stored
            tensors[f"{name}.{case}.dequantized"] = dequantize(stored, scale, name, axis, block)
    values = ties()
    tensors["fp8.x"] = values
    tensors["fp8.bytes"] = np.clip(values, -448, 448).astype(ml_dtypes.float8_e4m3fn).view(np.uint8)
    save_file({name: np.ascontiguousarray(t) for name, t in tensors.items()}, "reference.safetensors")


main()
