import Glibc

/// Whether two paths lead to one file; false when either leads nowhere.
public func isSameFile(_ first: String, _ second: String) -> Bool {
  var (left, right) = (stat(), stat())
  guard stat(first, &left) == 0, stat(second, &right) == 0 else { return false }
  return left.st_dev == right.st_dev && left.st_ino == right.st_ino
}

/// Whether something has that name, if only a link that leads nowhere: that is an error and no missing file.
public func isThere(_ path: String) -> Bool {
  var status = stat()
  return lstat(path, &status) == 0
}
