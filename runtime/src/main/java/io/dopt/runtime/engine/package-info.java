/**
 * Runs compiled components: named tensors in, named tensors out, through buffers that are allocated
 * once and reused between calls. Engines are opened when first needed, chosen by the shape of the
 * call, and closed in reverse order.
 */
package io.dopt.runtime.engine;
