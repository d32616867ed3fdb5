package io.dopt.runtime.image;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * The text entries of PNG files (PNG specification, 11.3.4): {@code tEXt} and uncompressed {@code
 * iTXt}, what {@link ImageFiles#writePng} writes. Compressed ones are passed over, so that a small
 * file cannot become a large text.
 */
public final class PngTextEntries {
  private static final long SIGNATURE = 0x89504E470D0A1A0AL;
  private static final int LONGEST = 1 << 16;

  private PngTextEntries() {}

  /**
   * Keyword to text; empty for a file that is no PNG, and as far as it goes for one cut short.
   *
   * @throws DoptException (IO) when the file cannot be read
   */
  public static Map<String, String> read(Path file) {
    Map<String, String> entries = new TreeMap<>();
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      if (in.readLong() != SIGNATURE) {
        return entries;
      }
      while (true) {
        long length = Integer.toUnsignedLong(in.readInt());
        String type = new String(in.readNBytes(4), StandardCharsets.ISO_8859_1);
        boolean text = length <= LONGEST && (type.equals("tEXt") || type.equals("iTXt"));
        if (text) {
          add(in.readNBytes((int) length), type.equals("iTXt"), entries);
        }
        in.skipNBytes((text ? 0 : length) + Integer.BYTES);
      }
    } catch (EOFException e) {
      return entries;
    } catch (IOException e) {
      throw new DoptException(ErrorCode.IO, "The image " + file + " cannot be read: " + e, e);
    }
  }

  private static void add(byte[] chunk, boolean international, Map<String, String> entries) {
    int keywordEnd = zero(chunk, 0);
    int start = keywordEnd + 1;
    if (international) {
      boolean compressed = start >= chunk.length || chunk[start] != 0;
      if (compressed) {
        return;
      }
      int languageEnd = zero(chunk, start + 2);
      start = zero(chunk, languageEnd + 1) + 1;
    }
    if (start > chunk.length) {
      return;
    }
    entries.put(
        new String(chunk, 0, keywordEnd, StandardCharsets.ISO_8859_1),
        new String(
            chunk,
            start,
            chunk.length - start,
            international ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1));
  }

  /** The next zero byte, else the end. */
  private static int zero(byte[] chunk, int from) {
    int index = from;
    while (index < chunk.length && chunk[index] != 0) {
      index++;
    }
    return Math.min(index, chunk.length);
  }
}
