package io.dopt.compiler.deploy.tar;

import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;

/** Entries that say nothing about the machine and the moment they were written at. */
final class ArchiveEntries {
  private static final int FILE_MODE = 0644;
  private static final int FOLDER_MODE = 0755;

  private ArchiveEntries() {}

  static TarArchiveEntry file(String path, long bytes) {
    TarArchiveEntry entry = neutral(path, FILE_MODE);
    entry.setSize(bytes);
    return entry;
  }

  static TarArchiveEntry folder(String path) {
    return neutral(path + "/", FOLDER_MODE);
  }

  private static TarArchiveEntry neutral(String name, int mode) {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setMode(mode);
    entry.setIds(0, 0);
    entry.setNames("", "");
    // Some tools take a time of zero for none at all; this is the first day that zip knows, too.
    entry.setModTime(FileTime.from(Instant.parse("1980-01-01T00:00:00Z")));
    return entry;
  }
}
