import Glibc

/// Whether two paths lead to one file; false when either leads nowhere.
public func isSameFile(_ first: String, _ second: String) -> Bool {
  var (left, right) = (stat(), stat())
  guard stat(first, &left) == 0, stat(second, &right) == 0 else { return false }
  return left.st_dev == right.st_dev && left.st_ino == right.st_ino
}
