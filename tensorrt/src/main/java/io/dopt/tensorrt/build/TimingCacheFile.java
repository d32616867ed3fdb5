package io.dopt.tensorrt.build;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.Sha256;
import io.dopt.tensorrt.library.NativeMemoryFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.tensorrt.nvinfer.IBuilderConfig;
import org.bytedeco.tensorrt.nvinfer.IHostMemory;
import org.bytedeco.tensorrt.nvinfer.ITimingCache;

/**
 * Times of tactics that earlier builds measured. Builds of several processes share a file: each
 * reads it, and merges what it measured into what is there by then. Its SHA-256 lies beside it: a
 * file that was damaged counts as empty, for TensorRT may fail on it, and every build with it. One
 * without a hash beside it is the user's own, of another tool.
 */
final class TimingCacheFile {
  private final Path file;

  TimingCacheFile(Path file) {
    this.file = file;
  }

  /** Gives a build what was measured; a file of another GPU or version counts as empty. */
  void loadInto(IBuilderConfig config) throws IOException {
    Optional<ITimingCache> cache = read(config);
    if (cache.isEmpty() || !config.setTimingCache(cache.get(), false)) {
      ITimingCache empty = config.createTimingCache(new BytePointer(), 0);
      if (empty == null || !config.setTimingCache(empty, false)) {
        throw new DoptException(
            ErrorCode.ENGINE, "TensorRT takes no timing cache, not even an empty one.");
      }
    }
  }

  /** Keeps what a build has measured. */
  void saveFrom(IBuilderConfig config) throws IOException {
    ITimingCache measured = config.getTimingCache();
    if (measured == null) {
      return;
    }
    Files.createDirectories(file.getParent());
    Path lockFile = file.resolveSibling(file.getFileName() + ".lock");
    try (FileChannel channel =
            FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      read(config).ifPresent(meanwhile -> measured.combine(meanwhile, false));
      IHostMemory serialized = measured.serialize();
      if (serialized != null && lock.isValid()) {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        NativeMemoryFile.write(serialized.data().address(), serialized.size(), part);
        keep(part);
      }
    }
  }

  private Optional<ITimingCache> read(IBuilderConfig config) throws IOException {
    Optional<byte[]> content = content();
    if (content.isEmpty()) {
      return Optional.empty();
    }
    byte[] bytes = content.get();
    return Optional.ofNullable(config.createTimingCache(new BytePointer(bytes), bytes.length))
        .filter(cache -> !cache.isNull());
  }

  /** What is in the file; empty where there is none, or not what was written. */
  Optional<byte[]> content() throws IOException {
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    byte[] content = Files.readAllBytes(file);
    Path hash = hashFile();
    boolean whole =
        !Files.exists(hash)
            || new String(Files.readAllBytes(hash), StandardCharsets.ISO_8859_1)
                .strip()
                .equals(Sha256.of(content));
    return whole ? Optional.of(content) : Optional.empty();
  }

  /**
   * Puts a file in the place of this one. Who reads meanwhile, or after an end between the two
   * steps, finds the new hash and the old content, and measures anew.
   */
  void keep(Path part) throws IOException {
    Path hashPart = file.resolveSibling(file.getFileName() + ".sha256.part");
    Files.writeString(hashPart, Sha256.of(part) + "\n");
    Files.move(hashPart, hashFile(), StandardCopyOption.ATOMIC_MOVE);
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private Path hashFile() {
    return file.resolveSibling(file.getFileName() + ".sha256");
  }
}
