package io.dopt.importer.checkpoint.pickle;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.LazyTensors;
import io.dopt.tensor.TensorFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A file written by {@code torch.save} that holds a state dict: named tensors, or such a dict under
 * the key {@code state_dict} of a training checkpoint. Both formats are read, zip (torch 1.6 and
 * later) and the older one ({@code torch/serialization.py}). Tensors stay in the file until read.
 */
public final class TorchFile implements AutoCloseable {
  private final TensorFile file;
  private final Map<String, LazyTensor> tensors;

  private TorchFile(TensorFile file, Map<String, LazyTensor> tensors) {
    this.file = file;
    this.tensors = tensors;
  }

  /**
   * Opens the file and runs its pickle on a machine that can build tensors and nothing else.
   *
   * @throws DoptException (BAD_INPUT) when the file is damaged, no state dict, or its pickle
   *     imports a name off the list, which the message names; (IO) when it cannot be read
   */
  public static TorchFile open(Path path) {
    TensorFile file = TensorFile.open(path);
    try {
      return new TorchFile(file, Collections.unmodifiableMap(read(file)));
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static Map<String, LazyTensor> read(TensorFile file) {
    ByteBuffer start = ByteBuffer.allocate((int) Math.min(4, file.size()));
    file.readFully(0, start, "its first bytes");
    boolean zip = new String(start.array(), StandardCharsets.ISO_8859_1).equals("PK\3\4");
    SavedObject saved = zip ? ZipFormat.read(file) : LegacyFormat.read(file);
    Map<String, LazyTensor> tensors = new LinkedHashMap<>();
    for (Map.Entry<Object, Object> entry : stateDict(file, saved.root()).entrySet()) {
      if (entry.getValue() instanceof Pickled.Tensor tensor
          && entry.getKey() instanceof String name) {
        tensors.put(name, lazy(file, name, tensor, saved));
      } else if (entry.getValue() instanceof Pickled.Placeholder placeholder) {
        throw refuse(
            file,
            "has a " + placeholder.className + " where tensor " + entry.getKey() + " belongs");
      }
    }
    if (tensors.isEmpty()) {
      throw refuse(file, "holds no state dict, no tensor has a name");
    }
    return tensors;
  }

  private static Map<Object, Object> stateDict(TensorFile file, Object root) {
    if (!(root instanceof Pickled.Dictionary dictionary)) {
      throw refuse(file, "holds no state dict");
    }
    Object inner = dictionary.entries.get("state_dict");
    return inner instanceof Pickled.Dictionary wrapped ? wrapped.entries : dictionary.entries;
  }

  private static LazyTensor lazy(
      TensorFile file, String name, Pickled.Tensor tensor, SavedObject saved) {
    long begin = saved.storages().begin(tensor.storage);
    long offset = Math.addExact(begin, tensor.elementType.byteSize(tensor.offset));
    int rank = tensor.shape.size();
    // In memory, the axis with the largest stride is outermost, whichever axis it is in the tensor.
    List<Integer> order =
        IntStream.range(0, rank)
            .boxed()
            .sorted(Comparator.comparingLong(axis -> -effectiveStride(tensor, axis)))
            .toList();
    long expected = 1;
    List<Long> stored = new ArrayList<>();
    for (int i = rank - 1; i >= 0; i--) {
      long size = tensor.shape.get(order.get(i));
      if (size > 1 && tensor.strides.get(order.get(i)) != expected) {
        throw new DoptException(
            ErrorCode.UNSUPPORTED,
            String.format(
                "%s: tensor %s of shape %s has strides %s, a view with gaps or repetition. Save it"
                    + " once more with .contiguous(), or as safetensors.",
                file.path(), name, tensor.shape, tensor.strides));
      }
      expected *= size;
      stored.add(0, size);
    }
    List<Integer> permutation = new ArrayList<>();
    for (int axis = 0; axis < rank; axis++) {
      permutation.add(order.indexOf(axis));
    }
    return LazyTensors.transpose(
        file.tensor(name, tensor.elementType, stored, offset), permutation);
  }

  /** The stride of an axis of size 1 has no meaning; where it stands has none either. */
  private static long effectiveStride(Pickled.Tensor tensor, int axis) {
    return tensor.shape.get(axis) == 1 ? Long.MAX_VALUE : tensor.strides.get(axis);
  }

  private static DoptException refuse(TensorFile file, String what) {
    return new DoptException(
        ErrorCode.BAD_INPUT, file.path() + " " + what + ". It is not a checkpoint of a model.");
  }

  /** The named tensors, in the order of the file; readable until it is closed. */
  public Map<String, LazyTensor> tensors() {
    return tensors;
  }

  /** Closes the file; its tensors can no longer be read. */
  @Override
  public void close() {
    file.close();
  }
}
