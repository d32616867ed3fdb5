"""Writes ranges.json: what other programs choose as ranges for the distributions of RangeMethodTest.

numpy's percentiles and its search over plain numbers are exact; the entropy method is Migacz's ("8-bit
Inference with TensorRT", GTC 2017) in numpy. onnxruntime's own entropy method is not recorded: it
smooths both distributions, which moves the threshold of heavy tails a long way.
Made with numpy 2.4.6 and onnxruntime 1.30.0.
"""
import json
import sys

import numpy as np

COUNT = 20000
BINS = 2048


def logistic(count=COUNT):
    u = (np.arange(count) + 0.5) / count
    return np.log(u / (1 - u)).astype(np.float32)


def distributions():
    x = logistic()
    outliers = x.copy()
    outliers[:20] = np.float32(-40)
    outliers[-20:] = np.float32(60)
    silu = (x.astype(np.float64) / (1 + np.exp(-x.astype(np.float64)))).astype(np.float32)
    positive = np.abs(x)
    return {"logistic": x, "outliers": outliers, "silu": silu, "positive": positive}


def percentile(x, percent):
    cut = (100 - percent) / 2
    return [float(v) for v in np.percentile(x.astype(np.float64), [cut, 100 - cut])]


def error(x, low, high, levels):
    step = (high - low) / (levels - 1)
    q = np.clip(np.rint(x / step) * step, low, high)
    return float(np.mean((x - q) ** 2))


def mean_squared_error(x, levels):
    x = x.astype(np.float64)
    low, high = min(x.min(), 0.0), max(x.max(), 0.0)
    factors = np.linspace(0.02, 1, 99)
    best = (error(x, low, high, levels), low, high)
    lows = [low * f for f in factors] if low < 0 else [0.0]
    highs = [high * f for f in factors] if high > 0 else [0.0]
    for a in lows:
        for b in highs:
            best = min(best, (error(x, a, b, levels), a, b))
    return {"range": [best[1], best[2]], "error": best[0], "min_max_error": error(x, low, high, levels)}


def symmetric(x):
    """Around zero: numpy's percentile of magnitudes, the best of 197 clippings in i8 and f8e4m3fn."""
    import ml_dtypes

    x = x.astype(np.float64)
    most = np.abs(x).max()

    def stored(magnitude, kind):
        scale = np.float32(magnitude / (127 if kind == "int8" else 448))
        q = (x / scale).astype(np.float32)
        if kind == "int8":
            return np.clip(np.rint(q), -128, 127).astype(np.float64) * scale
        return np.clip(q, -448, 448).astype(ml_dtypes.float8_e4m3fn).astype(np.float64) * scale

    best = {}
    for kind in ("int8", "fp8"):
        errors = {m: float(np.mean((x - stored(m, kind)) ** 2)) for m in np.linspace(0.02, 1, 197) * most}
        best[kind] = {"error": min(errors.values()), "maximum_error": errors[max(errors)]}
    return {
        "percentile99": float(np.percentile(np.abs(x), 99)),
        "percentile99.9": float(np.percentile(np.abs(x), 99.9)),
        "entropy128": entropy(x.astype(np.float32), 128),
        "mse": best,
    }


def magnitude_histogram(x):
    """As Histogram has it: 2048 bins over +-R, R the power of two above, both signs folded."""
    limit = 2.0 ** (int(np.floor(np.log2(float(np.abs(x).max())))) + 1)
    width = 2 * limit / BINS
    bins = np.floor(x.astype(np.float64) / width).astype(int)
    counts = np.zeros(BINS // 2)
    for i in bins:
        counts[i if i >= 0 else -1 - i] += 1
    return counts, width


def entropy(x, levels):
    counts, width = magnitude_histogram(x)
    counts[0] = min(counts[0], counts[1])
    used = int(np.nonzero(counts)[0].max()) + 1
    best = (np.inf, used)
    for kept in range(levels, used + 1):
        reference = counts[:kept].copy()
        reference[-1] += counts[kept:].sum()
        quantized = np.zeros(kept)
        for level in range(levels):
            a, b = level * kept // levels, (level + 1) * kept // levels
            filled = reference[a:b] > 0
            if filled.any():
                quantized[a:b][filled] = counts[a:b].sum() / filled.sum()
        p, q = reference / reference.sum(), quantized / quantized.sum()
        if ((p > 0) & (q == 0)).any():
            continue
        mask = p > 0
        divergence = float((p[mask] * np.log(p[mask] / q[mask])).sum())
        if divergence < best[0]:
            best = (divergence, kept)
    return float(best[1] * width)


def onnxruntime_ranges(x, method):
    from onnxruntime.quantization.calibrate import HistogramCollector

    collector = HistogramCollector(
        method=method, symmetric=False, num_bins=BINS, num_quantized_bins=128, percentile=99, scenario="same"
    )
    collector.collect({"x": [x]})
    low, high = collector.compute_collection_result()["x"][:2]
    return [float(low), float(high)]


def main():
    import onnxruntime

    print(np.__version__, onnxruntime.__version__, file=sys.stderr)
    expected = {}
    for name, x in distributions().items():
        one_sided = x.min() >= 0
        expected[name] = {
            "minimum": float(x.min()),
            "maximum": float(x.max()),
            "percentile99.9": percentile(x, 99.9),
            "percentile99": percentile(x, 99),
            "mse256": mean_squared_error(x, 256),
            "mse16": mean_squared_error(x, 16),
            "entropy256": entropy(x, 256 if one_sided else 128),
            "onnxruntimePercentile99": onnxruntime_ranges(x, "percentile"),
            "symmetric": symmetric(x),
        }
    with open("ranges.json", "w") as file:
        json.dump(expected, file, indent=1)
        file.write("\n")


main()
