package io.dopt.compiler.deploy.tar;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.compiler.deploy.BundleFiles;
import io.dopt.compiler.deploy.HandMadeBundle;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.Sha256;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleArchiveTest {
  private static final String LONG_NAME = "unet/" + "long".repeat(40) + "/weights.bin";

  @TempDir Path folder;

  private Bundle bundle(String name) {
    return new HandMadeBundle(folder.resolve(name))
        .file("unet/weights.bin", "weights")
        .file("unet/model.plan", "plan")
        .file(LONG_NAME, "more")
        .file("prompts.txt", "a star\n")
        .open();
  }

  @Test
  void theSameBundleGivesTheSameBytesWhereverAndWheneverItLies() throws IOException {
    Bundle first = bundle("first");
    Bundle second = bundle("second");
    for (String path : new BundleFiles(second).paths()) {
      Path file = second.folder().resolve(path);
      Files.setLastModifiedTime(file, FileTime.fromMillis(1));
      assertTrue(file.toFile().setWritable(false));
    }
    BundleArchive archive = BundleArchive.write(first, folder.resolve("first.tar"));
    BundleArchive.write(second, folder.resolve("second.tar"));
    byte[] bytes = Files.readAllBytes(folder.resolve("first.tar"));
    assertArrayEquals(bytes, Files.readAllBytes(folder.resolve("second.tar")));
    assertEquals(bytes.length, archive.bytes());
    assertEquals(Sha256.of(bytes), archive.sha256());
    assertEquals(5, archive.files());
  }

  @Test
  void entriesAreSortedAndSayNothingOfTheMachine() throws IOException {
    BundleArchive archive = BundleArchive.write(bundle("bundle"), folder.resolve("bundle.tar"));
    List<String> names = new ArrayList<>();
    Path unpacked = folder.resolve("unpacked");
    try (InputStream in = Files.newInputStream(archive.file());
        TarArchiveInputStream tar = new TarArchiveInputStream(in)) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        names.add(entry.getName());
        assertEquals(0, entry.getLongUserId() + entry.getLongGroupId());
        assertEquals("", entry.getUserName() + entry.getGroupName());
        assertEquals(315532800000L, entry.getModTime().getTime());
        assertEquals(entry.isDirectory() ? 0755 : 0644, entry.getMode() & 0777);
        Path target = unpacked.resolve(entry.getName());
        if (entry.isDirectory()) {
          Files.createDirectories(target);
        } else {
          Files.createDirectories(target.getParent());
          Files.copy(tar, target);
        }
      }
    }
    assertEquals(
        List.of(
            "unet/",
            LONG_NAME.substring(0, LONG_NAME.lastIndexOf('/') + 1),
            "manifest.json",
            "prompts.txt",
            LONG_NAME,
            "unet/model.plan",
            "unet/weights.bin"),
        names);
    Bundle.open(unpacked).verify();
  }

  @Test
  void aFileThatWasChangedIsRefusedAndNothingIsLeft() throws IOException {
    Bundle bundle = bundle("bundle");
    Files.writeString(bundle.folder().resolve("unet/weights.bin"), "WEIGHTS");
    Path target = folder.resolve("bundle.tar");
    Files.writeString(target, "older");
    DoptException refused =
        assertThrows(DoptException.class, () -> BundleArchive.write(bundle, target));
    assertEquals(ErrorCode.BAD_INPUT, refused.code());
    assertTrue(refused.getMessage().contains("'unet/weights.bin'"), refused.getMessage());
    assertEquals("older", Files.readString(target));
    try (Stream<Path> entries = Files.list(folder)) {
      assertFalse(entries.anyMatch(path -> path.toString().endsWith(".part")));
    }
  }

  @Test
  void whatNobodyListedIsNamedAndNotPacked() throws IOException {
    Bundle bundle = bundle("bundle");
    Files.writeString(bundle.folder().resolve("notes.txt"), "mine");
    BundleFiles files = new BundleFiles(bundle);
    assertEquals(List.of("notes.txt"), files.unlisted());
    assertFalse(files.paths().contains("notes.txt"));
  }

  @Test
  void filesOfMoreThanEightGibibytesKeepTheirSize() throws IOException {
    long bytes = (8L << 30) + 5;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream header = out) {
      TarArchiveOutputStream tar = BundleArchive.open(header);
      tar.putArchiveEntry(ArchiveEntries.file("unet/weights.bin", bytes));
      tar.flush();
    }
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(new ByteArrayInputStream(out.toByteArray()))) {
      TarArchiveEntry entry = tar.getNextEntry();
      assertEquals("unet/weights.bin", entry.getName());
      assertEquals(bytes, entry.getSize());
    }
  }
}
