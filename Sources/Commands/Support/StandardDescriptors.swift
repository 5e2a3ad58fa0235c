import Glibc

/// Fills the places of standard input, output and error when the program was started without them.
///
/// The next file that is opened would take such a place, and a message would be written into the model or the features.
/// What fills it cannot be used the way that it would be, so that each use is an error, as if it were closed still.
func fillStandardDescriptors() {
  for (descriptor, mode) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)]
  where fcntl(descriptor, F_GETFD) < 0 && errno == EBADF {
    // The lowest one that is free, which is this one, as those before it are filled.
    _ = open("/dev/null", mode)
  }
}
