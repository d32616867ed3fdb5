/**
 * Proof of effect: what an engine really does with the layers that a precision was planned for,
 * read from the graph it runs and the file it was loaded from.
 */
package io.dopt.compiler.proof;
