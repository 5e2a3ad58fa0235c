// Whoever imports LHRuntime names and uses these types without a second import. A typealias would not do: members of a
// type are visible only where the module that declares them is imported, or exported again as here. Only what belongs
// to the interface is listed, so that the modules' other types stay out of the way.

@_exported public import struct LHConfiguration.ConvLayer
@_exported public import struct LHConfiguration.Violation
@_exported public import enum LHJSON.JSONFault
@_exported public import struct LHJSON.JSONObject
@_exported public import enum LHJSON.JSONValue
@_exported public import class LHKernels.Cancellation
@_exported public import enum LHKernels.GEMMBackend
@_exported public import enum LHKernels.KernelFault
@_exported public import enum LHKernels.Precision
@_exported public import enum LHModel.Activation
@_exported public import enum LHModel.AttentionBias
@_exported public import struct LHModel.AttentionShape
@_exported public import enum LHModel.AttentionWindow
@_exported public import enum LHModel.ConvolutionNorm
@_exported public import struct LHModel.ConvolutionShape
@_exported public import enum LHModel.EncoderPart
@_exported public import struct LHModel.EncoderShape
@_exported public import struct LHModel.GatedRelativeBias
@_exported public import struct LHModel.LayerShape
@_exported public import enum LHModel.ModelFamily
@_exported public import enum LHModel.ModuleRole
@_exported public import struct LHModel.MultiplyAccumulates
@_exported public import enum LHModel.NormPlacement
@_exported public import struct LHModel.ParameterCount
@_exported public import struct LHModel.PositionShape
@_exported public import enum LHModel.TensorRole
@_exported public import enum LHSubnetFile.HeaderPart
@_exported public import enum LHSubnetFile.Int8Problem
@_exported public import struct LHSubnetFile.Provenance
@_exported public import enum LHSubnetFile.StoredElementType
@_exported public import enum LHSubnetFile.SubnetFileFault
@_exported public import enum LHSubnetFile.TensorEncoding
@_exported public import struct LHSubnetFile.TensorEntry
@_exported public import struct LHSupernet.Architecture
@_exported public import enum LHSupernet.ExtractorMode
@_exported public import enum LHSupernet.LightHuBERTVersion
@_exported public import struct LHSupernet.ModelConfig
@_exported public import enum LHSupernet.SubnetFault
@_exported public import protocol LHSystem.Fault
@_exported public import enum LHSystem.FaultKind
@_exported public import enum LHSystem.FileFault
@_exported public import struct LHSystem.OutOfMemory
@_exported public import struct LHSystem.SystemError
@_exported public import enum LHTensors.ElementType
