package io.dopt.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Transforms of lazy tensors: each returns a tensor that streams its source through the transform
 * when it is read, holding at most a few tens of MiB. A transform that changes nothing returns its
 * source; one that only selects contiguous bytes of a file reads just those; rearranging what a
 * cast widens rearranges the narrow elements. Arguments that do not fit the tensor are a {@link
 * DoptException} (INTERNAL), since callers check what users give them.
 */
public final class LazyTensors {
  private LazyTensors() {}

  /**
   * Converts the elements as ONNX {@code Cast} does: to a narrower floating-point type with one
   * rounding to nearest even (16-bit types overflow to infinity, 8-bit ones saturate, as with
   * {@code saturate = 1}), to an integer towards zero and saturating (NaN gives 0), to bool by
   * comparison with zero.
   *
   * @throws DoptException (UNSUPPORTED) for 4-bit types
   */
  public static LazyTensor cast(LazyTensor source, ElementType to) {
    return source.elementType() == to ? source : new CastTensor(source, to);
  }

  /** The same elements in the same order, as another shape of as many elements. */
  public static LazyTensor reshape(LazyTensor source, List<Long> shape) {
    if (shape.equals(source.shape())) {
      return source;
    }
    long count = 1;
    for (long dimension : shape) {
      require(dimension >= 0, source, "reshaped to " + shape);
      count = Math.multiplyExact(count, dimension);
    }
    require(count == source.elementCount(), source, "reshaped to " + shape);
    if (source instanceof TensorFile.Slice slice) {
      return slice.part(0, shape);
    }
    if (source instanceof CastTensor cast) {
      return cast(reshape(cast.source(), shape), cast.elementType());
    }
    LazyTensor origin = source instanceof ReshapedTensor reshaped ? reshaped.source() : source;
    return shape.equals(origin.shape()) ? origin : new ReshapedTensor(origin, List.copyOf(shape));
  }

  /**
   * Permutes the axes as ONNX {@code Transpose}: axis {@code i} of the result is axis {@code
   * permutation.get(i)} of the source.
   */
  public static LazyTensor transpose(LazyTensor source, List<Integer> permutation) {
    List<Integer> identity = IntStream.range(0, source.shape().size()).boxed().toList();
    require(
        permutation.stream().sorted().toList().equals(identity),
        source,
        "transposed by " + permutation);
    requireWholeBytes(source);
    if (permutation.equals(identity)) {
      return source;
    }
    if (source instanceof CastTensor cast
        && cast.source().elementType().bits() <= cast.elementType().bits()) {
      return cast(transpose(cast.source(), permutation), cast.elementType());
    }
    return new TransposedTensor(source, List.copyOf(permutation));
  }

  /** The part from index {@code begin} to before {@code end} along {@code axis}. */
  public static LazyTensor slice(LazyTensor source, int axis, long begin, long end) {
    List<Long> shape = source.shape();
    require(
        axis >= 0 && axis < shape.size() && begin >= 0 && begin <= end && end <= shape.get(axis),
        source,
        "sliced from " + begin + " to " + end + " along axis " + axis);
    requireWholeBytes(source);
    if (begin == 0 && end == shape.get(axis)) {
      return source;
    }
    if (source instanceof CastTensor cast) {
      return cast(slice(cast.source(), axis, begin, end), cast.elementType());
    }
    if (source instanceof TransposedTensor transposed) {
      List<Integer> permutation = transposed.permutation();
      return transpose(slice(transposed.source(), permutation.get(axis), begin, end), permutation);
    }
    List<Long> partShape = new ArrayList<>(shape);
    partShape.set(axis, end - begin);
    boolean contiguous = shape.subList(0, axis).stream().allMatch(dimension -> dimension == 1);
    if (contiguous && source instanceof TensorFile.Slice slice) {
      return slice.part(begin * (source.elementCount() / shape.get(axis)), partShape);
    }
    return new SlicedTensor(source, axis, begin, List.copyOf(partShape));
  }

  /** The sources one after the other along {@code axis}; of one type, equal in all other axes. */
  public static LazyTensor concatenate(List<? extends LazyTensor> sources, int axis) {
    LazyTensor first = sources.get(0);
    List<Long> shape = new ArrayList<>(first.shape());
    require(axis >= 0 && axis < shape.size(), first, "concatenated along axis " + axis);
    shape.set(axis, 0L);
    List<Long> template = List.copyOf(shape);
    for (LazyTensor source : sources) {
      List<Long> others = new ArrayList<>(source.shape());
      require(axis < others.size(), source, "concatenated with " + first);
      shape.set(axis, shape.get(axis) + others.set(axis, 0L));
      require(
          others.equals(template) && source.elementType() == first.elementType(),
          source,
          "concatenated with " + first);
    }
    requireWholeBytes(first);
    return sources.size() == 1
        ? first
        : new ConcatenatedTensor(List.copyOf(sources), axis, List.copyOf(shape));
  }

  /** Every element times {@code factor}, computed in float64 and rounded once. */
  public static LazyTensor scale(LazyTensor source, double factor) {
    return affine(source, factor, 0);
  }

  /** Every element times {@code factor} plus {@code offset}, in float64 and rounded once. */
  public static LazyTensor affine(LazyTensor source, double factor, double offset) {
    require(source.elementType().isFloatingPoint(), source, "scaled");
    return factor == 1 && offset == 0 ? source : new AffineTensor(source, factor, offset);
  }

  /**
   * Every element times the factor of its index along {@code axis}, in float64 and rounded once.
   *
   * @param factors one per index
   */
  public static LazyTensor scaleAxis(LazyTensor source, int axis, float... factors) {
    List<Long> shape = source.shape();
    require(
        source.elementType().isFloatingPoint()
            && axis >= 0
            && axis < shape.size()
            && shape.get(axis) == factors.length,
        source,
        "scaled by " + factors.length + " factors along axis " + axis);
    long count = factors.length;
    return new AxisScaledTensor(source, axis, DenseTensor.ofFloats(List.of(count), factors));
  }

  /**
   * The elements divided by their scales in float32, rounded to nearest even and saturated to the
   * small type of {@code parameters}, as ONNX {@code QuantizeLinear} with a zero point of 0; 4-bit
   * ones packed two to a byte, the first in the low half. A NaN becomes 0 unless the type has one:
   * whoever computes the scales refuses it.
   */
  public static LazyTensor quantize(LazyTensor source, QuantizationParameters parameters) {
    require(
        source.elementType().isFloatingPoint()
            && parameters
                .granularity()
                .scaleShape(source.shape())
                .equals(parameters.scale().shape()),
        source,
        "quantized by scales " + parameters.scale().shape() + " " + parameters.granularity());
    return new QuantizedTensor(source, parameters);
  }

  /**
   * The matrix [K, N] less the product of {@code left} [K, r] and {@code right} [r, N], in float32:
   * what a low-rank branch leaves to be quantized.
   */
  public static LazyTensor residual(LazyTensor source, DenseTensor left, DenseTensor right) {
    List<Long> shape = source.shape();
    require(
        shape.size() == 2
            && left.shape().size() == 2
            && right.shape().size() == 2
            && left.shape().get(0).equals(shape.get(0))
            && right.shape().get(1).equals(shape.get(1))
            && left.shape().get(1).equals(right.shape().get(0)),
        source,
        "reduced by " + left.shape() + " times " + right.shape());
    return new ResidualTensor(source, left, right);
  }

  private static void requireWholeBytes(LazyTensor source) {
    require(source.elementType().bits() % 8 == 0, source, "rearranged, being packed below a byte");
  }

  private static void require(boolean condition, LazyTensor source, String what) {
    if (!condition) {
      throw new DoptException(
          ErrorCode.INTERNAL,
          String.format(
              "A tensor %s%s cannot be %s.", source.elementType().text(), source.shape(), what));
    }
  }
}
