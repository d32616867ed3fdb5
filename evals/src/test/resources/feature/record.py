"""Records distances of samples with NumPy and SciPy, and writes small ONNX networks: python record.py."""
import json
from pathlib import Path

import numpy as np
import onnx
import scipy.linalg
from onnx import TensorProto, helper
from safetensors.numpy import save_file

here = Path(__file__).parent
rng = np.random.default_rng(20)


def frechet(x, y):
    """As torchmetrics: the eigenvalues of S1 S2; and by scipy.linalg.sqrtm of the symmetric form."""
    x, y = x.astype(np.float64), y.astype(np.float64)
    s1, s2 = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    base = ((x.mean(0) - y.mean(0)) ** 2).sum() + np.trace(s1) + np.trace(s2)
    values, vectors = np.linalg.eigh(s1)
    root = vectors @ np.diag(np.sqrt(np.maximum(values, 0))) @ vectors.T
    return dict(sqrtm=float(base - 2 * np.trace(scipy.linalg.sqrtm(root @ s2 @ root)).real),
                eigenvalues=float(base - 2 * np.sqrt(np.linalg.eigvals(s1 @ s2).astype(complex)).sum().real))


def cmmd(x, y):
    """google-research/cmmd distance.py: sigma 10, scale 1000, on unit vectors."""
    x, y = (v.astype(np.float64) / np.linalg.norm(v.astype(np.float64), axis=1, keepdims=True) for v in (x, y))
    gamma = 1 / (2 * 10 ** 2)
    kernel = lambda a, b: np.exp(-gamma * (-2 * a @ b.T + (a * a).sum(1)[:, None] + (b * b).sum(1)[None])).mean()
    return float(1000 * (kernel(x, x) + kernel(y, y) - 2 * kernel(x, y)))


def perceptual(x, y):
    """LPIPS without its learned weights; x, y [channels, height, width]."""
    x, y = (v.astype(np.float64) / (np.linalg.norm(v.astype(np.float64), axis=0, keepdims=True) + 1e-10) for v in (x, y))
    return float(((x - y) ** 2).sum(0).mean())


mix = rng.normal(size=(12, 12))
samples = {
    'many': (rng.normal(size=(60, 12)) @ mix, rng.normal(size=(80, 12)) @ mix * 1.1 + 0.3),
    # Fewer samples than features: both covariances are singular.
    'few': (rng.normal(size=(7, 12)) @ mix, rng.normal(size=(9, 12)) @ mix + 0.2),
    # One side has fewer than features, the other more.
    'mixed': (rng.normal(size=(7, 12)) @ mix, rng.normal(size=(40, 12)) @ mix),
    # Features that never vary.
    'constant': (rng.normal(size=(30, 12)) * ([1.0] * 8 + [0.0] * 4), rng.normal(size=(30, 12)) * ([0.0] * 4 + [1.0] * 8)),
}
tensors, expected = {}, {}
for name, (x, y) in samples.items():
    x, y = x.astype(np.float32), y.astype(np.float32)
    tensors[name + '.x'], tensors[name + '.y'] = x, y
    expected[name] = dict(frechet=frechet(x, y), cmmd=cmmd(x, y))
x, y = rng.normal(size=(2, 5, 3, 4)).astype(np.float32)
tensors['map.x'], tensors['map.y'] = np.ascontiguousarray(x), np.ascontiguousarray(y)
expected['map'] = dict(perceptual=perceptual(x, y))
save_file(tensors, str(here / 'samples.safetensors'))


def network(file, size, outputs, kind=TensorProto.FLOAT):
    """A 2x2 convolution to 4 channels and, on request, its mean over places."""
    weight = helper.make_tensor('w', kind, [4, 3, 2, 2], (np.arange(48) % 7 - 3).astype(np.float32) / 8)
    nodes = [helper.make_node('Conv', ['image', 'w'], ['features'], strides=[2, 2], kernel_shape=[2, 2]),
             helper.make_node('ReduceMean', ['features'], ['pooled'], axes=[2, 3], keepdims=0)]
    shapes = dict(features=[1, 4, None, None], pooled=[1, 4])
    graph = helper.make_graph(
        nodes, 'g', [helper.make_tensor_value_info('image', kind, ['n', 3, *size])],
        [helper.make_tensor_value_info(name, kind, shapes[name]) for name in outputs], [weight])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)])
    model.ir_version = 8
    onnx.save(model, here / file)


network('fixed.onnx', [8, 6], ['features', 'pooled'])
network('any.onnx', ['h', 'w'], ['features'])
# What is no feature network: a matrix, and two inputs.
for file, inputs in (('matrix.onnx', [('x', [2, 3])]), ('two.onnx', [('x', [1, 3, 4, 4]), ('y', [1, 3, 4, 4])])):
    graph = helper.make_graph(
        [helper.make_node('Identity', ['x'], ['out'])], 'g',
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in inputs],
        [helper.make_tensor_value_info('out', TensorProto.FLOAT, inputs[0][1])])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)])
    model.ir_version = 8
    onnx.save(model, here / file)

# What fixed.onnx gives for the image ((7 y + 3 x + 5 c) mod 11) / 10 in 8 bits, prepared with mean .5 and deviation .25.
pixel, column, channel = np.indices((8, 6, 3))
image = np.rint(((7 * pixel + 3 * column + 5 * channel) % 11) / 10 * 255).astype(np.float64) / 255
pixels = ((image - .5) / .25).transpose(2, 0, 1)
weight = ((np.arange(48) % 7 - 3) / 8).reshape(4, 3, 2, 2)
features = np.einsum('ochw,cyhxw->oyx', weight, pixels.reshape(3, 4, 2, 3, 2))
expected['network'] = dict(pooled=features.mean((1, 2)).tolist(), first=features[:, 0, 0].tolist())
(here / 'expected.json').write_text(json.dumps(expected, indent=1) + '\n')
print(json.dumps(expected, indent=1))
