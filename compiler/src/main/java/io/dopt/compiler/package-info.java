/**
 * Turns a pipeline model into a bundle: plans shape buckets, has a target write the engines of each
 * component, and puts manifest, tokenizers and lock beside them. The bundle appears whole or not at
 * all, and the same inputs give the same bytes.
 */
package io.dopt.compiler;
