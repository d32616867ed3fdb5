package io.dopt.compiler.deploy.oci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.dopt.compiler.deploy.HandMadeBundle;
import io.dopt.runtime.build.HardwareCompatibility;
import io.dopt.runtime.build.PlanHost;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.runtime.bundle.EngineFile;
import io.dopt.runtime.bundle.TensorSignature;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Plans are any bytes here: a context copies them and opens none. */
class ContainerContextTest {
  @TempDir Path folder;

  private Bundle bundle(String runtime, String library) {
    return bundle(runtime, library, false);
  }

  private Bundle bundle(String runtime, String library, boolean versionCompatible) {
    String engine = "vae_decoder/a.engine";
    PlanHost host =
        new PlanHost(
            PlanHost.FORMAT_VERSION,
            "NVIDIA H200",
            "9.0",
            "580.65.06",
            library,
            versionCompatible,
            HardwareCompatibility.NONE,
            false);
    TensorSignature tensor = TensorSignature.of("latent", ElementType.FLOAT32, "1");
    return new HandMadeBundle(folder.resolve("bundle"))
        .file(engine, "any bytes")
        .file(PlanHost.FILE, new String(host.toJson(), StandardCharsets.UTF_8))
        .component(
            "vae_decoder",
            new ComponentManifest(
                List.of(tensor),
                List.of(tensor),
                new TreeMap<>(),
                List.of(new EngineFile(runtime, engine, new TreeMap<>())),
                Optional.empty(),
                "f16",
                1,
                JsonNodeFactory.instance.objectNode()))
        .open();
  }

  private ContainerContext write(Bundle bundle, Optional<String> base) {
    return ContainerContext.write(bundle, List.of(), base, folder.resolve("context"), false);
  }

  @Test
  void plansGetTheImageOfTheirTensorRtAndJavaFromAnother() throws IOException {
    ContainerContext context = write(bundle("tensorrt", "10.6.0"), Optional.empty());
    assertEquals("nvcr.io/nvidia/tensorrt:24.11-py3", context.baseImage());
    String recipe = Files.readString(context.folder().resolve("Dockerfile"));
    assertTrue(recipe.contains("FROM ${JAVA_IMAGE} AS java\n"), recipe);
    assertTrue(recipe.contains("COPY --from=java /opt/java/openjdk /opt/java/openjdk\n"), recipe);
    String readme = Files.readString(context.folder().resolve("README.md"));
    assertTrue(readme.contains("--gpus all"), readme);
    assertEquals(
        "any bytes", Files.readString(context.folder().resolve("bundle/vae_decoder/a.engine")));
  }

  @Test
  void enginesOfTheCpuNeedNoGpu() throws IOException {
    ContainerContext context = write(bundle("onnxruntime", "10.6.0"), Optional.empty());
    assertEquals(BaseImage.JAVA, context.baseImage());
    String recipe = Files.readString(context.folder().resolve("Dockerfile"));
    assertFalse(recipe.contains("JAVA_IMAGE"), recipe);
    assertFalse(Files.readString(context.folder().resolve("README.md")).contains("--gpus"));
  }

  @Test
  void versionCompatiblePlansGetTheOptionWithoutWhichTheyAreRefused() throws IOException {
    ContainerContext context = write(bundle("tensorrt", "10.6.0", true), Optional.empty());
    String recipe = Files.readString(context.folder().resolve("Dockerfile"));
    assertTrue(
        recipe.contains("\nENV DOPT_SERVER_ENGINE_OPTIONS=tensorrt.host_code=true\n"), recipe);
    String readme = Files.readString(context.folder().resolve("README.md"));
    assertTrue(readme.contains("tensorrt.host_code=true"), readme);
  }

  @Test
  void otherPlansGetNone() throws IOException {
    ContainerContext context = write(bundle("tensorrt", "10.6.0"), Optional.empty());
    String recipe = Files.readString(context.folder().resolve("Dockerfile"));
    assertFalse(recipe.contains("ENGINE_OPTIONS"), recipe);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void whatOnlyTheBuilderMayReadCanBeReadInTheImageAndStaysPrivateHere() throws IOException {
    Bundle bundle = bundle("onnxruntime", "10.6.0");
    Path engine = bundle.file("vae_decoder/a.engine");
    Set<PosixFilePermission> mine = PosixFilePermissions.fromString("rw-------");
    Files.setPosixFilePermissions(engine, mine);
    ContainerContext context = write(bundle, Optional.empty());
    List<String> copies =
        Files.readAllLines(context.folder().resolve("Dockerfile")).stream()
            .filter(line -> line.startsWith("COPY ") && !line.contains("--from="))
            .toList();
    assertEquals(2, copies.size());
    assertTrue(copies.stream().allMatch(line -> line.startsWith("COPY --chmod=755 ")), "" + copies);
    assertEquals(mine, Files.getPosixFilePermissions(engine));
  }

  @Test
  void anUnknownTensorRtNeedsAnImageThatIsNamed() throws IOException {
    Bundle bundle = bundle("tensorrt", "10.99.1");
    DoptException refused =
        assertThrows(DoptException.class, () -> write(bundle, Optional.empty()));
    assertEquals(ErrorCode.USAGE, refused.code());
    assertTrue(refused.getMessage().contains("10.99.1"), refused.getMessage());
    assertFalse(Files.exists(folder.resolve("context")));
    String digest = "nvcr.io/nvidia/tensorrt@sha256:" + "0a".repeat(32);
    assertEquals(digest, write(bundle, Optional.of(digest)).baseImage());
  }

  @Test
  void aBuildPackageIsToBeBuiltFirst() {
    Bundle bundle = bundle("tensorrt-onnx", "10.6.0");
    DoptException refused =
        assertThrows(DoptException.class, () -> write(bundle, Optional.empty()));
    assertEquals(ErrorCode.UNSUPPORTED, refused.code());
    assertTrue(refused.getMessage().contains("dopt build"), refused.getMessage());
  }
}
