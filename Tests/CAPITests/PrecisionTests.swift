import CLightHuBERT
import LHTestSupport
import LightHuBERT
import Testing

/// Number formats of products, chosen by C programs.
@Suite struct PrecisionTests {
  private static let precisions: [(code: Int, precision: Precision)] = [
    (LH_PRECISION_F32, .f32), (LH_PRECISION_BF16, .bf16), (LH_PRECISION_INT8, .int8),
    (LH_PRECISION_INT8_MIXED, .int8Mixed),
  ]

  @Test(arguments: precisions)
  func aPrecisionIsTheLibrarys(_ code: Int, _ precision: Precision) throws {
    let context = try CContext(CModel(precision: code))
    #expect(try context.model.precision() == code)
    let samples = goldenSamples("frames-2")
    let model = try Model(
      contentsOf: Fixture.path("versions/v1-tiny-min.lhb"), options: RuntimeOptions(precision: precision))
    #expect(try context.run(samples) == model.features(of: samples).values)
  }

  @Test func withoutAnErrorItIsFloat32() throws {
    #expect(try CModel().precision() == LH_PRECISION_F32)
  }

  @Test(arguments: [1e-6, 0.01, 0.03, 1] as [Float])
  func theErrorChoosesAsTheLibraryDoes(_ maxError: Float) throws {
    let model = try CModel(maxError: maxError)
    let expected = try Model(
      contentsOf: Fixture.path("versions/v1-tiny-min.lhb"), options: RuntimeOptions(maxError: Double(maxError)))
    let code = try model.precision()
    #expect(Self.precisions.first { $0.code == code }?.precision == expected.precision)
    var json: UnsafePointer<CChar>?
    try succeed { lh_model_description(model.handle, &json, $0) }
    #expect(String(cString: try #require(json)) == expected.descriptionJSON)
  }

  @Test func aStructOfTheFirstVersionMeansFloat32() throws {
    // What was compiled when the struct ended before `precision` may have anything behind it.
    var options = lh_model_options()
    options.struct_size = 24
    options.precision = 77
    options.max_error = .nan
    var handle: OpaquePointer?
    try succeed { lh_model_open(Fixture.path("versions/v1-tiny-min.lhb"), &options, &handle, $0) }
    #expect(try CModel(handle: handle).precision() == LH_PRECISION_F32)
  }
}
