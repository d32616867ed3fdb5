package io.dopt.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.dopt.tensor.DoptException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Finds who answers a request, and sends the answer; every failure is one in JSON. */
final class Router implements HttpHandler {
  /** Answers one kind of request. */
  interface Handler {
    /**
     * @throws DoptException when the request, or the server, is at fault
     * @throws IOException when the client went away
     */
    Answer answer(HttpExchange request) throws IOException;
  }

  private final Map<String, SortedMap<String, Handler>> routes = new TreeMap<>();
  private final ServerListener listener;

  Router(ServerListener listener) {
    this.listener = listener;
  }

  /** Sends requests of one method and path to a handler. */
  Router route(String method, String path, Handler handler) {
    routes.computeIfAbsent(path, key -> new TreeMap<>()).put(method, handler);
    return this;
  }

  @Override
  public void handle(HttpExchange request) throws IOException {
    long start = System.nanoTime();
    try (request) {
      Answer answer = answer(request);
      answer.headers().forEach(request.getResponseHeaders()::set);
      request.getResponseHeaders().set("Content-Type", answer.type());
      request.sendResponseHeaders(answer.status(), answer.body().length);
      try (OutputStream body = request.getResponseBody()) {
        body.write(answer.body());
      }
      listener.answered(
          request.getRequestMethod(),
          request.getRequestURI().getPath(),
          answer.status(),
          (System.nanoTime() - start) / 1e9);
    }
  }

  private Answer answer(HttpExchange request) throws IOException {
    String path = request.getRequestURI().getPath();
    SortedMap<String, Handler> methods = routes.getOrDefault(path, Collections.emptySortedMap());
    if (methods.isEmpty()) {
      return Answer.error(
          404, "NOT_FOUND", "There is nothing at this path; there is " + routes.keySet() + ".");
    }
    Handler handler = methods.get(request.getRequestMethod());
    if (handler == null) {
      return Answer.error(405, "METHOD", path + " takes " + methods.keySet() + ".")
          .with("Allow", String.join(", ", methods.keySet()));
    }
    try {
      return handler.answer(request);
    } catch (DoptException e) {
      return Answer.error(e);
    } catch (RuntimeException | OutOfMemoryError e) {
      return Answer.error(500, "INTERNAL", "internal error: " + e);
    }
  }
}
