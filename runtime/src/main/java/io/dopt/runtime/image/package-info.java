/**
 * Images on their way in and out: reading, resizing as Pillow does, PNG files that carry how they
 * were made, grids, and the check that an image is one at all.
 */
package io.dopt.runtime.image;
