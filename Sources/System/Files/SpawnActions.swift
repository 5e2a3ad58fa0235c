package import Glibc
import LHSystemC

/// Has all descriptors from `lowest` on closed in a program that is to be started with `actions`: those that others of
/// this process opened, too.
package func closeDescriptors(from lowest: Int32, in actions: inout posix_spawn_file_actions_t) {
  _ = cfiles_close_from(&actions, lowest)
}
