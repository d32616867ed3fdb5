#!/usr/bin/env python3
"""Records reference.safetensors: weights quantized with NumPy, ml_dtypes, dequantized by ONNX Runtime.

x is the source. For every case: NAME.scale, NAME.bytes (the stored bytes), NAME.dequantized (by ONNX Runtime),
NAME.least (the scales of least squared error).
fp8.x and fp8.bytes: float32 numbers around every tie of E4M3FN, and their nearest numbers, saturated.
ranges: rows of minimum, maximum, u8 scale, u8 zero point, i8 scale, by onnxruntime.quantization.
matrix: a weight; matrix.singular: its singular values; matrix.rest[r]: what rank r leaves of its norm.
"""

import ml_dtypes
import numpy as np
import onnxruntime
from onnx import TensorProto, helper
from onnxruntime.quantization import quant_utils
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


def least_error(x, name, axis, block):
    """The scales with the least squared error among those of the largest magnitudes times 1, 63/64, ... 1/2."""
    top, limits = TYPES[name][1:]
    largest, spread = groups(x, axis, block)
    best = np.full(largest.shape, np.inf)
    scales = np.ones(largest.shape, np.float32)
    for step in range(64, 31, -1):
        scale = np.where(spread == 0, 1, spread).astype(np.float64) * (step / 64) / top
        if limits is None:
            rounded = np.clip(x / scale, -top, top).astype(np.float32).astype(ml_dtypes.float8_e4m3fn).astype(np.float64)
        else:
            rounded = np.clip(np.rint(x / scale), *limits)
        squares = (x.astype(np.float64) - rounded * scale) ** 2
        if block == 0:
            errors = squares.sum(tuple(i for i in range(x.ndim) if i != axis))
        else:
            starts = range(0, x.shape[axis], block)
            errors = np.add.reduceat(squares, list(starts), axis)
        better = errors < best * (1 - 1e-9)
        best = np.where(better, errors, best)
        scales = np.where(better & (largest > 0), (largest * np.float32(step / 64)) / np.float32(top), scales)
    return scales.astype(np.float32)


def ranges():
    """Ranges (minimum, maximum), and scale and zero point that onnxruntime gives them for u8 and symmetric i8."""
    random = np.random.default_rng(7)
    pairs = [(-1, 1), (0, 6), (-0.17, 3.2), (0.5, 2), (-3, -1), (0, 0), (1e-40, 2e-40), (-1e30, 1e30), (-127, 128), (-0.5, 127)]
    pairs += [tuple(sorted(random.standard_normal(2) * scale)) for scale in np.logspace(-4, 4, 40)]
    rows = []
    for low, high in pairs:
        bounds = np.array(low, np.float32), np.array(high, np.float32)
        zero, scale = quant_utils.compute_scale_zp(*bounds, np.array(0, np.uint8), np.array(255, np.uint8))
        unused, symmetric = quant_utils.compute_scale_zp(*bounds, np.array(-127, np.int8), np.array(127, np.int8), True)
        rows.append([*bounds, scale, zero, symmetric])
    return np.array(rows, np.float32)


def matrix():
    """A weight [96, 64] with a few strong directions, its singular values and low-rank errors (NumPy, float64)."""
    random = np.random.default_rng(3)
    w = random.standard_normal((96, 64)) * 0.02
    for strength in (3.0, 2.0, 1.0, 0.7):
        w += strength * np.outer(random.standard_normal(96), random.standard_normal(64)) / 64
    w = w.astype(np.float32)
    values = np.linalg.svd(w.astype(np.float64), compute_uv=False)
    norm = np.linalg.norm(values)
    return w, values, np.array([np.linalg.norm(values[r:]) / norm for r in range(33)])


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
            if axis is not None:
                tensors[f"{name}.{case}.least"] = least_error(x, name, axis, block)
            tensors[f"{name}.{case}.dequantized"] = dequantize(stored, scale, name, axis, block)
    values = ties()
    tensors["fp8.x"] = values
    tensors["fp8.bytes"] = np.clip(values, -448, 448).astype(ml_dtypes.float8_e4m3fn).view(np.uint8)
    tensors["ranges"] = ranges()
    tensors["matrix"], tensors["matrix.singular"], tensors["matrix.rest"] = matrix()
    save_file({name: np.ascontiguousarray(t) for name, t in tensors.items()}, "reference.safetensors")


main()
