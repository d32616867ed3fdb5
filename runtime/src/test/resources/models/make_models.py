"""Writes the tiny ONNX models of the runtime's tests: components with the signatures of real ones and
arithmetic simple enough to be repeated in a test. Needs only the onnx package:  python make_models.py
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64


def save(name, nodes, inputs, outputs, constants=(), external=None):
    initializers = [numpy_helper.from_array(np.asarray(value), key) for key, value in constants]
    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info(*i) for i in inputs],
        [helper.make_tensor_value_info(*o) for o in outputs],
        initializers,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    onnx.checker.check_model(model)
    if external:
        onnx.save_model(
            model, name + ".onnx", save_as_external_data=True, location=external, size_threshold=0
        )
    else:
        onnx.save_model(model, name + ".onnx")


def node(op, inputs, output, **attributes):
    return helper.make_node(op, inputs.split(" "), [output], **attributes)


def text_encoder(name, features, pooled_name):
    table = (np.arange(616 * features).reshape(616, features) % 17 / 8 - 1).astype(np.float32)
    save(
        name,
        [
            node("Gather", "table input_ids", "last_hidden_state"),
            node("Mul", "last_hidden_state half", "hidden_states_penultimate"),
            node("ReduceMean", "last_hidden_state one", pooled_name, keepdims=0),
        ],
        [("input_ids", INT64, ["batch", 24])],
        [
            ("last_hidden_state", FLOAT, ["batch", 24, features]),
            (pooled_name, FLOAT, ["batch", features]),
            ("hidden_states_penultimate", FLOAT, ["batch", 24, features]),
        ],
        [("table", table), ("half", np.float32(0.5)), ("one", np.array([1], np.int64))],
    )


def unet(name, features, batch="batch", height="height", width="width", offset=0.0, extra=()):
    """sample/2 + offset + timestep/10000 + mean(encoder_hidden_states) + mean of each extra input"""
    nodes = [
        node("Mul", "sample half", "halved"),
        node("Mul", "timestep small", "time"),
        node("ReduceMean", "encoder_hidden_states text_axes", "text_mean", keepdims=0),
        node("Reshape", "text_mean per_sample", "text"),
        node("Add", "halved time", "sum0"),
        node("Add", "sum0 text", "sum1"),
        node("Add", "sum1 offset", "base"),
    ]
    total = "base"
    for key, _ in extra:
        nodes += [
            node("ReduceMean", f"{key} extra_axes", f"{key}_mean", keepdims=0),
            node("Reshape", f"{key}_mean per_sample", f"{key}_term"),
            node("Add", f"{total} {key}_term", f"{key}_sum"),
        ]
        total = f"{key}_sum"
    nodes.append(node("Identity", total, "out_sample"))
    save(
        name,
        nodes,
        [
            ("sample", FLOAT, [batch, 4, height, width]),
            ("timestep", FLOAT, []),
            ("encoder_hidden_states", FLOAT, [batch, "sequence" if batch == "batch" else 24, features]),
        ]
        + [(key, FLOAT, [batch, size]) for key, size in extra],
        [("out_sample", FLOAT, [batch, 4, height, width])],
        [
            ("half", np.float32(0.5)),
            ("small", np.float32(1e-4)),
            ("offset", np.float32(offset)),
            ("text_axes", np.array([1, 2], np.int64)),
            ("extra_axes", np.array([1], np.int64)),
            ("per_sample", np.array([-1, 1, 1, 1], np.int64)),
        ],
    )


def vae():
    to_half_size = dict(kernel_shape=[2, 2], strides=[2, 2])
    save(
        "vae_encoder",
        [
            node("AveragePool", "sample", "pooled", **to_half_size),
            node("ReduceMean", "pooled channel", "gray"),
            node("Concat", "pooled gray", "mean", axis=1),
            node("Mul", "mean zero", "zeros"),
            node("Add", "zeros minus_two", "logvar"),
        ],
        [("sample", FLOAT, ["batch", 3, "height", "width"])],
        [
            ("mean", FLOAT, ["batch", 4, "half_height", "half_width"]),
            ("logvar", FLOAT, ["batch", 4, "half_height", "half_width"]),
        ],
        [
            ("channel", np.array([1], np.int64)),
            ("zero", np.float32(0)),
            ("minus_two", np.float32(-2)),
        ],
    )
    save(
        "vae_decoder",
        [
            node("Slice", "latent from to channel", "colours"),
            node("Resize", "colours  scales", "sample", mode="nearest"),
        ],
        [("latent", FLOAT, ["batch", 4, "height", "width"])],
        [("sample", FLOAT, ["batch", 3, "double_height", "double_width"])],
        [
            ("from", np.array([0], np.int64)),
            ("to", np.array([3], np.int64)),
            ("channel", np.array([1], np.int64)),
            ("scales", np.array([1, 1, 2, 2], np.float32)),
        ],
    )


if __name__ == "__main__":
    text_encoder("text_encoder", 4, "pooler_output")
    text_encoder("text_encoder_2", 6, "text_embeds")
    unet("unet", 4)
    # A recognisable offset, so that a test sees which engine ran.
    unet("unet_batch2_height8_width8", 4, 2, 8, 8, offset=10.0)
    unet("unet_xl", 10, extra=[("text_embeds", 6), ("time_ids", 6)])
    unet("unet_lcm", 4, extra=[("timestep_cond", 8)])
    vae()
    save(
        "sampler",
        [node("MatMul", "coefficients history", "sample")],
        [
            ("coefficients", FLOAT, ["copies", "rows"]),
            ("history", FLOAT, ["rows", "elements"]),
        ],
        [("sample", FLOAT, ["copies", "elements"])],
    )
    table = np.arange(12, dtype=np.float32).reshape(4, 3)
    save(
        "external",
        [node("MatMul", "sample table", "out_sample")],
        [("sample", FLOAT, ["batch", 4])],
        [("out_sample", FLOAT, ["batch", 3])],
        [("table", table)],
        external="external.bin",
    )
