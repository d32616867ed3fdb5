/**
 * The passes, one a file, each named by what it does and documented by its graph before and after.
 * {@link io.dopt.passes.Passes} puts them in order.
 */
package io.dopt.passes.rewrite;
