/**
 * Family builders: config and named tensors become graphs, one per component, in classes that read
 * like the PyTorch modules they mirror and bear their names. A new family adds classes and lines in
 * {@link io.dopt.importer.family.FamilyBuilders} and {@link
 * io.dopt.importer.family.PipelineImporter}.
 */
package io.dopt.importer.family;
