package io.dopt.importer.checkpoint.pickle;

import io.dopt.tensor.ElementType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an unpickler builds beside Java's own strings, numbers, booleans and byte arrays. None of it
 * compares by content, so that a structure nested without end cannot make a comparison recurse.
 */
sealed interface Pickled {
  /** Python's None. */
  final class None implements Pickled {}

  /** A list, tuple, set or {@code torch.Size}. */
  final class Sequence implements Pickled {
    final List<Object> items;

    Sequence(List<Object> items) {
      this.items = new ArrayList<>(items);
    }
  }

  /** A dict or OrderedDict. */
  final class Dictionary implements Pickled {
    final Map<Object, Object> entries = new LinkedHashMap<>();
  }

  /** An object of a class that is known, harmless and of no use here; it has no content. */
  final class Placeholder implements Pickled {
    final String className;

    Placeholder(String className) {
      this.className = className;
    }
  }

  /** A name that was imported: what {@code GLOBAL} pushes. */
  final class Imported implements Pickled {
    final Global global;

    Imported(Global global) {
      this.global = global;
    }
  }

  /**
   * Where the elements of tensors lie.
   *
   * <p>{@code elementType} is empty for an untyped storage, whose {@code size} is in bytes; for a
   * typed one it is in elements.
   */
  final class Storage implements Pickled {
    final String key;
    final Optional<ElementType> elementType;
    final long size;

    Storage(String key, Optional<ElementType> elementType, long size) {
      this.key = key;
      this.elementType = elementType;
      this.size = size;
    }
  }

  /** A tensor as a view into a storage; offset and strides in elements. */
  final class Tensor implements Pickled {
    final Storage storage;
    final ElementType elementType;
    final long offset;
    final List<Long> shape;
    final List<Long> strides;

    Tensor(
        Storage storage,
        ElementType elementType,
        long offset,
        List<Long> shape,
        List<Long> strides) {
      this.storage = storage;
      this.elementType = elementType;
      this.offset = offset;
      this.shape = List.copyOf(shape);
      this.strides = List.copyOf(strides);
    }
  }
}
