package io.dopt.importer.checkpoint.pickle;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.TensorFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The central directory of a zip archive, zip64 included (PKWARE APPNOTE 6.3.10, section 4.3), as
 * torch.save writes it: entries stored, neither compressed nor encrypted, so that each is a range
 * of the file. Nothing is ever extracted; still, names that would lead out of a folder are refused.
 */
final class ZipDirectory {
  private static final int END_BYTES = 22;
  private static final int LOCATOR_BYTES = 20;
  private static final int END64_BYTES = 56;
  private static final int ENTRY_BYTES = 46;
  private static final int LOCAL_BYTES = 30;
  private static final int MAXIMUM_DIRECTORY_BYTES = 64 << 20;

  private final TensorFile file;

  /** Bytes of an entry in the file. */
  record Range(long begin, long size) {
    long end() {
      return begin + size;
    }
  }

  private ZipDirectory(TensorFile file) {
    this.file = file;
  }

  /**
   * Reads all entries, by name, in the archive's order.
   *
   * @throws DoptException (BAD_INPUT) naming the entry
   */
  static Map<String, Range> read(TensorFile file) {
    return new ZipDirectory(file).entries();
  }

  private Map<String, Range> entries() {
    ByteBuffer directory = directory();
    Map<String, Range> entries = new LinkedHashMap<>();
    while (directory.remaining() >= ENTRY_BYTES
        && directory.getInt(directory.position()) == 0x02014b50) {
      int at = directory.position();
      int flags = directory.getShort(at + 8);
      int method = directory.getShort(at + 10);
      long stored = directory.getInt(at + 20) & 0xffffffffL;
      long size = directory.getInt(at + 24) & 0xffffffffL;
      int nameBytes = directory.getShort(at + 28) & 0xffff;
      int extraBytes = directory.getShort(at + 30) & 0xffff;
      int commentBytes = directory.getShort(at + 32) & 0xffff;
      long local = directory.getInt(at + 42) & 0xffffffffL;
      if (directory.remaining() < ENTRY_BYTES + nameBytes + extraBytes + commentBytes) {
        throw refuse("has a central directory that ends in the middle");
      }
      byte[] nameText = new byte[nameBytes];
      directory.position(at + ENTRY_BYTES).get(nameText);
      String name = new String(nameText, StandardCharsets.UTF_8);
      requireHarmless(name);
      if (method != 0 || (flags & 1) != 0) {
        throw refuse("has the entry " + name + " compressed or encrypted, which torch never does");
      }
      ByteBuffer extra = directory.slice(directory.position(), extraBytes);
      Wide wide = wide(name, extra.order(ByteOrder.LITTLE_ENDIAN), size, stored, local);
      if (wide.size != wide.stored) {
        throw refuse("says two sizes for the entry " + name);
      }
      directory.position(at + ENTRY_BYTES + nameBytes + extraBytes + commentBytes);
      if (entries.put(name, range(name, nameText, wide)) != null) {
        throw refuse("has the entry " + name + " twice");
      }
    }
    if (directory.hasRemaining()) {
      throw refuse("has a malformed central directory");
    }
    return entries;
  }

  private void requireHarmless(String name) {
    boolean climbs =
        name.startsWith("/")
            || name.contains("\\")
            || name.contains(":")
            || name.equals("..")
            || name.startsWith("../")
            || name.endsWith("/..")
            || name.contains("/../")
            || name.indexOf('\0') >= 0;
    if (climbs) {
      throw refuse(
          "has an entry named \""
              + name.replace('\0', '?')
              + "\", which would lead out of a folder it is unpacked to");
    }
  }

  private record Wide(long size, long stored, long local) {}

  /** Fields that are all ones in the directory are in the zip64 extra field, in this order. */
  private Wide wide(String name, ByteBuffer extra, long size, long stored, long local) {
    long[] fields = {size, stored, local};
    while (extra.remaining() >= 4) {
      int id = extra.getShort() & 0xffff;
      int bytes = extra.getShort() & 0xffff;
      if (bytes > extra.remaining()) {
        break;
      }
      int next = extra.position() + bytes;
      if (id == 1) {
        for (int i = 0; i < fields.length; i++) {
          if (fields[i] == 0xffffffffL) {
            if (next - extra.position() < 8) {
              throw refuse("has an incomplete zip64 field for the entry " + name);
            }
            fields[i] = extra.getLong();
          }
        }
      }
      extra.position(next);
    }
    return new Wide(fields[0], fields[1], fields[2]);
  }

  /** The data follows the local header, whose name must be the directory's. */
  private Range range(String name, byte[] nameText, Wide wide) {
    if (wide.local < 0 || wide.local > file.size() - LOCAL_BYTES) {
      throw refuse("puts the entry " + name + " beyond its end");
    }
    ByteBuffer header = bytes(wide.local, LOCAL_BYTES);
    int nameBytes = header.getShort(26) & 0xffff;
    int extraBytes = header.getShort(28) & 0xffff;
    long begin = wide.local + LOCAL_BYTES + nameBytes + extraBytes;
    if (header.getInt(0) != 0x04034b50
        || nameBytes != nameText.length
        || wide.size < 0
        || begin > file.size()
        || wide.size > file.size() - begin
        || !bytes(wide.local + LOCAL_BYTES, nameBytes).equals(ByteBuffer.wrap(nameText))) {
      throw refuse("has no entry " + name + " where its directory says");
    }
    return new Range(begin, wide.size);
  }

  private ByteBuffer directory() {
    long end = endRecord();
    ByteBuffer record = bytes(end, END_BYTES);
    long size = record.getInt(12) & 0xffffffffL;
    long offset = record.getInt(16) & 0xffffffffL;
    if (end >= LOCATOR_BYTES) {
      ByteBuffer locator = bytes(end - LOCATOR_BYTES, LOCATOR_BYTES);
      if (locator.getInt(0) == 0x07064b50) {
        long end64 = locator.getLong(8);
        if (end64 < 0 || end64 > end - LOCATOR_BYTES - END64_BYTES) {
          throw refuse("has a zip64 record beyond its end");
        }
        ByteBuffer record64 = bytes(end64, END64_BYTES);
        if (record64.getInt(0) != 0x06064b50) {
          throw refuse("has no zip64 record where it says");
        }
        size = record64.getLong(40);
        offset = record64.getLong(48);
      }
    }
    if (offset < 0 || size < 0 || size > MAXIMUM_DIRECTORY_BYTES || offset > end - size) {
      throw refuse("has its central directory beyond its end");
    }
    return bytes(offset, (int) size);
  }

  /** The last place whose comment reaches exactly to the end of the file. */
  private long endRecord() {
    if (file.size() >= END_BYTES) {
      int tail = (int) Math.min(file.size(), END_BYTES + 0xffff);
      ByteBuffer last = bytes(file.size() - tail, tail);
      for (int at = tail - END_BYTES; at >= 0; at--) {
        if (last.getInt(at) == 0x06054b50
            && (last.getShort(at + 20) & 0xffff) == tail - END_BYTES - at) {
          return file.size() - tail + at;
        }
      }
    }
    throw refuse("has no zip directory at its end: it is truncated");
  }

  private ByteBuffer bytes(long position, int count) {
    ByteBuffer buffer = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    file.readFully(position, buffer, "the zip directory");
    return buffer.flip();
  }

  private DoptException refuse(String what) {
    return new DoptException(
        ErrorCode.BAD_INPUT,
        file.path() + " " + what + ". The file is damaged or not from torch; download it again.");
  }
}
