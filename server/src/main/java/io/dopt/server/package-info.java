/**
 * Serves one bundle over HTTP: images, what the model is, health and metrics. The JDK's own HTTP
 * server carries it, so that a container holds the runtime and nothing else.
 */
package io.dopt.server;
