/**
 * Keeps compiled components between compiles, found by the content they were made from. Entries are
 * complete or absent, checked when taken, and shared safely by concurrent processes.
 */
package io.dopt.compiler.cache;
