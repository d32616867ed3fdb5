package io.dopt.compiler.onnx;

import io.dopt.tensor.LazyTensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where the weights that several programs share lie in their common file: in order of first use,
 * tensors of equal fingerprint once. Tensors below {@value #INLINE_LIMIT} bytes have no place; they
 * go into the models.
 */
public final class WeightsLayout {
  /** Tensors smaller than this many bytes are written into the model. */
  public static final long INLINE_LIMIT = 1024;

  private static final long PAGE = 4096;
  private static final long CACHE_LINE = 64;

  private final Map<String, Slot> slots;
  private final long byteSize;

  private WeightsLayout(Map<String, Slot> slots, long byteSize) {
    this.slots = Collections.unmodifiableMap(slots);
    this.byteSize = byteSize;
  }

  /**
   * One stored tensor.
   *
   * @param data the content
   * @param offset byte in the file it starts at: a multiple of 64, of 4096 from 4 KiB up, so that
   *     an engine can map it
   */
  record Slot(LazyTensor data, long offset) {}

  /** Lays out every large initializer of {@code programs}. */
  public static WeightsLayout of(List<OnnxProgram> programs) {
    Map<String, Slot> slots = new LinkedHashMap<>();
    long end = 0;
    for (OnnxProgram program : programs) {
      for (Initializer initializer : program.initializers()) {
        LazyTensor data = initializer.data();
        if (data.byteSize() >= INLINE_LIMIT && !slots.containsKey(data.fingerprint())) {
          long alignment = data.byteSize() >= PAGE ? PAGE : CACHE_LINE;
          long offset = Math.addExact(end, alignment - 1) / alignment * alignment;
          slots.put(data.fingerprint(), new Slot(data, offset));
          end = Math.addExact(offset, data.byteSize());
        }
      }
    }
    return new WeightsLayout(slots, end);
  }

  /** Bytes the file takes; 0 when there is nothing to store. */
  public long byteSize() {
    return byteSize;
  }

  /** Where {@code initializer} lies; empty when it goes into the model. */
  Optional<Slot> slot(Initializer initializer) {
    return initializer.data().byteSize() < INLINE_LIMIT
        ? Optional.empty()
        : Optional.of(slots.get(initializer.data().fingerprint()));
  }

  /** All slots, by rising offset. */
  Iterable<Slot> slots() {
    return slots.values();
  }
}
