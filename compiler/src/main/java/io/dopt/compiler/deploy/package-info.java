/**
 * Takes a finished bundle to where it serves: an archive, a Triton model repository, a container's
 * build context. Knows the bundle format and nothing of how bundles are compiled.
 */
package io.dopt.compiler.deploy;
