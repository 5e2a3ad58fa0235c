/// What to do about files of other kinds, in words for a message.
enum Remedy {
  /// How weights are saved so that they are read here; `weights` is what gives them in Python.
  static func save(_ weights: String) -> String {
    #"torch.save({"cfg": {"model": {"encoder_layers": 12, ...}, "task": {"normalize": ...}}, "model": \#(weights)}, "#
      + #""model.pt")"#
  }
}
