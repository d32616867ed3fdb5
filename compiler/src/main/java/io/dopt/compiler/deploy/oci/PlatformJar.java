package io.dopt.compiler.deploy.oci;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Enumeration;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** Writes jars without the native libraries of platforms other than linux-x86_64. */
final class PlatformJar {
  /** Folders as ONNX Runtime, DJL, JNA and JavaCPP name them. */
  private static final Set<String> KEPT =
      Set.of("linux-x64", "linux-x86_64", "linux-x86-64", "linux-amd64");

  private static final Pattern PLATFORM =
      Pattern.compile(
          "(linux|win|win32|windows|osx|macos|macosx|darwin|freebsd|openbsd|netbsd|dragonflybsd|sunos"
              + "|solaris|aix|android|ios)-[a-z0-9_-]+");

  private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

  private PlatformJar() {}

  /** Whether an entry is for another platform. */
  static boolean isForeign(String entry) {
    return Stream.of(entry.split("/"))
        .anyMatch(name -> PLATFORM.matcher(name).matches() && !KEPT.contains(name));
  }

  /** Copies a jar; byte for byte when nothing in it is foreign. */
  static void copy(Path jar, Path target) throws IOException {
    try (ZipFile source = new ZipFile(jar.toFile())) {
      if (source.stream().map(ZipEntry::getName).noneMatch(PlatformJar::isForeign)) {
        Files.copy(jar, target);
        return;
      }
      try (ZipOutputStream out = open(target)) {
        for (Enumeration<? extends ZipEntry> all = source.entries(); all.hasMoreElements(); ) {
          ZipEntry entry = all.nextElement();
          if (!isForeign(entry.getName())) {
            try (InputStream in = source.getInputStream(entry)) {
              add(out, entry.getName(), in);
            }
          }
        }
      }
    }
  }

  /** Packs a folder of classes, as a build has them that has not made jars. */
  static void pack(Path classes, Path target) throws IOException {
    List<Path> files = new ArrayList<>();
    try (Stream<Path> found = Files.walk(classes)) {
      found.filter(Files::isRegularFile).forEach(files::add);
    }
    files.sort(Comparator.comparing(file -> name(classes, file)));
    try (ZipOutputStream out = open(target)) {
      for (Path file : files) {
        try (InputStream in = Files.newInputStream(file)) {
          add(out, name(classes, file), in);
        }
      }
    }
  }

  private static String name(Path root, Path file) {
    return root.relativize(file).toString().replace('\\', '/');
  }

  private static ZipOutputStream open(Path target) throws IOException {
    OutputStream out = Files.newOutputStream(target);
    return new ZipOutputStream(out);
  }

  private static void add(ZipOutputStream out, String name, InputStream content)
      throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setTimeLocal(TIME);
    out.putNextEntry(entry);
    content.transferTo(out);
    out.closeEntry();
  }
}
