/**
 * The kernel's calls that the JDK lacks, over the foreign function interface: file descriptors that
 * are owned and passed on, local sockets, pipes, epoll, another thread identity. Everything that is
 * raw memory or a bare number of a file descriptor stays in here.
 */
package berth.agent.linux;
