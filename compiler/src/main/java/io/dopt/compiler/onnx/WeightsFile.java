package io.dopt.compiler.onnx;

import io.dopt.runtime.bundle.FileEntry;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/** Streams weights into the file of external data, hashing on the way; nothing is held whole. */
public final class WeightsFile {
  private WeightsFile() {}

  /**
   * Writes the file that {@code layout} describes.
   *
   * @param progress told the bytes of each chunk once it is written
   * @return its size and hash
   * @throws DoptException (IO) when the disk is full or writing fails; whatever reading the weights
   *     throws
   */
  public static FileEntry write(WeightsLayout layout, Path file, LongConsumer progress) {
    OutputFile.requireSpace(file, layout.byteSize());
    try (OutputFile output = OutputFile.create(file)) {
      for (WeightsLayout.Slot slot : layout.slots()) {
        pad(output, slot.offset());
        slot.data()
            .writeTo(
                chunk -> {
                  int bytes = chunk.remaining();
                  output.write(chunk);
                  progress.accept(bytes);
                });
        long end = slot.offset() + slot.data().byteSize();
        if (output.position() != end) {
          throw new DoptException(
              ErrorCode.INTERNAL,
              slot.data() + " poured " + (output.position() - slot.offset()) + " bytes.");
        }
      }
      return output.finish();
    } catch (IOException e) {
      throw OutputFile.failed(file, e);
    }
  }

  private static void pad(OutputFile output, long offset) throws IOException {
    output.write(ByteBuffer.allocate(Math.toIntExact(offset - output.position())));
  }
}
