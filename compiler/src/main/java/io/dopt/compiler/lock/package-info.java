/**
 * {@code dopt.lock}: the hashes of everything that went into a bundle and came out of it. Hashes of
 * graphs are over structure and content, independent of where files lie.
 */
package io.dopt.compiler.lock;
