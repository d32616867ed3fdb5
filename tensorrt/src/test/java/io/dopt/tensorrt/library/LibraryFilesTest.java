package io.dopt.tensorrt.library;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibraryFilesTest {
  @TempDir private Path folder;

  @Test
  void takesTheFolderThatIsNamed() throws IOException {
    Path lib = Files.createDirectories(folder.resolve("TensorRT/lib"));
    touch(lib, LibraryNames.RUNTIME, LibraryNames.PARSER);
    touch(lib, "libnvinfer_builder_resource.so.10.9.0");

    LibraryFiles byProperty = find(LibraryPurpose.BUILD, lib.toString(), Map.of());
    LibraryFiles byVariable =
        find(LibraryPurpose.RUN, null, Map.of("DOPT_TENSORRT", lib.getParent().toString()));

    assertEquals(lib.resolve(LibraryNames.RUNTIME), byProperty.runtime());
    assertEquals(lib, byProperty.builderFolder());
    assertEquals(lib.resolve(LibraryNames.PARSER), byProperty.parser().orElseThrow());
    assertEquals(lib.resolve(LibraryNames.RUNTIME), byVariable.runtime());
    assertTrue(byVariable.parser().isEmpty());
  }

  @Test
  void takesTheLinkersPath() throws IOException {
    touch(folder, LibraryNames.RUNTIME);

    LibraryFiles found =
        find(LibraryPurpose.RUN, null, Map.of("LD_LIBRARY_PATH", "/nowhere:" + folder));

    assertEquals(folder.resolve(LibraryNames.RUNTIME), found.runtime());
  }

  private static void link(Path folder, String version) throws IOException {
    Files.createDirectories(folder);
    touch(folder, "libnvinfer.so." + version);
    Files.createSymbolicLink(
        folder.resolve(LibraryNames.RUNTIME), Path.of("libnvinfer.so." + version));
  }

  @Test
  void passesOverALibraryThatIsTooOld() throws IOException {
    Path old = folder.resolve("old");
    Path later = folder.resolve("later");
    link(old, "10.3.0");
    link(later, "10.13.3");

    LibraryFiles found =
        find(LibraryPurpose.RUN, null, Map.of("LD_LIBRARY_PATH", old + ":" + later));
    DoptException refused =
        assertThrows(DoptException.class, () -> find(LibraryPurpose.RUN, old.toString(), Map.of()));

    assertEquals(later.resolve(LibraryNames.RUNTIME), found.runtime());
    assertTrue(
        refused.getMessage().contains("has TensorRT 10.3.0, where this dopt takes 10.6.0"),
        refused.getMessage());
  }

  @Test
  void looksNowhereForTheBundledOne() throws IOException {
    touch(folder, LibraryNames.RUNTIME);
    Map<String, String> path = Map.of("LD_LIBRARY_PATH", folder.toString());

    assertEquals(List.of(), LibraryPlaces.of("bundled", path));
    assertEquals(List.of(), LibraryPlaces.of(null, Map.of("DOPT_TENSORRT", "bundled")));
  }

  @Test
  void readsVersionsOfFileNames() {
    assertEquals("10.13.3", LibraryVersion.ofFileName("libnvinfer.so.10.13.3").get().toString());
    assertTrue(LibraryVersion.ofFileName("libnvinfer.so.10").isEmpty());
    assertTrue(LibraryVersion.ofFileName("libnvinfer.so.10.99999999999.1").isEmpty());
  }

  @Test
  void refusesAnotherMajorVersionByName() throws IOException {
    touch(folder, "libnvinfer.so.11", "libnvinfer.so.8");

    DoptException refused =
        assertThrows(
            DoptException.class, () -> find(LibraryPurpose.RUN, folder.toString(), Map.of()));

    assertEquals(ErrorCode.ENGINE, refused.code());
    assertTrue(
        refused
            .getMessage()
            .contains("has no libnvinfer.so.10, only libnvinfer.so.11, libnvinfer.so.8."),
        refused.getMessage());
    assertTrue(refused.getMessage().contains("-Dtensorrt.version"), refused.getMessage());
  }

  @Test
  void aNamedFolderThatOnlyRunsPlansIsNotPassedOver() throws IOException {
    touch(folder, LibraryNames.RUNTIME, LibraryNames.PARSER);

    DoptException refused =
        assertThrows(
            DoptException.class, () -> find(LibraryPurpose.BUILD, folder.toString(), Map.of()));

    assertTrue(refused.getMessage().contains("builds none"), refused.getMessage());
  }

  @Test
  void readsTheLinkersCache() {
    assertEquals(
        List.of(Path.of("/opt/trt")),
        LibraryPlaces.foldersIn(
            "12 libs found in cache\n"
                + "\tlibnvinfer_plugin.so.10 (libc6,x86-64) => /opt/other/libnvinfer_plugin.so.10\n"
                + "\tlibnvinfer.so.10 (libc6,x86-64) => /opt/trt/libnvinfer.so.10\n"
                + "\tlibnvinfer.so.8 (libc6,x86-64) => /opt/trt/libnvinfer.so.8\n"));
  }

  @Test
  void unpacksOnceAndNoticesAChange() throws IOException {
    String resource = "org/bytedeco/tensorrt/" + LibraryNames.platform() + "/libjninvonnxparser.so";
    UnpackedResource packed = UnpackedResource.find(resource).orElseThrow();

    Path file = packed.in(folder);
    byte[] original = Files.readAllBytes(file);
    Path note = folder.resolve("libjninvonnxparser.so.sha256");
    String noted = Files.readString(note);
    packed.in(folder);
    assertEquals(noted, Files.readString(note), "unpacked again");
    byte[] damaged = original.clone();
    damaged[100] ^= 1;
    Files.write(file, damaged);
    Files.setLastModifiedTime(file, java.nio.file.attribute.FileTime.fromMillis(0));
    packed.in(folder);

    assertEquals(-1, java.util.Arrays.mismatch(original, Files.readAllBytes(file)));
    try (var left = Files.list(folder)) {
      assertEquals(2, left.count(), "no parts are left");
    }
  }

  @Test
  void versionsAreOrderedAndReadFromTheirNumber() {
    assertEquals("10.6.0", LibraryVersion.ofNumber(100600).toString());
    assertEquals("10.13.3", LibraryVersion.ofNumber(101303).toString());
    assertTrue(LibraryVersion.ofNumber(101303).compareTo(LibraryVersion.ofNumber(100600)) > 0);
  }

  private LibraryFiles find(LibraryPurpose purpose, String named, Map<String, String> environment) {
    return LibraryFiles.find(purpose, named, environment, folder.resolve("unpacked"));
  }

  private static void touch(Path folder, String... names) throws IOException {
    for (String name : names) {
      Files.createFile(folder.resolve(name));
    }
  }
}
