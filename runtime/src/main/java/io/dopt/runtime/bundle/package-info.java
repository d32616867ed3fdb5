/**
 * The bundle format: the folder a compiled checkpoint lives in, its manifest as records, and the
 * checks that let everything behind it trust what the manifest says. The compiler writes bundles
 * through these records and the runtime reads them; nobody else knows the JSON.
 */
package io.dopt.runtime.bundle;
