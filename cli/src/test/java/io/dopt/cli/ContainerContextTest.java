package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.runtime.bundle.Bundle;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** No container runs here: the image's own commands do, on the context's own files. */
@Timeout(120)
class ContainerContextTest {
  @TempDir static Path shared;
  @TempDir Path folder;

  private static Path context() {
    return shared.resolve("context");
  }

  @BeforeAll
  static void deploy() {
    Path checkpoint = Path.of(System.getProperty("dopt.root"), "examples", "shapes-world");
    for (CommandLineRun run :
        List.of(
            CommandLineRun.of(
                "compile",
                checkpoint,
                "-o",
                shared.resolve("bundle"),
                "--cache",
                shared.resolve("cache")),
            CommandLineRun.of("deploy", shared.resolve("bundle"), "--to", "oci", context()))) {
      assertEquals(0, run.exitCode(), run.err());
    }
  }

  @Test
  void theRecipeKeepsTheRules() throws IOException {
    Dockerfile.read(context().resolve("Dockerfile")).check(context());
    Bundle.open(context().resolve("bundle")).verify();
  }

  @Test
  void thereIsNothingOfTheCompileSideAndOfOtherPlatforms() throws IOException {
    try (Stream<Path> libraries = Files.list(context().resolve("lib"))) {
      for (Path library : libraries.toList()) {
        String name = library.getFileName().toString();
        assertTrue(name.endsWith(".jar"), name);
        assertFalse(
            name.matches(
                "(dopt-(ir|importer|passes|quantizer|compiler|evals|cli)|picocli|protobuf).*"),
            name);
        try (ZipFile jar = new ZipFile(library.toFile())) {
          List<String> natives =
              jar.stream()
                  .map(entry -> entry.getName())
                  .filter(entry -> entry.matches(".*\\.(dll|dylib|jnilib|so|a)"))
                  .filter(entry -> !entry.matches(".*linux-x(64|86[-_]64)/.*"))
                  .toList();
          assertEquals(List.of(), natives, name);
        }
      }
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void theImagesCommandsServeTheBundleAndSayWhenItIsReady() throws Exception {
    Dockerfile dockerfile = Dockerfile.read(context().resolve("Dockerfile"));
    Map<String, String> environment = new TreeMap<>(dockerfile.environment());
    int port = freePort();
    environment.put("DOPT_SERVER_PORT", Integer.toString(port));
    environment.replaceAll((name, value) -> here(value));
    Path log = folder.resolve("log");
    Process server = start(dockerfile.entryPoint(), environment, log);
    try {
      while (start(dockerfile.healthCheck(), environment, folder.resolve("health")).waitFor()
          != 0) {
        assertTrue(server.isAlive(), () -> read(log));
        TimeUnit.MILLISECONDS.sleep(100);
      }
      HttpResponse<byte[]> image =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/images"))
                      .header("Content-Type", "application/json")
                      .POST(
                          HttpRequest.BodyPublishers.ofString(
                              "{\"prompt\": \"a red star\", \"steps\": 2}"))
                      .build(),
                  HttpResponse.BodyHandlers.ofByteArray());
      assertEquals(200, image.statusCode(), new String(image.body()));
      server.destroy();
      assertEquals(0, server.waitFor(), read(log));
      assertTrue(read(log).endsWith("dopt: stopped\n"), read(log));
      assertTrue(read(log).contains("POST /v1/images 200"), read(log));
    } finally {
      server.destroyForcibly();
    }
    assertEquals(1, start(dockerfile.healthCheck(), environment, log).waitFor());
    environment.put("DOPT_SERVER_PROT", "1");
    assertEquals(2, start(dockerfile.entryPoint(), environment, log).waitFor(), read(log));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aBodyThatDoesNotArriveLosesItsConnection() throws Exception {
    Dockerfile dockerfile = Dockerfile.read(context().resolve("Dockerfile"));
    Map<String, String> environment = new TreeMap<>(dockerfile.environment());
    int port = freePort();
    environment.put("DOPT_SERVER_PORT", Integer.toString(port));
    environment.put("DOPT_SERVER_HOST", "127.0.0.2");
    environment.put("JAVA_TOOL_OPTIONS", "-Dsun.net.httpserver.maxReqTime=1");
    environment.replaceAll((name, value) -> here(value));
    Path log = folder.resolve("log");
    Process server = start(dockerfile.entryPoint(), environment, log);
    try {
      while (!read(log).contains("ready after")) {
        assertTrue(server.isAlive(), () -> read(log));
        TimeUnit.MILLISECONDS.sleep(50);
      }
      assertEquals(
          0, start(dockerfile.healthCheck(), environment, folder.resolve("health")).waitFor());
      try (Socket slow = new Socket("127.0.0.2", port)) {
        slow.getOutputStream()
            .write(
                ("POST /v1/images HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
                        + "Content-Length: 100\r\n\r\n{")
                    .getBytes(StandardCharsets.US_ASCII));
        // The end of the stream, or a reset: either way nobody waits for the rest.
        assertEquals(-1, end(slow));
      }
    } finally {
      server.destroyForcibly();
    }
  }

  private static int end(Socket socket) {
    try {
      return socket.getInputStream().read();
    } catch (IOException e) {
      return -1;
    }
  }

  /** Where the image's paths lie on this machine. */
  private String here(String word) {
    return word.replace("/opt/dopt", context().toString()).replace("=/tmp", "=" + folder);
  }

  private Process start(List<String> command, Map<String, String> environment, Path log)
      throws IOException {
    assertEquals("java", command.get(0));
    ProcessBuilder process =
        new ProcessBuilder(
            Stream.concat(
                    Stream.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()),
                    command.stream().skip(1).map(this::here))
                .toList());
    process.environment().clear();
    process.environment().putAll(environment);
    return process.redirectErrorStream(true).redirectOutput(log.toFile()).start();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static String read(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aBaseThatIsNotPinnedIsRefused() {
    for (String image : List.of("ubuntu", "ubuntu:latest", "host:5000/ubuntu", "a:1 b", "")) {
      CommandLineRun run =
          CommandLineRun.of(
              "deploy",
              shared.resolve("bundle"),
              "--to",
              "oci",
              folder.resolve("out"),
              "--base-image",
              image);
      assertEquals(2, run.exitCode(), image);
    }
    CommandLineRun run =
        CommandLineRun.of(
            "deploy",
            shared.resolve("bundle"),
            "--to",
            "oci",
            folder.resolve("out"),
            "--base-image",
            "host:5000/java:21.0.1");
    assertEquals(0, run.exitCode(), run.err());
    CommandLineRun other =
        CommandLineRun.of(
            "deploy",
            shared.resolve("bundle"),
            "--to",
            "tar",
            folder.resolve("out.tar"),
            "--base-image",
            "java:21");
    assertEquals(2, other.exitCode());
    assertTrue(other.err().contains("--base-image"), other.err());
  }
}
