package io.dopt.importer.checkpoint.pickle;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.TensorFile;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/**
 * The format before torch 1.6: the pickles of a magic number, the protocol, facts about the
 * machine, the object and the list of its storages' keys; then the storages in that order, each
 * after its number of elements.
 */
final class LegacyFormat {
  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final long PROTOCOL = 1001;

  private LegacyFormat() {}

  static SavedObject read(TensorFile file) {
    ByteCursor in = new ByteCursor(file, 0, file.size(), "its pickle");
    if (file.size() < 2 || in.readByte() != 0x80) {
      throw refuse(file, "does not begin like a file of torch.save");
    }
    in = new ByteCursor(file, 0, file.size(), "its pickle");
    if (!MAGIC.equals(new Unpickler(in).load())) {
      throw refuse(file, "is a pickle, but lacks the magic number of torch.save");
    }
    if (!Long.valueOf(PROTOCOL).equals(new Unpickler(in).load())) {
      throw refuse(file, "has a version other than " + PROTOCOL);
    }
    requireLittleEndian(file, new Unpickler(in).load());
    Unpickler object = new Unpickler(in);
    Object root = object.load();
    if (!(new Unpickler(in).load() instanceof Pickled.Sequence keys)) {
      throw refuse(file, "has no list of storages");
    }
    Map<String, Long> begins = locate(file, in.position(), keys, object.storages());
    return new SavedObject(root, storage -> begins.get(storage.key));
  }

  private static void requireLittleEndian(TensorFile file, Object machine) {
    if (!(machine instanceof Pickled.Dictionary facts)
        || !Boolean.TRUE.equals(facts.entries.get("little_endian"))) {
      throw refuse(file, "was not written on a little-endian machine, and dopt reads only that");
    }
  }

  /** First bytes of the storages, whose sizes in the file must be those the object says. */
  private static Map<String, Long> locate(
      TensorFile file, long begin, Pickled.Sequence keys, Map<String, Pickled.Storage> storages) {
    Map<String, Long> begins = new HashMap<>();
    long position = begin;
    for (Object key : keys.items) {
      Pickled.Storage storage = storages.get(key instanceof String text ? text : "");
      if (storage == null || begins.containsKey(storage.key)) {
        throw refuse(file, "lists a storage that its object does not refer to, or lists it twice");
      }
      ByteBuffer size = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
      file.readFully(position, size, "the size of storage " + storage.key);
      long bytes =
          storage.elementType.map(type -> type.byteSize(storage.size)).orElse(storage.size);
      if (size.getLong(0) != storage.size) {
        throw refuse(
            file,
            String.format(
                "has %d elements in the storage %s, which should have %d",
                size.getLong(0), storage.key, storage.size));
      }
      if (bytes > file.size() - position - 8) {
        throw refuse(file, "ends in the middle of the storage " + storage.key);
      }
      begins.put(storage.key, position + 8);
      position += 8 + bytes;
    }
    if (!begins.keySet().containsAll(storages.keySet())) {
      throw refuse(file, "refers to storages that it does not list");
    }
    return begins;
  }

  private static DoptException refuse(TensorFile file, String what) {
    return new DoptException(
        ErrorCode.BAD_INPUT,
        file.path() + " " + what + ". The file is damaged or not from torch.save.");
  }
}
