/** Programs for a container: the server, told by environment variables, and its health check. */
package io.dopt.server.launch;
