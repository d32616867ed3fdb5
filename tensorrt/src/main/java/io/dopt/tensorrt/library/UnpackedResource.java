package io.dopt.tensorrt.library;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.Sha256;
import io.dopt.tensor.WriteFailure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * A file that lies in a jar and is used from disk: unpacked once, checked against the jar's own
 * checksum, and later against what was noted then.
 */
final class UnpackedResource {
  private static final int BUFFER_BYTES = 1 << 20;

  private final String resource;
  private final URL url;

  private UnpackedResource(String resource, URL url) {
    this.resource = resource;
    this.url = url;
  }

  /** The resource, when the class path has it. */
  static Optional<UnpackedResource> find(String resource) {
    return Optional.ofNullable(UnpackedResource.class.getClassLoader().getResource(resource))
        .map(url -> new UnpackedResource(resource, url));
  }

  /**
   * The file in {@code folder}, unpacked if it is not there yet or was changed.
   *
   * @throws DoptException (IO) when it cannot be read or written, or the disk is too full
   */
  Path in(Path folder) {
    Path file = folder.resolve(resource.substring(resource.lastIndexOf('/') + 1));
    try {
      Path note = folder.resolve(file.getFileName() + ".sha256");
      if (!isNoted(file, note)) {
        Files.createDirectories(folder);
        unpack(file, note);
      }
      return file;
    } catch (IOException e) {
      throw WriteFailure.of(file, 0, e);
    }
  }

  /** Whether the file is the one that was unpacked; read again only when its time has changed. */
  private static boolean isNoted(Path file, Path note) throws IOException {
    if (!Files.isRegularFile(file) || !Files.isRegularFile(note)) {
      return false;
    }
    String[] noted = Files.readString(note).strip().split(" ");
    if (noted.length != 3 || !noted[1].equals(Long.toString(Files.size(file)))) {
      return false;
    }
    return noted[2].equals(modified(file)) || noted[0].equals(Sha256.of(file));
  }

  private static String modified(Path file) throws IOException {
    return Long.toString(Files.getLastModifiedTime(file).toMillis());
  }

  private void unpack(Path file, Path note) throws IOException {
    URLConnection connection = url.openConnection();
    long bytes = connection.getContentLengthLong();
    long free = Files.getFileStore(file.getParent()).getUsableSpace();
    if (free < bytes) {
      throw new DoptException(
          ErrorCode.IO,
          String.format(
              "%s is unpacked once, to %s, which has %d MB free; it takes %d MB. Free some, or name"
                  + " another cache with DOPT_CACHE.",
              file.getFileName(), file.getParent(), free >> 20, bytes >> 20));
    }
    Path part = Files.createTempFile(file.getParent(), "." + file.getFileName(), ".part");
    try {
      CRC32 checksum = new CRC32();
      MessageDigest digest = Sha256.newDigest();
      try (InputStream in = connection.getInputStream();
          OutputStream out = Files.newOutputStream(part)) {
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          checksum.update(buffer, 0, read);
          digest.update(buffer, 0, read);
          out.write(buffer, 0, read);
        }
      }
      if (connection instanceof JarURLConnection jar
          && jar.getJarEntry().getCrc() != checksum.getValue()) {
        throw new DoptException(
            ErrorCode.BAD_INPUT,
            resource + " of " + jar.getJarFileURL() + " is damaged: fetch that jar again.");
      }
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
      Files.writeString(
          note, Sha256.hex(digest) + " " + Files.size(file) + " " + modified(file) + "\n");
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
