import Glibc

/// Makes a system call again as long as a signal interrupts it, and returns what it returned. A program that handles
/// signals may have asked for calls to be interrupted, and then even opening a file can be, on a network.
package func retryingInterrupted(_ call: () -> Int32) -> Int32 {
  while true {
    let result = call()
    if result >= 0 || errno != EINTR { return result }
  }
}
