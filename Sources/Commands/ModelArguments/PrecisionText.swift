public import ArgumentParser
import LHCommandSupport
import LHRuntime

/// What the programs say about the number formats of products, in words.
public enum PrecisionText {
  /// Help of `--precision`.
  public static let help = ArgumentHelp(
    "Number format of the products with weights.",
    discussion: "auto is f32 unless --max-error allows an error, then the fastest that stays within it.",
    valueName: "format")

  /// Help of `--max-error`.
  static let maxErrorHelp = ArgumentHelp(
    "The relative error of the last hidden state that auto may make, such as 0.03.",
    discussion: "Measured against f32 with the same weights, on a built-in second like speech.",
    valueName: "ratio")

  /// The error that an argument of `--max-error` allows.
  static func maxError(argument: String) throws -> Double {
    guard let ratio = Double(argument), ratio > 0, ratio <= 1 else {
      throw ValidationError("expected a number above 0 and up to 1, such as 0.03")
    }
    return ratio
  }

  /// What was tried, and what came of it.
  static func choice(of precision: String, among trials: [PrecisionTrial], within maxError: Double) -> String {
    let errors = trials.map { "\($0.precision.rawValue) \(Formatting.ratio($0.relativeError))" }
      .joined(separator: ", ")
    return "--precision auto is \(precision); relative errors: \(errors), allowed: \(maxError)"
  }

  /// That a precision is computed without the instructions that make it fast.
  static func missing(_ instructions: [String], for precision: String, instructionSet: String) -> String {
    "\(precision) without \(instructions.joined(separator: " and ")), which this processor lacks or LHB_ISA forbids "
      + "(\(instructionSet)): the results are the same, only slower"
  }
}
