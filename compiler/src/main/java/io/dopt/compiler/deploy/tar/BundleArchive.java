package io.dopt.compiler.deploy.tar;

import io.dopt.compiler.deploy.BundleFiles;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.tensor.Sha256;
import io.dopt.tensor.SinkStream;
import io.dopt.tensor.TensorSink;
import io.dopt.tensor.WholeFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * A bundle's archive: POSIX tar (IEEE Std 1003.1, pax interchange format), not compressed, since
 * weights do not get smaller by it. Entries are sorted and have no owner, no time of their own and
 * fixed permissions; paths are relative to the bundle, so that the name of the bundle's folder is
 * not in it.
 *
 * @param file where it lies
 * @param bytes its size
 * @param sha256 of its content, 64 lower-case hexadecimal digits
 * @param files how many files are in it
 */
public record BundleArchive(Path file, long bytes, String sha256, int files) {
  /**
   * Writes a bundle's archive, whole or not at all; an existing file is replaced. Memory does not
   * grow with the bundle.
   *
   * @throws io.dopt.tensor.DoptException (BAD_INPUT) when a file is not what the manifest says;
   *     (IO) when reading or writing fails
   */
  public static BundleArchive write(Bundle bundle, Path file) {
    BundleFiles files = new BundleFiles(bundle);
    MessageDigest digest = Sha256.newDigest();
    long[] written = {0};
    WholeFile.write(
        file,
        files.totalBytes(),
        sink -> {
          TensorSink counted =
              chunk -> {
                digest.update(chunk.duplicate());
                written[0] += chunk.remaining();
                sink.accept(chunk);
              };
          write(files, new SinkStream(counted));
        });
    return new BundleArchive(file, written[0], Sha256.hex(digest), files.paths().size());
  }

  private static void write(BundleFiles files, OutputStream out) throws IOException {
    // Not closed when something fails: closing would complain of the unfinished entry instead.
    TarArchiveOutputStream tar = open(out);
    for (String folder : files.folders()) {
      tar.putArchiveEntry(ArchiveEntries.folder(folder));
      tar.closeArchiveEntry();
    }
    for (String path : files.paths()) {
      tar.putArchiveEntry(ArchiveEntries.file(path, files.bytes(path)));
      files.pour(path, tar);
      tar.closeArchiveEntry();
    }
    tar.close();
  }

  /** A writer of the pax format, for sizes and names that the older formats cannot hold. */
  static TarArchiveOutputStream open(OutputStream out) {
    TarArchiveOutputStream tar = new TarArchiveOutputStream(out, StandardCharsets.UTF_8.name());
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setAddPaxHeadersForNonAsciiNames(true);
    return tar;
  }
}
