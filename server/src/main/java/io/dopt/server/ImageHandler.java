package io.dopt.server;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.sun.net.httpserver.HttpExchange;
import io.dopt.runtime.bundle.BundleManifest;
import io.dopt.runtime.image.ImageFiles;
import io.dopt.runtime.pipeline.GeneratedImage;
import io.dopt.runtime.pipeline.GenerationRequest;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * {@code POST /v1/images}: one image, as PNG, or where the request accepts JSON and no PNG, in a
 * document in base64.
 */
final class ImageHandler implements Router.Handler {
  /** More than any prompt takes; what does not fit is refused, not cut. */
  private static final int MAXIMUM_BODY = 1 << 16;

  private final BundleManifest manifest;
  private final ServerOptions options;
  private final ServerMetrics metrics;
  private final Supplier<Optional<PipelinePool>> pool;

  /**
   * @param pool empty while the server does not take requests
   */
  ImageHandler(
      BundleManifest manifest,
      ServerOptions options,
      ServerMetrics metrics,
      Supplier<Optional<PipelinePool>> pool) {
    this.manifest = manifest;
    this.options = options;
    this.metrics = metrics;
    this.pool = pool;
  }

  /** The form of {@code Accept: application/json}. */
  private record Document(
      @JsonProperty("image") byte[] image,
      @JsonProperty("seed") long seed,
      @JsonProperty("made") Map<String, String> made) {}

  @Override
  public Answer answer(HttpExchange request) throws IOException {
    Answer answer;
    try {
      answer = image(request);
    } catch (DoptException e) {
      answer = Answer.error(e);
    }
    metrics.answered(answer.status());
    return answer;
  }

  private Answer image(HttpExchange request) throws IOException {
    long start = System.nanoTime();
    Optional<String> type = header(request, "Content-Type");
    if (!type.map(given -> given.split(";")[0].strip()).equals(Optional.of(Answer.JSON))) {
      return Answer.error(
          415,
          "CONTENT_TYPE",
          "The request is to be JSON: send Content-Type: application/json, not "
              + type.orElse("none")
              + ".");
    }
    Optional<Boolean> png = acceptsPng(header(request, "Accept").orElse("*/*"));
    if (png.isEmpty()) {
      return Answer.error(
          406, "ACCEPT", "There is image/png and application/json; accept one of them.");
    }
    byte[] body = request.getRequestBody().readNBytes(MAXIMUM_BODY + 1);
    if (body.length > MAXIMUM_BODY) {
      return Answer.error(
          413, "TOO_LARGE", "The request has more than " + MAXIMUM_BODY + " bytes.");
    }
    GenerationRequest asked = ImageRequest.read(body).toGeneration(manifest, options);
    Optional<PipelinePool> open = pool.get();
    if (open.isEmpty()) {
      return Answer.error(503, "NOT_READY", "The server is starting or shutting down.")
          .with("Retry-After", "1");
    }
    Optional<GeneratedImage> made = open.get().generate(asked);
    if (made.isEmpty()) {
      return Answer.error(429, "BUSY", options.queue() + " requests wait already; try again later.")
          .with("Retry-After", "1");
    }
    made.get()
        .problem()
        .ifPresent(
            problem -> {
              throw new DoptException(ErrorCode.QUALITY, "No image: " + problem + ".");
            });
    metrics.made(System.nanoTime() - start);
    return answer(made.get(), png.get());
  }

  private static Answer answer(GeneratedImage made, boolean png) {
    byte[] bytes = ImageFiles.toPng(made.image(), made.pngText());
    String seed = Long.toString(made.seed());
    return png
        ? new Answer(200, Answer.PNG, bytes, Map.of("Dopt-Seed", seed))
        : Answer.json(200, new Document(bytes, made.seed(), made.pngText()));
  }

  private static Optional<String> header(HttpExchange request, String name) {
    return Optional.ofNullable(request.getRequestHeaders().getFirst(name));
  }

  /** Weights ({@code q=}) are passed over: who takes both gets the PNG. */
  private static Optional<Boolean> acceptsPng(String accept) {
    boolean json = false;
    for (String range : accept.split(",")) {
      switch (range.split(";")[0].strip()) {
        case "*/*", "image/*", "image/png" -> {
          return Optional.of(true);
        }
        case "application/json", "application/*" -> json = true;
        default -> {}
      }
    }
    return json ? Optional.of(false) : Optional.empty();
  }
}
