package io.dopt.importer.checkpoint.pickle;

import io.dopt.tensor.ElementType;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A Python name a pickle may import; the list of all of them. */
sealed interface Global {

  /** A function or class whose effect is modelled. */
  enum Function implements Global {
    ORDERED_DICT,
    SIZE,
    REBUILD_TENSOR,
    REBUILD_TENSOR_V2,
    REBUILD_TENSOR_V3,
    REBUILD_PARAMETER
  }

  /** A storage class; untyped when the element type is empty. */
  record StorageClass(Optional<ElementType> elementType) implements Global {}

  /** A {@code torch.dtype}. */
  record DataType(ElementType elementType) implements Global {}

  /** A class of training leftovers: its instances become placeholders. */
  record Inert(String name) implements Global {}

  /** Names by which torch.save refers to what is modelled ({@code torch/_utils.py}). */
  Map<String, Function> FUNCTIONS =
      Map.of(
          "collections.OrderedDict", Function.ORDERED_DICT,
          "torch.Size", Function.SIZE,
          "torch._utils._rebuild_tensor", Function.REBUILD_TENSOR,
          "torch._utils._rebuild_tensor_v2", Function.REBUILD_TENSOR_V2,
          "torch._utils._rebuild_tensor_v3", Function.REBUILD_TENSOR_V3,
          "torch._utils._rebuild_parameter", Function.REBUILD_PARAMETER);

  Map<String, ElementType> STORAGES =
      Map.of(
          "DoubleStorage", ElementType.FLOAT64,
          "FloatStorage", ElementType.FLOAT32,
          "HalfStorage", ElementType.FLOAT16,
          "BFloat16Storage", ElementType.BFLOAT16,
          "LongStorage", ElementType.INT64,
          "IntStorage", ElementType.INT32,
          "ShortStorage", ElementType.INT16,
          "CharStorage", ElementType.INT8,
          "ByteStorage", ElementType.UINT8,
          "BoolStorage", ElementType.BOOL);

  Map<String, ElementType> DATA_TYPES =
      Map.ofEntries(
          Map.entry("float64", ElementType.FLOAT64),
          Map.entry("float32", ElementType.FLOAT32),
          Map.entry("float16", ElementType.FLOAT16),
          Map.entry("bfloat16", ElementType.BFLOAT16),
          Map.entry("float8_e4m3fn", ElementType.FLOAT8E4M3FN),
          Map.entry("float8_e5m2", ElementType.FLOAT8E5M2),
          Map.entry("int64", ElementType.INT64),
          Map.entry("int32", ElementType.INT32),
          Map.entry("int16", ElementType.INT16),
          Map.entry("int8", ElementType.INT8),
          Map.entry("uint64", ElementType.UINT64),
          Map.entry("uint32", ElementType.UINT32),
          Map.entry("uint16", ElementType.UINT16),
          Map.entry("uint8", ElementType.UINT8),
          Map.entry("bool", ElementType.BOOL));

  /** What published training checkpoints carry beside their state_dict. */
  Set<String> INERT =
      Set.of(
          "pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint",
          "pytorch_lightning.callbacks.early_stopping.EarlyStopping",
          "lightning.pytorch.callbacks.model_checkpoint.ModelCheckpoint",
          "pytorch_lightning.utilities.parsing.AttributeDict",
          "numpy.core.multiarray.scalar",
          "numpy._core.multiarray.scalar",
          "numpy.dtype",
          "_codecs.encode",
          "argparse.Namespace",
          "collections.defaultdict",
          "typing.Any",
          "builtins.dict",
          "builtins.list",
          "builtins.int",
          "__builtin__.dict",
          "__builtin__.list",
          "__builtin__.int",
          "omegaconf.dictconfig.DictConfig",
          "omegaconf.listconfig.ListConfig",
          "omegaconf.base.ContainerMetadata",
          "omegaconf.base.Metadata",
          "omegaconf.nodes.AnyNode",
          "torch.device");

  /** The global of that name; empty when it is not on the list. */
  static Optional<Global> of(String module, String name) {
    String full = module + "." + name;
    if (FUNCTIONS.containsKey(full)) {
      return Optional.of(FUNCTIONS.get(full));
    }
    if (INERT.contains(full)) {
      return Optional.of(new Inert(full));
    }
    if ((module.equals("torch") || module.equals("torch.cuda")) && STORAGES.containsKey(name)) {
      return Optional.of(new StorageClass(Optional.of(STORAGES.get(name))));
    }
    if (full.equals("torch.storage.UntypedStorage")) {
      return Optional.of(new StorageClass(Optional.empty()));
    }
    if (module.equals("torch") && DATA_TYPES.containsKey(name)) {
      return Optional.of(new DataType(DATA_TYPES.get(name)));
    }
    return Optional.empty();
  }
}
