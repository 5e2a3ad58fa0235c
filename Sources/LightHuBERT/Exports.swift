// Whoever imports LightHuBERT has all of the runtime, and what cuts subnets out of checkpoints. What is only run needs
// no more than the runtime, see Docs/architecture.md.

@_exported public import LHRuntime

@_exported public import enum LHImport.ExtractionFault
@_exported public import struct LHImport.ExtractionOptions
@_exported public import class LHImport.Supernet
@_exported public import enum LHTorch.CheckpointFault
