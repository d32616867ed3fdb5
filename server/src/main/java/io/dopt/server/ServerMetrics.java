package io.dopt.server;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts since the start, in the text format of Prometheus
 * (prometheus.io/docs/instrumenting/exposition_formats, version 0.0.4).
 */
final class ServerMetrics {
  static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final Map<Integer, LongAdder> imageRequests = new ConcurrentSkipListMap<>();
  private final LongAdder images = new LongAdder();
  private final LongAdder nanoseconds = new LongAdder();

  /** An image request was answered. */
  void answered(int status) {
    imageRequests.computeIfAbsent(status, key -> new LongAdder()).increment();
  }

  /** An image was made, queue included. */
  void made(long tookNanoseconds) {
    images.increment();
    nanoseconds.add(tookNanoseconds);
  }

  String text(boolean ready, int waiting, int working) {
    StringBuilder text = new StringBuilder();
    head(text, "dopt_ready", "gauge", "Whether the server takes image requests.");
    text.append("dopt_ready ").append(ready ? 1 : 0).append('\n');
    head(text, "dopt_image_requests_total", "counter", "Image requests by status of HTTP.");
    imageRequests.forEach(
        (status, count) ->
            text.append("dopt_image_requests_total{status=\"")
                .append(status)
                .append("\"} ")
                .append(count.sum())
                .append('\n'));
    head(text, "dopt_image_seconds", "summary", "Time of an image, waiting included.");
    text.append(
        String.format(Locale.ROOT, "dopt_image_seconds_sum %.6f%n", nanoseconds.sum() / 1e9)
            .replace("\r", ""));
    text.append("dopt_image_seconds_count ").append(images.sum()).append('\n');
    head(text, "dopt_requests_waiting", "gauge", "Requests that wait for a pipeline.");
    text.append("dopt_requests_waiting ").append(waiting).append('\n');
    head(text, "dopt_requests_working", "gauge", "Images being made.");
    text.append("dopt_requests_working ").append(working).append('\n');
    return text.toString();
  }

  private static void head(StringBuilder text, String name, String type, String help) {
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }
}
