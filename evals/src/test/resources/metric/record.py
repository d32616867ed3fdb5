"""Records image pairs and their metrics, as scikit-image and NumPy compute them.

    pip install scikit-image safetensors
    python record.py        # rewrites pairs.safetensors and expected.json beside it
"""
import json
import pathlib

import numpy
import skimage
from safetensors.numpy import save_file
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

HERE = pathlib.Path(__file__).parent
random = numpy.random.default_rng(20261121)


def scene(height, width):
    """A smooth gradient with a disc and some texture, float32 in 0..1."""
    y, x = numpy.mgrid[0:height, 0:width]
    image = numpy.stack([x / width, y / height, (x + y) / (height + width)], axis=-1)
    disc = (x - width / 2) ** 2 + (y - height / 2) ** 2 < (min(height, width) / 3) ** 2
    image[disc] = [0.9, 0.2, 0.1]
    return numpy.clip(image + 0.05 * random.standard_normal(image.shape), 0, 1).astype(numpy.float32)


def pairs():
    base = scene(32, 24)
    yield "noise", numpy.clip(base + 0.1 * random.standard_normal(base.shape), 0, 1), base
    base = scene(17, 40)
    yield "shifted", numpy.roll(base, 1, axis=1), base
    base = scene(11, 11)
    yield "smallest", numpy.clip(0.8 * base + 0.1, 0, 1), base
    base = scene(20, 20)
    yield "tiny_difference", base + numpy.float32(2 ** -12), base
    base = scene(24, 24)
    yield "inverted", 1 - base, base
    base = scene(16, 16)
    yield "against_constant", numpy.full_like(base, 0.5), base


tensors, expected = {}, {"recorded_with": f"scikit-image {skimage.__version__}, numpy {numpy.__version__}", "pairs": {}}
for name, candidate, reference in pairs():
    candidate, reference = candidate.astype(numpy.float32), reference.astype(numpy.float32)
    tensors[f"{name}.candidate"], tensors[f"{name}.reference"] = candidate, reference
    a, b = candidate.astype(numpy.float64), reference.astype(numpy.float64)
    expected["pairs"][name] = {
        "psnr": float(peak_signal_noise_ratio(b, a, data_range=1.0)),
        # These arguments make scikit-image match Wang et al. 2004; its mean is over the valid region.
        "ssim": float(structural_similarity(b, a, data_range=1.0, channel_axis=-1, gaussian_weights=True,
                                            sigma=1.5, use_sample_covariance=False)),
        "max_absolute_error": float(numpy.abs(a - b).max()),
        "mean_absolute_error": float(numpy.abs(a - b).mean()),
    }
save_file(tensors, HERE / "pairs.safetensors")
(HERE / "expected.json").write_text(json.dumps(expected, indent=2) + "\n")
