public import CLightHuBERT

/// Cuts a subnet out of a checkpoint.
@c @implementation
public func lh_extract(
  _ checkpointPath: UnsafePointer<CChar>?, _ architecture: UnsafePointer<CChar>?,
  _ outputPath: UnsafePointer<CChar>?, _ options: UnsafePointer<lh_extract_options>?,
  _ error: UnsafeMutablePointer<lh_error>?
) -> lh_status {
  report(to: error) { () throws(CallFault) in
    _ = try text(checkpointPath, "checkpoint_path", limit: LH_MAX_PATH_LENGTH)
    _ = try text(architecture, "architecture", limit: LH_MAX_ARCHITECTURE_LENGTH)
    _ = try text(outputPath, "output_path", limit: LH_MAX_PATH_LENGTH)
  }
}
