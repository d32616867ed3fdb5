package io.dopt.compiler.cache;

import io.dopt.runtime.bundle.FileEntry;
import io.dopt.tensor.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;

/**
 * One content in two places. Small files are copied. Files of {@value #LINK_BYTES} bytes and more
 * are hard-linked where the file system can, because a copy costs as much as compiling and doubles
 * the disk space; they lose their write permission, for a change in one place would be one in the
 * other.
 */
final class SharedFile {
  static final long LINK_BYTES = 256L << 20;

  private SharedFile() {}

  /** Puts a bundle's file into the cache. */
  static void give(Path bundleFile, Path cacheFile) throws IOException {
    if (Files.size(bundleFile) < LINK_BYTES || !link(bundleFile, cacheFile)) {
      requireSpace(cacheFile, Files.size(bundleFile));
      Files.copy(bundleFile, cacheFile);
    }
  }

  /** Puts the cache's file into a bundle and says what it is. */
  static FileEntry take(Path cacheFile, Path bundleFile) throws IOException {
    long bytes = Files.size(cacheFile);
    if (bytes >= LINK_BYTES && link(cacheFile, bundleFile)) {
      return hash(cacheFile, OutputStream.nullOutputStream());
    }
    requireSpace(bundleFile, bytes);
    try (OutputStream copy = Files.newOutputStream(bundleFile)) {
      return hash(cacheFile, copy);
    }
  }

  private static boolean link(Path existing, Path added) {
    try {
      FileStore here = Files.getFileStore(existing);
      if (!here.equals(Files.getFileStore(added.getParent()))) {
        return false;
      }
      Files.createLink(added, existing);
      existing.toFile().setWritable(false, false);
      return true;
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  private static void requireSpace(Path file, long bytes) throws IOException {
    if (Files.getFileStore(file.getParent()).getUsableSpace() < bytes) {
      throw new IOException("the disk is too full for " + file);
    }
  }

  private static FileEntry hash(Path file, OutputStream copy) throws IOException {
    byte[] buffer = new byte[1 << 20];
    long bytes = 0;
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = Sha256.newDigest();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
        copy.write(buffer, 0, read);
        bytes += read;
      }
      return new FileEntry(bytes, Sha256.hex(digest));
    }
  }
}
