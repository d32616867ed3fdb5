/**
 * The second stage: a build package becomes a bundle of plans on the machine that will run them.
 * Plans that were built before for the same machine are taken from the cache, and what became of
 * each layer is held against what was planned.
 */
package io.dopt.compiler.build;
