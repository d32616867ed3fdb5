"""Writes the ONNX models of PlanRunTest (onnx 1.23): python make_models.py"""
import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper


def save(name, nodes, inputs, outputs, weights):
    initializers = [numpy_helper.from_array(value, key) for key, value in weights.items()]
    graph = helper.make_graph(nodes, "graph", inputs, outputs, initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    with open(name, "wb") as file:
        file.write(model.SerializeToString())


def tensor(name, *shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def denoiser(name, seed):
    """Two convolutions with the timestep between them; the output cannot be called sample too."""
    random = numpy.random.default_rng(seed)
    weights = {
        "first.weight": 0.3 * random.standard_normal((8, 4, 3, 3), numpy.float32),
        "first.bias": random.standard_normal(8, numpy.float32),
        "second.weight": 0.3 * random.standard_normal((4, 8, 3, 3), numpy.float32),
        "second.bias": random.standard_normal(4, numpy.float32),
        "scale": numpy.array(0.001, numpy.float32),
    }
    nodes = [
        helper.make_node("Conv", ["sample", "first.weight", "first.bias"], ["a"], pads=[1] * 4),
        helper.make_node("Mul", ["timestep", "scale"], ["time"]),
        helper.make_node("Add", ["a", "time"], ["b"]),
        helper.make_node("Tanh", ["b"], ["c"]),
        helper.make_node("Conv", ["c", "second.weight", "second.bias"], ["out_sample"], pads=[1] * 4),
    ]
    save(name, nodes, [tensor("sample", 2, 4, 8, 8), tensor("timestep")], [tensor("out_sample", 2, 4, 8, 8)], weights)


denoiser("denoiser-a.onnx", 1)
denoiser("denoiser-b.onnx", 2)
save(
    "sampler.onnx",
    [helper.make_node("MatMul", ["coefficients", "history"], ["sample"])],
    [tensor("coefficients", "copies", "rows"), tensor("history", "rows", "elements")],
    [tensor("sample", "copies", "elements")],
    {},
)
