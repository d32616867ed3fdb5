/**
 * Measures that look at images through a network: how well an image fits its prompt by a CLIP, how
 * far two images are apart in features, how far two sets of images are apart. The network is a
 * bundle of a CLIP, or an ONNX file that the user gives.
 */
package io.dopt.evals.feature;
