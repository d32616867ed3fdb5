package io.dopt.importer.checkpoint.pickle;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.TensorFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * The format of torch 1.6 and later: a zip archive with {@code NAME/data.pkl}, and every storage as
 * {@code NAME/data/KEY}.
 */
final class ZipFormat {
  private static final String PICKLE = "/data.pkl";

  private ZipFormat() {}

  static SavedObject read(TensorFile file) {
    Map<String, ZipDirectory.Range> entries = ZipDirectory.read(file);
    List<String> pickles = entries.keySet().stream().filter(name -> name.endsWith(PICKLE)).toList();
    if (pickles.size() != 1) {
      throw refuse(file, "has " + pickles.size() + " entries data.pkl instead of one");
    }
    String prefix = pickles.get(0).substring(0, pickles.get(0).length() - PICKLE.length());
    requireLittleEndian(file, entries.get(prefix + "/byteorder"));
    ZipDirectory.Range range = entries.get(pickles.get(0));
    Unpickler unpickler =
        new Unpickler(new ByteCursor(file, range.begin(), range.end(), "its data.pkl"));
    return new SavedObject(
        unpickler.load(), storage -> begin(file, entries, prefix + "/data/", storage));
  }

  private static void requireLittleEndian(TensorFile file, ZipDirectory.Range byteOrder) {
    if (byteOrder == null) {
      return; // Written before torch 2.1: little-endian in all likelihood, as torch assumes.
    }
    ByteBuffer text = ByteBuffer.allocate((int) Math.min(16, byteOrder.size()));
    file.readFully(byteOrder.begin(), text, "its byteorder");
    String order = new String(text.array(), StandardCharsets.US_ASCII);
    if (!order.equals("little")) {
      throw refuse(file, "has the byte order \"" + order + "\", and dopt reads little-endian");
    }
  }

  private static long begin(
      TensorFile file,
      Map<String, ZipDirectory.Range> entries,
      String folder,
      Pickled.Storage storage) {
    ZipDirectory.Range range = entries.get(folder + storage.key);
    if (range == null) {
      throw refuse(file, "lacks the storage " + folder + storage.key);
    }
    long bytes = storage.elementType.map(type -> type.byteSize(storage.size)).orElse(storage.size);
    if (bytes > range.size()) {
      throw refuse(
          file,
          String.format(
              "has %d bytes in the storage %s%s, which should have %d",
              range.size(), folder, storage.key, bytes));
    }
    return range.begin();
  }

  private static DoptException refuse(TensorFile file, String what) {
    return new DoptException(
        ErrorCode.BAD_INPUT,
        file.path() + " " + what + ". The file is damaged or not from torch.save.");
  }
}
