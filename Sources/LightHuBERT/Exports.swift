// Whoever imports LightHuBERT has all of the runtime, and what cuts subnets out of checkpoints. What is only run needs
// no more than the runtime, see Docs/architecture.md.

@_exported public import LHRuntime

@_exported public import enum LHFamilies.FamilyFault
@_exported public import struct LHFamilies.ReadingChoices
@_exported public import enum LHImport.ExtractionFault
@_exported public import struct LHImport.ExtractionOptions
@_exported public import class LHImport.PretrainedModel
@_exported public import class LHImport.Supernet
@_exported public import struct LHQuantization.ActivationStatistics
@_exported public import struct LHQuantization.ChannelStatistics
@_exported public import enum LHQuantization.QuantizableLayer
@_exported public import struct LHQuantization.QuantizationPlan
@_exported public import enum LHSafetensors.SafetensorsFault
@_exported public import struct LHSubnetFile.SubnetSummary
@_exported public import struct LHSubnetFile.WeightError
@_exported public import enum LHSubnetFile.WeightsChoice
@_exported public import struct LHSupernet.SearchSpace
@_exported public import enum LHTensorNames.TensorProblem
@_exported public import enum LHTorch.CheckpointFault
