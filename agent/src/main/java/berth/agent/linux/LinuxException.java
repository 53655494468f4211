package berth.agent.linux;

import java.io.IOException;

/** A system call failed; says which one, on what and with which error number (errno(3)). */
public final class LinuxException extends IOException {
  private static final long serialVersionUID = 1L;

  /** No such file. */
  public static final int ENOENT = 2;

  /** Interrupted by a signal. */
  public static final int EINTR = 4;

  /** Input or output error; of a terminal: nobody has its other end open. */
  public static final int EIO = 5;

  /** Too much of it. */
  public static final int E2BIG = 7;

  /** It would block. */
  public static final int EAGAIN = 11;

  /** Permission denied, also to root. */
  public static final int EACCES = 13;

  /** Something of that name is there. */
  public static final int EEXIST = 17;

  /** It would lead to another file system, or out of where it must stay. */
  public static final int EXDEV = 18;

  /** A part of the path is no directory. */
  public static final int ENOTDIR = 20;

  /** It is a directory. */
  public static final int EISDIR = 21;

  /** No room on the device. */
  public static final int ENOSPC = 28;

  /** Symbolic links that lead round and round, or where none may be. */
  public static final int ELOOP = 40;

  /** No such attribute. */
  public static final int ENODATA = 61;

  /** This file system can't do it. */
  public static final int EOPNOTSUPP = 95;

  /** Nobody reads the other end. */
  public static final int EPIPE = 32;

  /** Nobody listens on that socket. */
  public static final int ECONNREFUSED = 111;

  /** Of btrfs: the file system counts no quotas. */
  public static final int ENOTCONN = 107;

  /** What was found is not what was there a moment before. */
  public static final int ESTALE = 116;

  private final int errno;

  LinuxException(String what, int errno) {
    super(what + ": " + text(errno));
    this.errno = errno;
  }

  /** The failure that an error number tells. */
  public static LinuxException of(String what, int errno) {
    return new LinuxException(what, errno);
  }

  /** The error's number. */
  public int errno() {
    return errno;
  }

  private static String text(int errno) {
    return switch (errno) {
      case 1 -> "operation not permitted (EPERM)";
      case ENOENT -> "no such file or directory (ENOENT)";
      case 3 -> "no such process (ESRCH)";
      case EIO -> "input/output error (EIO)";
      case E2BIG -> "there is too much of it (E2BIG)";
      case 9 -> "bad file descriptor (EBADF)";
      case EAGAIN -> "it would block, or took too long (EAGAIN)";
      case EACCES -> "permission denied (EACCES)";
      case EEXIST -> "something of that name is there (EEXIST)";
      case EXDEV -> "it leads out of here (EXDEV)";
      case EISDIR -> "it is a directory (EISDIR)";
      case EOPNOTSUPP -> "the file system can't do it (EOPNOTSUPP)";
      case 122 -> "quota exceeded (EDQUOT)";
      case ENOTDIR -> "not a directory (ENOTDIR)";
      case 22 -> "invalid argument (EINVAL)";
      case 24 -> "too many open files (EMFILE)";
      case ENOSPC -> "no space left on the device (ENOSPC)";
      case 30 -> "the file system is read-only (EROFS)";
      case EPIPE -> "nobody reads the other end (EPIPE)";
      case ELOOP -> "too many symbolic links (ELOOP)";
      case 104 -> "connection reset (ECONNRESET)";
      case ENOTCONN -> "not connected (ENOTCONN)";
      case ECONNREFUSED -> "connection refused (ECONNREFUSED)";
      case ESTALE -> "it was moved meanwhile (ESTALE)";
      default -> "error " + errno;
    };
  }
}
