extension EncoderShape {
  /// What does not fit together, in words, one rule each; empty for a shape that can be computed at all.
  public var contradictions: [String] {
    var found: [String] = []
    func need(_ holds: Bool, _ what: @autoclosure () -> String) { if !holds { found.append(what()) } }

    need(!convolutions.isEmpty, "there is no convolution")
    var channels = 1
    for (index, one) in convolutions.enumerated() {
      need(
        min(one.channels, one.kernel, one.stride) > 0,
        "convolution \(index) has \(one.channels) channels, kernel \(one.kernel) and stride \(one.stride)")
      need(
        one.inputChannels == channels,
        "convolution \(index) takes \(one.inputChannels) channels and gets \(channels)")
      channels = one.channels
    }
    need(width > 0, "the hidden states have width \(width)")
    need(
      projectsFeatures || channels == width,
      "\(channels) channels are the hidden states of width \(width), without a projection")
    found += position?.contradictions(width: width) ?? []
    need(
      waveformEpsilon > 0 && waveformEpsilon.isFinite, "the waveform's variance has \(waveformEpsilon) added to it")
    for (index, layer) in layers.enumerated() {
      found += (layer.contradictions + layer.contradictions(with: attentionBias, width: width))
        .map { "layer \(index) has \($0)" }
      need(layer.adapterWidth == nil || normPlacement == .before, "layer \(index) has an adapter and norms behind")
    }
    need(sequenceMultiple > 0, "the sequence is rounded up to a multiple of \(sequenceMultiple)")
    need((finalProjection ?? 1) > 0, "the last hidden state is projected to width \(finalProjection ?? 1)")
    return found
  }
}

extension PositionShape {
  fileprivate func contradictions(width: Int) -> [String] {
    guard groups > 0, let last = layers.last else {
      return ["the position convolution has \(layers.count) layers and \(groups) groups"]
    }
    var found: [String] = []
    if kind != .layered && layers.count > 1 {
      found.append("a position convolution of one layer has \(layers.count)")
    }
    var channels = width
    for (index, layer) in layers.enumerated() {
      if layer.inputChannels != channels {
        found.append("position layer \(index) takes \(layer.inputChannels) channels and gets \(channels)")
      }
      if layer.inputChannels % groups != 0 || layer.outputChannels % groups != 0 || layer.kernel < 1 {
        found.append(
          "position layer \(index) has \(layer.inputChannels) and \(layer.outputChannels) channels in \(groups) "
            + "groups, and kernel \(layer.kernel)")
      }
      channels = layer.outputChannels
    }
    if last.outputChannels != width {
      found.append("the position convolution gives \(last.outputChannels) channels for hidden states of width \(width)")
    }
    return found
  }
}

extension LayerShape {
  fileprivate var contradictions: [String] {
    var found: [String] = []
    if let attention {
      if min(attention.heads, attention.headSize) < 1 {
        found.append("\(attention.heads) heads of size \(attention.headSize)")
      }
      if case .sliding(let size) = attention.window, size < 2 || size % 2 != 0 { found.append("a window of \(size)") }
    }
    if let feedForwardWidth, feedForwardWidth < 1 { found.append("an FFN of width \(feedForwardWidth)") }
    if let adapterWidth, adapterWidth < 1 { found.append("an adapter of width \(adapterWidth)") }
    return found
  }

  /// What does not fit to the attention bias.
  fileprivate func contradictions(with bias: AttentionBias, width: Int) -> [String] {
    guard let attention else { return [] }
    guard case .gatedRelative(let bias) = bias else {
      return attention.biasHeads == nil ? [] : ["heads of an attention bias that there is not"]
    }
    var found: [String] = []
    if bias.buckets < 4 || bias.buckets % 4 != 0 || bias.maxDistance <= bias.buckets / 4 || bias.heads < 1 {
      found.append(
        "an attention bias of \(bias.buckets) buckets up to a distance of \(bias.maxDistance) for \(bias.heads) heads")
    }
    let heads = attention.biasHeads ?? Array(0..<bias.heads)
    if heads.count != attention.heads || !zip(heads, heads.dropFirst()).allSatisfy(<)
      || !heads.allSatisfy((0..<bias.heads).contains)
    {
      found.append("\(attention.heads) heads, and the attention bias of \(heads.count) among \(bias.heads)")
    }
    if bias.heads * attention.headSize != width {
      found.append("gates of \(bias.heads) heads of size \(attention.headSize) for hidden states of width \(width)")
    }
    return found
  }
}
