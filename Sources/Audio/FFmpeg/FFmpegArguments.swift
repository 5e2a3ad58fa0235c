extension FFmpeg {
  /// The arguments that make ffmpeg decode its standard input and write it as float32 in AU.
  ///
  /// It is given no file name and may open nothing but what stands at its standard input: formats that name other
  /// files, such as playlists, are not on the list, nor are protocols of the network. AU has the shortest header that
  /// tells the sampling rate, the number of channels and float32, and needs no size.
  ///
  /// - Parameters:
  ///   - isSeekable: Whether standard input is a regular file. It is opened again by its name in /proc then, since the
  ///     protocol of pipes never seeks, and MP4 files often have their table of contents at the end.
  ///   - maxSeconds: ffmpeg stops a second later by itself.
  static func arguments(isSeekable: Bool, maxSeconds: Double) -> [String] {
    let url = isSeekable ? fileURL : pipeURL
    return [
      // "-nostdin": standard input is sound and no keyboard.
      "-nostdin", "-hide_banner", "-nostats", "-loglevel", "error",
      // No single allocation is larger, whatever a header says. Threads would take memory each.
      "-max_alloc", "\(1 << 28)", "-threads", "1",
      "-protocol_whitelist", isSeekable ? "file" : "pipe", "-format_whitelist", formats.joined(separator: ","),
      // Checksums are compared, where there are any; "-xerror" would also refuse a last packet that is short, as WAV
      // streams have it.
      "-err_detect", "crccheck", "-i", url,
      "-map", "0:a:0", "-af", "asetpts=N/SR/TB", "-vn", "-sn", "-dn", "-map_metadata", "-1", "-fflags", "+bitexact",
      "-t", "\(wholeSeconds(maxSeconds) + 1)", "-c:a", "pcm_f32be", "-f", "au", "pipe:1",
    ]
  }

  static let fileURL = "file:/proc/self/fd/0"
  static let pipeURL = "pipe:0"

  /// ffmpeg's names of the formats that recordings come in. A name that a version does not know does no harm. Whatever
  /// opens further files or addresses must never be here: concat, dash, hls, image2, imf, rtsp, sdp, vobsub and the
  /// like.
  private static let formats = [
    "aa", "aac", "ac3", "ac4", "aiff", "amr", "ape", "asf", "au", "avi", "caf", "dsf", "dts", "dtshd", "dv", "eac3",
    "flac", "flv", "gxf", "iff", "ircam", "loas", "matroska", "mov", "mp3", "mpc", "mpc8", "mpeg", "mpegts", "mxf",
    "nistsphere", "nut", "ogg", "oma", "qcp", "rm", "shn", "sox", "tak", "truehd", "tta", "voc", "w64", "wav",
    "wtv", "wv", "xwma",
  ]

  /// ffmpeg takes times up to 2^63 microseconds.
  private static func wholeSeconds(_ seconds: Double) -> Int { Int(min(seconds.rounded(.up), 1e9)) }
}
