public import ArgumentParser

/// On or off.
public enum Switch: String, ExpressibleByArgument, CaseIterable {
  case on, off
}
