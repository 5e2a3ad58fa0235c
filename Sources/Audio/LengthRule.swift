/// The one rule for lengths: what headers state and what was decoded are compared in frames, whatever the format.
enum LengthRule {
  /// What there is to say of a sound that was decoded to its end. Throws when there is less than was stated, or
  /// decoding ended before the end, unless that is allowed.
  static func remarks(
    on decoder: any SoundDecoder, frameCount: Int, sampleRate: Int, name: String, allowsTruncated: Bool
  ) throws(AudioFault) -> [AudioRemark] {
    func seconds(_ frames: Int) -> Double { Double(frames) / Double(sampleRate) }
    var promised: Int?
    var slack = 0
    if case .frames(let count, let some) = decoder.promise { (promised, slack) = (count, some) }
    let isShort = promised.map { frameCount < $0 - slack } ?? false
    if decoder.interruption != nil || isShort {
      let reason = decoder.interruption ?? decoder.shortfallCause ?? ""
      guard allowsTruncated else {
        throw .cutShort(
          name: name, frameCount: frameCount, promised: promised, sampleRate: sampleRate, reason: reason)
      }
      return [.cutShort(seconds: seconds(frameCount), stated: promised.map(seconds), reason: reason)]
    }
    if let promised, frameCount > promised + slack {
      return [.longerThanStated(seconds: seconds(frameCount), stated: seconds(promised))]
    }
    if decoder.promise == .unknown { return [.unstatedLength(seconds: seconds(frameCount))] }
    if decoder.lacksEnd { return [.lacksEnd(seconds: seconds(frameCount))] }
    return []
  }
}
