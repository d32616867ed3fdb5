package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.runtime.engine.OnnxRuntimeEngine;
import io.dopt.server.DoptServer;
import io.dopt.server.ServerListener;
import io.dopt.server.ServerOptions;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The demo checkpoint, compiled and served over HTTP. */
@Timeout(120)
class ServerTest {
  private static final String STAR = "a large red star in the center on a navy background";
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final ServerOptions ANY_PORT =
      ServerOptions.defaults().withAddress("127.0.0.1", 0);

  @TempDir static Path shared;
  @TempDir Path folder;

  private static DoptServer server;

  @BeforeAll
  static void serve() {
    Path checkpoint = Path.of(System.getProperty("dopt.root"), "examples", "shapes-world");
    CommandLineRun run =
        CommandLineRun.of(
            "compile",
            checkpoint,
            "-o",
            shared.resolve("bundle"),
            "--cache",
            shared.resolve("cache"));
    assertEquals(0, run.exitCode(), run.err());
    server = listen(ANY_PORT.withLimits(30, 64 * 64));
    server.warmUp();
  }

  private static DoptServer listen(ServerOptions options) {
    return DoptServer.listen(
        Bundle.open(shared.resolve("bundle")),
        EngineOptions.defaults(),
        options,
        ServerListener.SILENT);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static HttpRequest.Builder to(DoptServer any, String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + any.address().getPort() + path));
  }

  private static HttpRequest.Builder post(DoptServer any, String body) {
    return to(any, "/v1/images")
        .header("Content-Type", "application/json; charset=utf-8")
        .POST(HttpRequest.BodyPublishers.ofString(body));
  }

  private static HttpResponse<byte[]> send(HttpRequest.Builder request) {
    try {
      return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }

  private static JsonNode json(HttpResponse<byte[]> response) throws IOException {
    return new ObjectMapper().readTree(response.body());
  }

  private static String body(int steps) {
    return "{\"prompt\": \"" + STAR + "\", \"seed\": 7, \"steps\": " + steps + "}";
  }

  @Test
  void aDamagedBundleIsNotServed() throws IOException {
    Path damaged = folder.resolve("damaged");
    try (Stream<Path> files = Files.walk(shared.resolve("bundle"))) {
      for (Path file : files.toList()) {
        Files.copy(file, damaged.resolve(shared.resolve("bundle").relativize(file).toString()));
      }
    }
    Path weights = damaged.resolve("unet").resolve("weights.bin");
    byte[] bytes = Files.readAllBytes(weights);
    bytes[bytes.length / 2] ^= 1;
    Files.write(weights, bytes);
    CommandLineRun run = CommandLineRun.of("serve", damaged, "--port", "0");
    assertEquals(3, run.exitCode(), run.err());
    assertTrue(run.err().contains("unet/weights.bin"), run.err());
  }

  @Test
  void anImageIsThatOfTheCommandLineToTheByte() throws IOException {
    Path file = folder.resolve("star.png");
    CommandLineRun run =
        CommandLineRun.of(
            "generate",
            shared.resolve("bundle"),
            "--prompt",
            STAR,
            "--negative-prompt",
            "blue",
            "--seed",
            "7",
            "--steps",
            "4",
            "--guidance",
            "3",
            "--scheduler",
            "Euler",
            "--size",
            "64x64",
            "-o",
            file);
    assertEquals(0, run.exitCode(), run.err());
    String asked =
        "{\"prompt\": \""
            + STAR
            + "\", \"negative_prompt\": \"blue\", \"seed\": 7, \"steps\": 4,"
            + " \"guidance_scale\": 3, \"scheduler\": \"Euler\", \"height\": 64, \"width\": 64}";
    HttpResponse<byte[]> png = send(post(server, asked));
    assertEquals(200, png.statusCode(), text(png));
    assertEquals("image/png", png.headers().firstValue("Content-Type").orElseThrow());
    assertEquals("7", png.headers().firstValue("Dopt-Seed").orElseThrow());
    assertArrayEquals(Files.readAllBytes(file), png.body());

    HttpResponse<byte[]> document = send(post(server, asked).header("Accept", "application/json"));
    assertEquals(200, document.statusCode(), text(document));
    assertArrayEquals(png.body(), json(document).path("image").binaryValue());
    assertEquals(7, json(document).path("seed").asLong());
  }

  @Test
  void theModelSaysWhatCanBeAskedOfIt() throws IOException {
    JsonNode model = json(send(to(server, "/v1/model")));
    assertEquals("StableDiffusionPipeline", model.path("pipeline").asText());
    assertEquals(64, model.path("sizes").path(0).path("height").asInt());
    assertEquals(30, model.path("limits").path("steps").asInt());
    assertEquals("f32", model.path("components").path("unet").path("precision").asText());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"prompt\": \"a\", \"cfg\": 3}                        | BAD_INPUT | cfg",
        "{\"prompt\": \"a\", \"steps\": 31}                     | USAGE     | 30",
        "{\"prompt\": \"a\", \"steps\": 0}                      | USAGE     | Steps",
        "{\"prompt\": \"a\", \"height\": 64}                    | USAGE     | width",
        "{\"prompt\": \"a\", \"height\": 63, \"width\": 64}     | USAGE     | 63",
        "{\"prompt\": \"a\", \"height\": -8, \"width\": 64}     | USAGE     | -8",
        "{\"prompt\": \"a\", \"height\": 128, \"width\": 64}    | USAGE     | 4096",
        "{\"prompt\": \"a\", \"scheduler\": \"Eulr\"}           | USAGE     | Eulr",
      })
  void whatCannotBeMadeIsRefusedByName(String body, String code, String named) throws IOException {
    HttpResponse<byte[]> refused = send(post(server, body));
    assertEquals(400, refused.statusCode(), text(refused));
    JsonNode error = json(refused).path("error");
    assertEquals(code, error.path("code").asText());
    assertTrue(error.path("message").asText().contains(named), text(refused));
  }

  @Test
  void whatIsNoRequestForAnImageIsRefused() {
    assertEquals(404, send(to(server, "/v1/image")).statusCode());
    HttpResponse<byte[]> method = send(to(server, "/v1/images"));
    assertEquals(405, method.statusCode());
    assertEquals("POST", method.headers().firstValue("Allow").orElseThrow());
    assertEquals(
        415,
        send(to(server, "/v1/images").POST(HttpRequest.BodyPublishers.ofString(body(1))))
            .statusCode());
    assertEquals(406, send(post(server, body(1)).header("Accept", "text/html")).statusCode());
    String longest = "{\"prompt\": \"" + "a".repeat(70_000) + "\"}";
    assertEquals(413, send(post(server, longest)).statusCode());
  }

  @Test
  void aServerIsLiveBeforeItIsReady() throws IOException {
    try (DoptServer cold = listen(ANY_PORT)) {
      assertEquals(200, send(to(cold, "/health/live")).statusCode());
      assertEquals(503, send(to(cold, "/health/ready")).statusCode());
      HttpResponse<byte[]> early = send(post(cold, body(1)));
      assertEquals(503, early.statusCode());
      assertTrue(early.headers().firstValue("Retry-After").isPresent());
      cold.warmUp();
      assertEquals(200, send(to(cold, "/health/ready")).statusCode());
      assertEquals(200, send(post(cold, body(1))).statusCode());
      String metrics = text(send(to(cold, "/metrics")));
      assertTrue(metrics.contains("dopt_image_requests_total{status=\"200\"} 1\n"), metrics);
      assertTrue(metrics.contains("dopt_image_requests_total{status=\"503\"} 1\n"), metrics);
      assertTrue(metrics.contains("dopt_ready 1\n"), metrics);
    }
  }

  private static CompletableFuture<HttpResponse<byte[]>> start(DoptServer any, int working) {
    CompletableFuture<HttpResponse<byte[]>> response =
        CLIENT.sendAsync(post(any, body(500)).build(), HttpResponse.BodyHandlers.ofByteArray());
    awaitMetric(any, "dopt_requests_working " + working, response);
    return response;
  }

  /** Until the server says so, or has answered the request that was to lead there. */
  private static void awaitMetric(
      DoptServer any, String line, CompletableFuture<HttpResponse<byte[]>> running) {
    while (!text(send(to(any, "/metrics"))).contains(line + "\n")) {
      assertFalse(running.isDone(), () -> text(running.join()));
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(5);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void oneMoreThanMayWaitIsTurnedAwayAndClosingBreaksOffTheRest() {
    ServerOptions options =
        ANY_PORT.withPipelines(2, 1).withLimits(1000, 64 * 64).withGrace(Duration.ZERO);
    CompletableFuture<HttpResponse<byte[]>> first;
    CompletableFuture<HttpResponse<byte[]>> second;
    CompletableFuture<HttpResponse<byte[]>> third;
    try (DoptServer busy = listen(options)) {
      busy.warmUp();
      first = start(busy, 1);
      second = start(busy, 2);
      third =
          CLIENT.sendAsync(post(busy, body(1)).build(), HttpResponse.BodyHandlers.ofByteArray());
      awaitMetric(busy, "dopt_requests_waiting 1", third);
      HttpResponse<byte[]> fourth = send(post(busy, body(1)));
      assertEquals(429, fourth.statusCode(), text(fourth));
      assertTrue(fourth.headers().firstValue("Retry-After").isPresent());
      assertEquals(200, send(to(busy, "/health/ready")).statusCode());
    }
    assertEquals(503, first.join().statusCode());
    assertEquals(503, second.join().statusCode());
    assertEquals(503, third.join().statusCode());
  }

  @Test
  void closingLetsARequestFinishAndTakesNoMore() {
    ServerOptions options = ANY_PORT.withLimits(1000, 64 * 64).withGrace(Duration.ofMinutes(5));
    DoptServer closing = listen(options);
    closing.warmUp();
    CompletableFuture<HttpResponse<byte[]>> running =
        CLIENT.sendAsync(post(closing, body(25)).build(), HttpResponse.BodyHandlers.ofByteArray());
    awaitMetric(closing, "dopt_requests_working 1", running);
    CompletableFuture<Void> closed = CompletableFuture.runAsync(closing::close);
    while (send(to(closing, "/health/ready")).statusCode() != 503) {
      pause();
    }
    assertEquals(503, send(post(closing, body(1))).statusCode());
    assertEquals(200, running.join().statusCode());
    closed.join();
  }

  /** The bundle with engines whose steps wait for a file. */
  private Bundle gated() throws IOException {
    Path copy = folder.resolve("gated");
    try (Stream<Path> files = Files.walk(shared.resolve("bundle"))) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(shared.resolve("bundle").relativize(file).toString()));
      }
    }
    Path manifest = copy.resolve(Bundle.MANIFEST);
    String gated =
        Files.readString(manifest)
            .replace("\"" + OnnxRuntimeEngine.RUNTIME + "\"", "\"" + GatedProvider.RUNTIME + "\"");
    Files.writeString(manifest, gated);
    return Bundle.open(copy);
  }

  @Test
  void closingDuringTheWarmUpLetsItsStepEndBeforeTheEnginesAreClosed() throws IOException {
    Path gate = Files.createDirectory(folder.resolve("gate"));
    EngineOptions engine =
        new EngineOptions(0, Map.of(GatedProvider.FOLDER, gate.toString()), Optional.empty());
    DoptServer starting = DoptServer.listen(gated(), engine, ANY_PORT, ServerListener.SILENT);
    try {
      CompletableFuture<Void> warm = CompletableFuture.runAsync(starting::warmUp);
      while (Files.notExists(gate.resolve(GatedProvider.STEPPING))) {
        assertFalse(warm.isDone());
        pause();
      }
      CompletableFuture<Void> closed = CompletableFuture.runAsync(starting::close);
      while (Files.notExists(gate.resolve(GatedProvider.INTERRUPTED)) && !closed.isDone()) {
        pause();
      }
      assertFalse(closed.isDone());
      GatedProvider.put(gate, GatedProvider.GO);
      closed.join();
      assertTrue(Files.notExists(gate.resolve(GatedProvider.CLOSED_IN_USE)));
      CompletionException failed = assertThrows(CompletionException.class, warm::join);
      assertEquals(ErrorCode.INTERRUPTED, ((DoptException) failed.getCause()).code());
    } finally {
      GatedProvider.put(gate, GatedProvider.GO);
    }
  }

  @Test
  void anInterruptedWarmUpLetsItsStepEndToo() throws Exception {
    Path gate = Files.createDirectory(folder.resolve("gate"));
    EngineOptions engine =
        new EngineOptions(0, Map.of(GatedProvider.FOLDER, gate.toString()), Optional.empty());
    DoptServer starting = DoptServer.listen(gated(), engine, ANY_PORT, ServerListener.SILENT);
    Thread command =
        new Thread(
            () -> {
              try (starting) {
                assertThrows(DoptException.class, starting::warmUp);
              }
            });
    try {
      command.start();
      while (Files.notExists(gate.resolve(GatedProvider.STEPPING))) {
        pause();
      }
      command.interrupt();
      while (Files.notExists(gate.resolve(GatedProvider.INTERRUPTED))) {
        pause();
      }
      command.join(500);
      assertTrue(command.isAlive());
      GatedProvider.put(gate, GatedProvider.GO);
      command.join();
      assertTrue(Files.notExists(gate.resolve(GatedProvider.CLOSED_IN_USE)));
    } finally {
      GatedProvider.put(gate, GatedProvider.GO);
    }
  }

  @Test
  void aServerThatWasClosedDoesNotWarmUp() {
    DoptServer closed = listen(ANY_PORT);
    closed.close();
    DoptException refused = assertThrows(DoptException.class, closed::warmUp);
    assertEquals(ErrorCode.INTERRUPTED, refused.code());
  }

  @Test
  void requestsHaveTimeToArriveHoweverDoptIsStarted() {
    assertEquals("30", System.getProperty("sun.net.httpserver.maxReqTime"));
  }

  @Test
  void anAddressThatIsTakenIsAnErrorThatNamesIt() {
    int port = server.address().getPort();
    DoptException refused =
        assertThrows(DoptException.class, () -> listen(ANY_PORT.withAddress("127.0.0.1", port)));
    assertEquals(ErrorCode.IO, refused.code());
    assertTrue(refused.getMessage().contains("127.0.0.1:" + port), refused.getMessage());
    CommandLineRun run = CommandLineRun.of("serve", shared.resolve("bundle"), "--port", port);
    assertEquals(5, run.exitCode(), run.err());
    assertEquals(
        2, CommandLineRun.of("serve", shared.resolve("bundle"), "--pipelines", "0").exitCode());
    assertEquals(
        2,
        CommandLineRun.of("serve", shared.resolve("bundle"), "--queue", "2147483647").exitCode());
  }
}
