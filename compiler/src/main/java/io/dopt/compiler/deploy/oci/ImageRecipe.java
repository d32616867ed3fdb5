package io.dopt.compiler.deploy.oci;

import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * The text files of a context. The image runs as a numbered user that owns nothing, needs no shell
 * or tool of its base, and writes to {@code /tmp} alone. What it reads has modes of the recipe's
 * own, since files keep those of the machine that built the bundle, whose umask may give others
 * none.
 *
 * @param baseImage pinned
 * @param plans whether the base has TensorRT and no Java, which then comes from an image that has
 * @param engineOptions without which the bundle's engines cannot be loaded
 */
record ImageRecipe(String baseImage, boolean plans, SortedMap<String, String> engineOptions) {
  private static final String JAVA_HOME = "/opt/java/openjdk";

  String dockerfile() {
    StringBuilder text = new StringBuilder();
    text.append("# Serves a dopt bundle over HTTP; README.md beside this file has the commands.\n");
    if (plans) {
      text.append("ARG JAVA_IMAGE=").append(BaseImage.JAVA).append('\n');
    }
    text.append("ARG BASE_IMAGE=").append(baseImage).append("\n\n");
    if (plans) {
      text.append("FROM ${JAVA_IMAGE} AS java\n\n");
    }
    text.append("FROM ${BASE_IMAGE}\n");
    if (plans) {
      text.append(
          String.format("COPY --from=java %1$s %1$s%nENV PATH=%1$s/bin:${PATH}%n", JAVA_HOME)
              .replace("\r", ""));
    }
    text.append(
        """
        COPY --chmod=755 lib /opt/dopt/lib
        COPY --chmod=755 bundle /opt/dopt/bundle
        ENV DOPT_SERVER_BUNDLE=/opt/dopt/bundle \\
            DOPT_SERVER_HOST=0.0.0.0 \\
            DOPT_SERVER_PORT=8080
        """);
    if (!engineOptions.isEmpty()) {
      text.append("ENV DOPT_SERVER_ENGINE_OPTIONS=").append(joined()).append('\n');
    }
    text.append(
        """
        WORKDIR /tmp
        USER 10001:10001
        EXPOSE 8080
        STOPSIGNAL SIGTERM
        HEALTHCHECK --interval=30s --timeout=10s --start-period=120s --retries=3 \\
            CMD ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx32m", "-cp", "/opt/dopt/lib/*", "io.dopt.server.launch.HealthCheck"]
        ENTRYPOINT ["java", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError", "-Djava.awt.headless=true", "-Dai.djl.offline=true", "-Duser.home=/tmp", "-cp", "/opt/dopt/lib/*", "io.dopt.server.launch.Main"]
        """);
    return text.toString();
  }

  private String joined() {
    return engineOptions.entrySet().stream()
        .map(option -> option.getKey() + "=" + option.getValue())
        .collect(Collectors.joining(","));
  }

  String dockerignore() {
    return "*\n!lib\n!bundle\n";
  }

  String readme() {
    String gpu = plans ? " --gpus all" : "";
    return String.format(
            """
            # Build context of a dopt server

                docker build -t dopt-server .
                docker run --rm%s -p 8080:8080 --read-only --tmpfs /tmp:exec dopt-server
                curl localhost:8080/health/ready
                curl localhost:8080/v1/images -H 'Content-Type: application/json' -d '{"prompt": "a red star"}' -o star.png

            The build needs BuildKit, which Docker 23 and newer use unasked (`COPY --chmod`).
            `podman` takes the same arguments%s. Native libraries are unpacked to `/tmp`, so it has to allow execution.

            - Another base: `docker build --build-arg BASE_IMAGE=NAME@sha256:DIGEST ...`; a digest fixes it for good. It needs glibc and %s.
            - Settings, by `-e`: `DOPT_SERVER_PIPELINES` (1), `DOPT_SERVER_QUEUE` (16), `DOPT_SERVER_THREADS` (cores), `DOPT_SERVER_MAX_STEPS` (150),
              `DOPT_SERVER_MAX_PIXELS` (1048576), `DOPT_SERVER_GRACE_SECONDS` (30), `DOPT_SERVER_PORT`, `DOPT_SERVER_HOST`,
              `DOPT_SERVER_ENGINE_OPTIONS` (%s), `KEY=VALUE` with commas between them%s. An unknown one ends the server.
            - JVM options: `-e JAVA_TOOL_OPTIONS=-Xmx2g`.
            - Stopping lets requests finish: `docker stop -t 40`, longer than `DOPT_SERVER_GRACE_SECONDS`.
            """,
            gpu,
            plans ? ", with `--device nvidia.com/gpu=all` for `--gpus all`" : "",
            plans ? "the TensorRT version of the plans" : "Java 17 or newer as `java`",
            engineOptions.isEmpty() ? "none" : "`" + joined() + "`; keep it when you add others",
            plans
                ? ": `tensorrt.weight_streaming_bytes=N` lets plans that were built with weight"
                    + " streaming keep N bytes on the GPU and stream the rest"
                : "")
        .replace("\r", "");
  }
}
