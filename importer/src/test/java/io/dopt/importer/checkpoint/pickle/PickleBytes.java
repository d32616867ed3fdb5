package io.dopt.importer.checkpoint.pickle;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Assembles a pickle by hand, and the file torch would put it in. */
final class PickleBytes {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  PickleBytes() {
    op(0x80).op(2);
  }

  PickleBytes op(int opcode) {
    bytes.write(opcode);
    return this;
  }

  PickleBytes number(int value) {
    bytes.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
    return this;
  }

  PickleBytes integer(long value) {
    op(0x8a).op(8);
    bytes.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
    return this;
  }

  PickleBytes text(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    op('X').number(utf8.length);
    bytes.writeBytes(utf8);
    return this;
  }

  PickleBytes global(String module, String name) {
    op('c');
    bytes.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
    return this;
  }

  PickleBytes tuple(List<Long> values) {
    op('(');
    values.forEach(this::integer);
    return op('t');
  }

  /** A call of {@code _rebuild_tensor_v2} on a view of a new storage. */
  PickleBytes tensor(
      String storageClass,
      String key,
      long size,
      long offset,
      List<Long> shape,
      List<Long> strides) {
    global("torch._utils", "_rebuild_tensor_v2").op('(');
    op('(').text("storage").global("torch", storageClass).text(key).text("cpu").integer(size);
    op('t').op('Q').integer(offset).tuple(shape).tuple(strides).op(0x89);
    return global("collections", "OrderedDict").op(')').op('R').op('t').op('R');
  }

  byte[] finished() {
    byte[] body = bytes.toByteArray();
    byte[] stopped = java.util.Arrays.copyOf(body, body.length + 1);
    stopped[body.length] = '.';
    return stopped;
  }

  /** A zip archive with this pickle and the given storages. */
  Path zip(Path folder, byte[]... storages) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("archive/data.pkl", finished());
    for (int i = 0; i < storages.length; i++) {
      entries.put("archive/data/" + i, storages[i]);
    }
    return zip(folder, entries, ZipEntry.STORED);
  }

  static Path zip(Path folder, Map<String, byte[]> entries, int method) throws IOException {
    Path path = Files.createTempFile(folder, "pickle", ".bin");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(path))) {
      zip.setMethod(method);
      for (Map.Entry<String, byte[]> content : entries.entrySet()) {
        ZipEntry entry = new ZipEntry(content.getKey());
        CRC32 checksum = new CRC32();
        checksum.update(content.getValue());
        entry.setSize(content.getValue().length);
        entry.setCrc(checksum.getValue());
        zip.putNextEntry(entry);
        zip.write(content.getValue());
      }
    }
    return path;
  }

  /** A file of the older format whose object is this pickle. */
  Path legacy(Path folder) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    byte[] magic = {
      (byte) 0x80,
      2,
      (byte) 0x8a,
      10,
      0x6c,
      (byte) 0xfc,
      (byte) 0x9c,
      0x46,
      (byte) 0xf9,
      0x20,
      0x6a,
      (byte) 0xa8,
      0x50,
      0x19,
      '.'
    };
    file.writeBytes(magic);
    file.writeBytes(new PickleBytes().integer(1001).finished());
    file.writeBytes(new PickleBytes().op('}').text("little_endian").op(0x88).op('s').finished());
    file.writeBytes(finished());
    file.writeBytes(new PickleBytes().op(']').finished());
    return Files.write(Files.createTempFile(folder, "legacy", ".bin"), file.toByteArray());
  }
}
