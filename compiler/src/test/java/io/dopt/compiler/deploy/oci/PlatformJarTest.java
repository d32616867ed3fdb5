package io.dopt.compiler.deploy.oci;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlatformJarTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "ai/onnxruntime/native/linux-x64/libonnxruntime.so, false",
    "ai/onnxruntime/native/win-x64/onnxruntime.dll, true",
    "ai/onnxruntime/native/osx-aarch64/libonnxruntime.dylib, true",
    "native/lib/linux-x86_64/cpu/libtokenizers.so, false",
    "native/lib/linux-aarch64/cpu/libtokenizers.so, true",
    "com/sun/jna/linux-x86-64/libjnidispatch.so, false",
    "com/sun/jna/linux-x86/libjnidispatch.so, true",
    "com/sun/jna/win32-x86-64/jnidispatch.dll, true",
    "com/sun/jna/win32/StdCallLibrary.class, false",
    "org/bytedeco/javacpp/linux-x86_64/libjnijavacpp.so, false",
    "io/dopt/tensor/Shape.class, false",
  })
  void aFolderNamesItsPlatform(String entry, boolean foreign) {
    assertEquals(foreign, PlatformJar.isForeign(entry));
  }

  private Path jar(String... entries) throws IOException {
    Path jar = folder.resolve("source.jar");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
      for (String entry : entries) {
        out.putNextEntry(new ZipEntry(entry));
        out.write(entry.getBytes(StandardCharsets.UTF_8));
      }
    }
    return jar;
  }

  private static List<String> names(Path jar) throws IOException {
    try (ZipFile file = new ZipFile(jar.toFile())) {
      return file.stream().map(ZipEntry::getName).map(Object::toString).toList();
    }
  }

  @Test
  void foreignLibrariesAreLeftOutAndTheRestIsTheSame() throws IOException {
    Path source = jar("A.class", "native/win-x64/a.dll", "native/linux-x64/a.so");
    PlatformJar.copy(source, folder.resolve("one.jar"));
    PlatformJar.copy(source, folder.resolve("two.jar"));
    assertEquals(List.of("A.class", "native/linux-x64/a.so"), names(folder.resolve("one.jar")));
    assertArrayEquals(
        Files.readAllBytes(folder.resolve("one.jar")),
        Files.readAllBytes(folder.resolve("two.jar")));
  }

  @Test
  void aJarForEveryPlatformStaysAsItIs() throws IOException {
    Path source = jar("A.class", "B.class");
    PlatformJar.copy(source, folder.resolve("copy.jar"));
    assertArrayEquals(Files.readAllBytes(source), Files.readAllBytes(folder.resolve("copy.jar")));
  }

  @Test
  void classesArePackedInTheOrderOfTheirNames() throws IOException {
    Path classes = folder.resolve("classes");
    Files.createDirectories(classes.resolve("b"));
    Files.writeString(classes.resolve("b/B.class"), "b");
    Files.writeString(classes.resolve("a.txt"), "a");
    PlatformJar.pack(classes, folder.resolve("packed.jar"));
    assertEquals(List.of("a.txt", "b/B.class"), names(folder.resolve("packed.jar")));
  }
}
