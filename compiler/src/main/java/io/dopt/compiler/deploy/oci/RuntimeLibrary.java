package io.dopt.compiler.deploy.oci;

import java.nio.file.Path;

/**
 * A library of the thin runtime.
 *
 * @param fileName in the image, e.g. {@code dopt-runtime-0.1.0.jar}
 * @param place a jar, or a folder of classes
 */
public record RuntimeLibrary(String fileName, Path place) {}
