/**
 * Reads what {@code torch.save} wrote, in both of its formats, through an unpickler that can build
 * tensors and plain values and nothing else. Nothing in a file is ever executed.
 */
package io.dopt.importer.checkpoint.pickle;
