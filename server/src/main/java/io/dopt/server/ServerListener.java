package io.dopt.server;

/** Told what a server does; called from any of its threads. */
public interface ServerListener {
  /** Tells nobody. */
  ServerListener SILENT = (method, path, status, seconds) -> {};

  /**
   * A request was answered.
   *
   * @param method e.g. {@code POST}
   * @param path without the query
   * @param status of HTTP
   * @param seconds it took
   */
  void answered(String method, String path, int status, double seconds);
}
