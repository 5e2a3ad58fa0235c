/// A format that is not read, recognised by its first bytes: its name in the words of people, and the way on.
struct ForeignFormat {
  /// With an article where one belongs, to stand behind "is".
  let name: String
  let remedy: AudioFault.Remedy

  /// Bytes from the beginning that are looked at.
  static let signatureLength = 512

  /// Nil when the bytes are those of no format that is known here.
  init?(_ first: [UInt8]) {
    guard
      let found = ForeignFormat.media(first) ?? ForeignFormat.movie(first) ?? ForeignFormat.riff(first)
        ?? ForeignFormat.text(first) ?? ForeignFormat.other(first)
    else { return nil }
    (name, remedy) = found
  }

  /// What bytes look like that are no format that is known here.
  static func description(of first: [UInt8]) -> String {
    if first.isEmpty { return "ends in what stands in front of the sound" }
    if first.allSatisfy({ $0 == 0 }) { return "begins with zeros, as an unfinished download does" }
    let isText = first.allSatisfy { $0 >= 0x20 && $0 < 0x7f || (9...13).contains($0) || $0 >= 0x80 }
    // The last character may be cut.
    if isText, (0...3).contains(where: { String(validating: first.dropLast($0), as: UTF8.self) != nil }) {
      return "begins like text"
    }
    let bytes = first.prefix(4).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
    return "begins with the bytes \(bytes), which are those of no format that is known here"
  }

  // MARK: Sound and video

  private typealias Found = (name: String, remedy: AudioFault.Remedy)

  private static func media(_ first: [UInt8]) -> Found? {
    // AAC frames have the first twelve bits of MPEG frames, and a layer that those do not have.
    if first.count > 6, first[0] == 0xff, first[1] & 0xf6 == 0xf0 { return ("AAC (ADTS)", .ffmpeg) }
    // Eleven bits, and the first of a length.
    if first.count > 6, first[0] == 0x56, first[1] & 0xe0 == 0xe0 { return ("AAC (LATM)", .ffmpeg) }
    // Packets of 188 bytes, and with a time in front of each.
    if first.count > 396, first[0] == 0x47 && first[188] == 0x47 || first[4] == 0x47 && first[196] == 0x47 {
      return ("a video or broadcast (MPEG transport stream)", .ffmpeg)
    }
    if first.starts(with: [0x1a, 0x45, 0xdf, 0xa3]) {
      return (contains("webm", first) ? "WebM" : "Matroska (MKV, MKA)", .ffmpeg)
    }
    return signatures.first { first.starts(with: $0.start) }.map { ($0.name, $0.remedy) }
  }

  private static let signatures: [(start: [UInt8], name: String, remedy: AudioFault.Remedy)] =
    [
      ([0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11], "Windows Media (WMA, WMV, ASF)"),
      ([0, 0, 1, 0xba], "a video (MPEG program stream)"), ([0, 0, 1, 0xb3], "a video (MPEG)"),
      ([0x06, 0x0e, 0x2b, 0x34], "a video (MXF)"), ([0x1f, 0x07, 0], "a video (DV)"),
      ([0x0b, 0x77], "AC-3 (Dolby Digital)"), ([0x7f, 0xfe, 0x80, 0x01], "DTS"),
      ([2] + Array("dss".utf8), "DSS (Olympus dictation)"), ([3] + Array("ds2".utf8), "DSS Pro (Olympus dictation)"),
    ].map { ($0.0, $0.1, .ffmpeg) }
    + [
      ("#!AMR-WB", "AMR-WB (wideband telephone speech)"), ("#!AMR", "AMR (telephone speech)"), ("ADIF", "AAC (ADIF)"),
      ("FLV", "a Flash video (FLV)"), (".RMF", "RealMedia"), (".ra", "RealAudio"), ("wvpk", "WavPack"),
      ("MAC ", "Monkey's Audio (APE)"), ("TTA1", "True Audio (TTA)"), ("MPCK", "Musepack"), ("MP+", "Musepack"),
      ("tBaK", "TAK"), ("OFR ", "OptimFROG"), ("DSD ", "DSD (DSF)"), ("FRM8", "DSD (DSDIFF)"), ("ajkg", "Shorten"),
      ("Creative Voice", "VOC (Creative Labs)"), ("FWS", "a Flash film (SWF)"), ("CWS", "a Flash film (SWF)"),
      ("ZWS", "a Flash film (SWF)"), ("#!iLBC", "iLBC (telephone speech)"), ("#!EVS", "EVS (telephone speech)"),
    ].map { (Array($0.0.utf8), $0.1, .ffmpeg) }
    + [
      (Array(" paf".utf8), "PAF (Ensoniq PARIS)"), (Array("fap ".utf8), "PAF (Ensoniq PARIS)"),
      (Array("Extended Ins".utf8), "XI (FastTracker 2)"), (Array("2BIT".utf8), "AVR (Audio Visual Research)"),
      (Array("PVF1".utf8), "PVF (Portable Voice Format)"), (Array("ALawSoundFil".utf8), "WVE (Psion Series 3)"),
      ([0x64, 0xa3], "SF (IRCAM)"), ([0, 0x01, 0xa3, 0x64], "SF (IRCAM)"), ([0, 0x02, 0xa3, 0x64], "SF (IRCAM)"),
      ([0xf0, 0x7e], "SDS (MIDI sample dump)"), ([1, 4], "MPC (Akai MPC 2000)"),
      (Array("#!SILK".utf8), "SILK (a messenger's voice message)"),
      ([2] + Array("#!SILK".utf8), "SILK (a messenger's voice message)"),
      (Array("MATLAB 5".utf8), "MAT5 (Matlab)"), ([0, 0, 0x03, 0xe8, 0, 0, 0, 1], "MAT4 (Matlab)"),
      ([0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0], "MAT4 (Matlab)"), (Array("MThd".utf8), "MIDI (notes, not sound)"),
    ].map { ($0.0, $0.1, .convert) }

  /// The family of MPEG-4: boxes, of which the first is usually "ftyp" with a brand.
  private static func movie(_ first: [UInt8]) -> Found? {
    guard first.count >= 12 else { return nil }
    let box = String(decoding: first[4..<8], as: UTF8.self)
    if ["moov", "mdat", "wide", "pnot", "free", "skip", "styp", "moof"].contains(box) {
      return ("a QuickTime or MPEG-4 file", .ffmpeg)
    }
    guard box == "ftyp" else { return nil }
    let brand = String(decoding: first[8..<12], as: UTF8.self)
    switch brand.prefix(3) {
    case "M4A", "M4B", "M4P": return ("M4A (MPEG-4 audio: AAC or ALAC)", .ffmpeg)
    case "qt ": return ("a QuickTime file (MOV)", .ffmpeg)
    case "3gp", "3g2": return ("3GP (a telephone's recording or video)", .ffmpeg)
    case "hei", "hev", "mif", "avi": return ("a picture (HEIF, AVIF)", noSound)
    default: return ("MP4 (MPEG-4: a video, or sound in AAC)", .ffmpeg)
    }
  }

  /// What else begins as WAV and AIFF do.
  private static func riff(_ first: [UInt8]) -> Found? {
    let form = String(decoding: first.dropFirst(8).prefix(4), as: UTF8.self)
    if first.starts(with: "FORM".utf8) {
      return ["8SVX", "16SV"].contains(form) ? ("IFF (Amiga)", .convert) : nil
    }
    guard first.count >= 12, ["RIFF", "RIFX"].contains(where: { first.starts(with: $0.utf8) }) else { return nil }
    switch form {
    case "AVI ": return ("a video (AVI)", .ffmpeg)
    case "XWMA": return ("xWMA (Windows Media)", .ffmpeg)
    case "WEBP": return ("a picture (WebP)", noSound)
    default: return ("RIFF of another kind than WAVE", .ffmpeg)
    }
  }

  // MARK: No sound

  private static let noSound = AudioFault.Remedy.advice("name a sound file")

  private static func text(_ first: [UInt8]) -> Found? {
    // Marks of UTF-8 and UTF-16, and of the latter the zeros.
    let start = first.prefix(160).filter { $0 != 0 }.drop {
      [0xef, 0xbb, 0xbf, 0xff, 0xfe, 9, 10, 13, 32].contains($0)
    }
    .prefix(64)
    let text = String(decoding: start, as: UTF8.self).lowercased()
    func begins(_ words: String...) -> Bool { words.contains { text.hasPrefix($0) } }
    if begins("version https://git-lfs", "version https://hawser") {
      return ("a Git LFS pointer, not the file that it stands for", .advice("fetch that with git lfs pull"))
    }
    if begins("<!doctype html", "<html", "<head", "<body", "<!--", "<title", "<meta", "<script", "<div", "<style") {
      return ("a web page (HTML)", .advice("download the file itself: its address may want a login, or be wrong"))
    }
    if begins("<?xml", "<!doctype", "<error") {
      return ("XML", .advice("download the file itself: this may be a server's message of an error"))
    }
    if begins("/annex/objects", "../.git/annex", ".git/annex") {
      return ("a git-annex pointer, not the file that it stands for", .advice("fetch that with git annex get"))
    }
    if begins("#extm3u", "[playlist]", "#extinf", "<asx") {
      return ("a playlist", .advice("name the sound files that it lists"))
    }
    if begins("{\\rtf") { return ("a text (RTF)", noSound) }
    if begins("{\"", "{ \"", "{}", "{\n", "{\r", "[{", "[\"", "[\n") {
      return ("JSON", .advice("name a sound file: this may be a server's message of an error"))
    }
    return nil
  }

  private static func other(_ first: [UInt8]) -> Found? {
    if first.dropFirst(257).starts(with: "ustar".utf8) { return archive("tar") }
    return others.first { first.starts(with: $0.start) }.map { ($0.name, $0.remedy) }
  }

  private static func archive(_ kind: String) -> Found {
    ("an archive (\(kind))", .advice("unpack it, and name the sound files in it"))
  }

  private static let others: [(start: [UInt8], name: String, remedy: AudioFault.Remedy)] =
    [
      (Array("PK".utf8) + [3, 4], "zip"), (Array("PK".utf8) + [5, 6], "zip"), ([0x1f, 0x8b], "gzip"),
      ([0xfd] + Array("7zXZ".utf8), "xz"),
      (Array("BZh".utf8), "bzip2"), ([0x28, 0xb5, 0x2f, 0xfd], "Zstandard"), ([0x37, 0x7a, 0xbc, 0xaf], "7z"),
      (Array("Rar!".utf8), "RAR"),
    ].map { ($0.0, archive($0.1).name, archive($0.1).remedy) }
    + [
      (Array("%PDF".utf8), "a document (PDF)"), ([0x89] + Array("PNG".utf8), "a picture (PNG)"),
      ([0xff, 0xd8, 0xff], "a picture (JPEG)"), (Array("GIF8".utf8), "a picture (GIF)"),
      ([0x93] + Array("NUMPY".utf8), "a NumPy array"), ([0x7f] + Array("ELF".utf8), "a program (ELF)"),
      ([0x89] + Array("LHB".utf8), "a subnet file (.lhb)"), ([0x80, 2], "a Python pickle"),
      ([0x80, 3], "a Python pickle"),
      ([0x80, 4], "a Python pickle"), ([0x80, 5], "a Python pickle"),
      (Array("DKIF".utf8), "a video without sound (IVF)"),
    ].map { ($0.0, $0.1, noSound) }

  private static func contains(_ text: String, _ bytes: [UInt8]) -> Bool {
    let wanted = Array(text.utf8)
    return bytes.indices.dropLast(wanted.count - 1).contains { bytes[$0...].starts(with: wanted) }
  }
}
