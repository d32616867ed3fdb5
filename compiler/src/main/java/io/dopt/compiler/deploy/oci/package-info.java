/**
 * A bundle as a container's build context: image recipe, the thin runtime's libraries, the bundle.
 */
package io.dopt.compiler.deploy.oci;
