/**
 * Reads the layout in which Stable Diffusion was first published, one file for a whole pipeline
 * (the names of CompVis' latent-diffusion, Stability's generative-models and ComfyUI). It tells the
 * family by names, derives diffusers' configs from the shapes and gives the tensors diffusers'
 * names (facts: diffusers, {@code loaders/single_file_utils.py}).
 */
package io.dopt.importer.checkpoint.original;
