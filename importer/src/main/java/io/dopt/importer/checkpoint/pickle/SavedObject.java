package io.dopt.importer.checkpoint.pickle;

/**
 * What a torch file consists of.
 *
 * @param root the object that was saved
 * @param storages where the storages it refers to lie
 */
record SavedObject(Object root, Storages storages) {
  /** Finds storages in the file. */
  @FunctionalInterface
  interface Storages {
    /** Byte in the file at which the storage begins, which holds all its elements. */
    long begin(Pickled.Storage storage);
  }
}
