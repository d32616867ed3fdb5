/**
 * Generates images from a bundle as diffusers' pipelines of the same name do: prompt encoding,
 * guidance, the denoising loop and the VAE, each written once. What differs between pipeline
 * classes is data in {@link io.dopt.runtime.pipeline.PipelineFamily}.
 */
package io.dopt.runtime.pipeline;
