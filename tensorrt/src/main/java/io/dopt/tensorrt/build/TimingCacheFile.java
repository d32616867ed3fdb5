package io.dopt.tensorrt.build;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
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
 * reads it, and merges what it measured into what is there by then.
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
        HostMemoryFile.write(serialized.data(), serialized.size(), part);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
      }
    }
  }

  private Optional<ITimingCache> read(IBuilderConfig config) throws IOException {
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    byte[] content = Files.readAllBytes(file);
    return Optional.ofNullable(config.createTimingCache(new BytePointer(content), content.length));
  }
}
