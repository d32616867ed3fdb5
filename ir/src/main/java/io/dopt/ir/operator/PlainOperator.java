package io.dopt.ir.operator;

/**
 * ONNX's vocabulary with ONNX's semantics; small constant operands are attributes
 * (docs/architecture.md).
 */
public sealed interface PlainOperator extends Operator
    permits ArgMax,
        AveragePool,
        Binary,
        Cast,
        Clip,
        Compare,
        Concat,
        Conv,
        DequantizeLinear,
        Expand,
        Gather,
        GatherElements,
        Gelu,
        InstanceNormalization,
        LayerNormalization,
        MatMul,
        Pad,
        QuantizeLinear,
        Reduce,
        Reshape,
        Resize,
        Slice,
        Softmax,
        Split,
        Transpose,
        Unary,
        Where {}
