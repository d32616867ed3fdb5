/**
 * The samplers of diffusers, built from a {@code scheduler_config.json}: which timesteps a denoiser
 * is asked for, and how its outputs turn noise into a sample. Noise schedules, sigma spacings and
 * prediction types are written once and composed by each scheduler.
 */
package io.dopt.runtime.scheduler;
