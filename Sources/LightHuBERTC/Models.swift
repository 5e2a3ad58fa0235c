public import CLightHuBERT
import LightHuBERT

/// Ends a model's handle.
@c @implementation
public func lh_model_close(_ model: OpaquePointer?) -> lh_status { 2 }
