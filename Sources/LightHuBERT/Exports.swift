// Whoever imports LightHuBERT names and uses these types without a second import. A typealias would not do: members of a
// type are visible only where the module that declares them is imported, or exported again as here. Only what belongs to
// the library's interface is listed, so that the modules' other types stay out of the way.

@_exported public import enum Checkpoint.CheckpointFault
@_exported public import enum Extraction.ExtractionFault
@_exported public import struct Extraction.ExtractionOptions
@_exported public import class Extraction.Supernet
@_exported public import protocol Faults.Fault
@_exported public import enum Faults.FaultKind
@_exported public import enum Files.FileFault
@_exported public import struct Files.SystemError
@_exported public import enum JSON.JSONFault
@_exported public import struct JSON.JSONObject
@_exported public import enum JSON.JSONValue
@_exported public import class Kernels.Cancellation
@_exported public import enum Kernels.GEMMBackend
@_exported public import enum Kernels.KernelFault
@_exported public import enum Kernels.Precision
@_exported public import struct Memory.OutOfMemory
@_exported public import struct Quantization.ActivationStatistics
@_exported public import struct Quantization.ChannelStatistics
@_exported public import enum Quantization.QuantizableLayer
@_exported public import struct Quantization.QuantizationPlan
@_exported public import enum Subnet.Activation
@_exported public import struct Subnet.Architecture
@_exported public import enum Subnet.AttentionWindow
@_exported public import struct Subnet.ConvLayer
@_exported public import enum Subnet.ExtractorMode
@_exported public import enum Subnet.LightHuBERTVersion
@_exported public import struct Subnet.ModelConfig
@_exported public import struct Subnet.MultiplyAccumulates
@_exported public import struct Subnet.ParameterCount
@_exported public import struct Subnet.SearchSpace
@_exported public import enum Subnet.SubnetFault
@_exported public import enum Subnet.TensorProblem
@_exported public import struct Subnet.Violation
@_exported public import enum SubnetFile.HeaderPart
@_exported public import enum SubnetFile.Int8Problem
@_exported public import struct SubnetFile.Provenance
@_exported public import enum SubnetFile.StoredElementType
@_exported public import enum SubnetFile.SubnetFileFault
@_exported public import struct SubnetFile.SubnetSummary
@_exported public import enum SubnetFile.TensorEncoding
@_exported public import struct SubnetFile.TensorEntry
@_exported public import struct SubnetFile.WeightError
@_exported public import enum SubnetFile.WeightsChoice
@_exported public import enum Tensors.ElementType
