/**
 * Reads checkpoints, whatever the files look like: diffusers folders, single files of the original
 * layout, torch pickles. What comes out is the same for all: per network its class, its config and
 * an index of lazy tensors under diffusers' names.
 */
package io.dopt.importer.checkpoint;
