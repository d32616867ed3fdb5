/**
 * What improves graphs on their way from importer to compiler: passes in one declared order, each
 * verified, timed and traced by its base class. {@link io.dopt.passes.Passes} lists them; {@code
 * docs/passes.md} says how to add one.
 */
package io.dopt.passes;
