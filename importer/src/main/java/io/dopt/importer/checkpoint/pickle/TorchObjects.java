package io.dopt.importer.checkpoint.pickle;

import io.dopt.tensor.ElementType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the few names a torch pickle may import do when they are called. */
final class TorchObjects {
  private static final int MAXIMUM_RANK = 32;

  private final ByteCursor in;
  private final Map<String, Pickled.Storage> storages = new HashMap<>();

  /**
   * @param in the pickle, for messages
   */
  TorchObjects(ByteCursor in) {
    this.in = in;
  }

  /** The storages that were referred to, by key. */
  Map<String, Pickled.Storage> storages() {
    return storages;
  }

  Pickled.Imported importName(String module, String name) {
    return new Pickled.Imported(
        Global.of(module, name)
            .orElseThrow(
                () ->
                    in.forbid(
                        String.format(
                            "imports %s.%s, which a checkpoint has no use for and dopt never runs."
                                + " Do not load this file with anything that would; get the model"
                                + " as safetensors.",
                            shown(module), shown(name)))));
  }

  /** A name from the file, printable and kept short. */
  private static String shown(String name) {
    String printable = name.replaceAll("[^\\x20-\\x7e]", "?");
    return printable.length() <= 100 ? printable : printable.substring(0, 97) + "...";
  }

  Object call(Object callee, Pickled.Sequence arguments) {
    if (callee instanceof Pickled.Placeholder placeholder) {
      return placeholder;
    }
    if (!(callee instanceof Pickled.Imported imported)) {
      throw in.refuse("calls what is no function");
    }
    Global global = imported.global;
    if (global instanceof Global.Inert inert) {
      return new Pickled.Placeholder(inert.name());
    }
    if (!(global instanceof Global.Function function)) {
      throw in.refuse("calls what is no function");
    }
    return switch (function) {
      case ORDERED_DICT -> orderedDict(arguments);
      case SIZE -> new Pickled.Sequence(argument(arguments, 0, Pickled.Sequence.class).items);
      case REBUILD_PARAMETER -> argument(arguments, 0, Pickled.Tensor.class);
      case REBUILD_TENSOR, REBUILD_TENSOR_V2 -> tensor(arguments, typed(arguments));
      case REBUILD_TENSOR_V3 -> tensor(arguments, dataType(arguments));
    };
  }

  private Pickled.Dictionary orderedDict(Pickled.Sequence arguments) {
    Pickled.Dictionary dictionary = new Pickled.Dictionary();
    if (!arguments.items.isEmpty()) {
      for (Object item : argument(arguments, 0, Pickled.Sequence.class).items) {
        if (!(item instanceof Pickled.Sequence pair) || pair.items.size() != 2) {
          throw in.refuse("makes an OrderedDict of what are no pairs");
        }
        dictionary.entries.put(pair.items.get(0), pair.items.get(1));
      }
    }
    return dictionary;
  }

  private ElementType typed(Pickled.Sequence arguments) {
    return argument(arguments, 0, Pickled.Storage.class)
        .elementType
        .orElseThrow(() -> in.refuse("makes a tensor of an untyped storage"));
  }

  /** Argument 6 of {@code _rebuild_tensor_v3} is the dtype; its storage is untyped. */
  private ElementType dataType(Pickled.Sequence arguments) {
    if (argument(arguments, 6, Pickled.Imported.class).global instanceof Global.DataType type) {
      return type.elementType();
    }
    throw in.refuse("makes a tensor without a dtype");
  }

  /** {@code (storage, storage_offset, size, stride, ...)}; what follows does not matter here. */
  private Pickled.Tensor tensor(Pickled.Sequence arguments, ElementType elementType) {
    Pickled.Storage storage = argument(arguments, 0, Pickled.Storage.class);
    long offset = argument(arguments, 1, Long.class);
    List<Long> shape = numbers(argument(arguments, 2, Pickled.Sequence.class));
    List<Long> strides = numbers(argument(arguments, 3, Pickled.Sequence.class));
    if (shape.size() != strides.size() || shape.size() > MAXIMUM_RANK || offset < 0) {
      throw in.refuse("makes a tensor of shape " + shape + " with strides " + strides);
    }
    requireInside(storage, elementType, offset, shape, strides);
    return new Pickled.Tensor(storage, elementType, offset, shape, strides);
  }

  private void requireInside(
      Pickled.Storage storage,
      ElementType elementType,
      long offset,
      List<Long> shape,
      List<Long> strides) {
    long elements =
        storage.elementType.isPresent() ? storage.size : storage.size * 8 / elementType.bits();
    try {
      long count = 1;
      long last = offset;
      for (int axis = 0; axis < shape.size(); axis++) {
        count = Math.multiplyExact(count, shape.get(axis));
        last = Math.addExact(last, Math.multiplyExact(shape.get(axis) - 1, strides.get(axis)));
      }
      Math.multiplyExact(count, 8L);
      if (count > 0 && last >= elements) {
        throw in.refuse(
            String.format(
                "makes a tensor of shape %s that reaches beyond its storage of %d elements",
                shape, elements));
      }
    } catch (ArithmeticException e) {
      throw in.refuse("makes a tensor of shape " + shape + ", too large to address");
    }
  }

  private List<Long> numbers(Pickled.Sequence sequence) {
    List<Long> numbers = new ArrayList<>();
    for (Object item : sequence.items) {
      if (!(item instanceof Long number) || number < 0) {
        throw in.refuse("makes a tensor with a size or stride that is no number >= 0");
      }
      numbers.add(number);
    }
    return numbers;
  }

  /** The persistent id {@code ("storage", class, key, location, size[, view])}. */
  Pickled.Storage storage(Pickled.Sequence id) {
    if (!"storage".equals(argument(id, 0, String.class))) {
      throw in.refuse("refers to something else than a storage");
    }
    if (!(argument(id, 1, Pickled.Imported.class).global instanceof Global.StorageClass type)) {
      throw in.refuse("refers to a storage of a class that is none");
    }
    if (id.items.size() > 5 && !(id.items.get(5) instanceof Pickled.None)) {
      throw in.forbid(
          "has a storage that is a view of another, as torch before 0.4 wrote them. Load and save"
              + " the file once with a newer torch.");
    }
    long size = argument(id, 4, Long.class);
    if (size < 0 || size > Long.MAX_VALUE / 64) {
      throw in.refuse("refers to a storage of " + size + " elements");
    }
    String key = argument(id, 2, String.class);
    Pickled.Storage storage =
        storages.computeIfAbsent(key, k -> new Pickled.Storage(k, type.elementType(), size));
    if (!storage.elementType.equals(type.elementType()) || storage.size != size) {
      throw in.refuse("refers to one storage as two different ones");
    }
    return storage;
  }

  /** State set on a dict is torch's {@code _metadata}; on a placeholder it is nothing. */
  void requireStateIsIgnorable(Object target) {
    if (!(target instanceof Pickled.Dictionary || target instanceof Pickled.Placeholder)) {
      throw in.refuse("sets the state of an object that has none");
    }
  }

  private <T> T argument(Pickled.Sequence arguments, int index, Class<T> type) {
    Object value = index < arguments.items.size() ? arguments.items.get(index) : null;
    if (type.isInstance(value)) {
      return type.cast(value);
    }
    throw in.refuse("calls a function with arguments it does not take");
  }
}
