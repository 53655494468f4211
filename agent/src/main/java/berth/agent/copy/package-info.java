/**
 * Files on their way into containers and out of them. A container is hostile: whatever it does to
 * its own files meanwhile, nothing of the host's is read or written. See {@code
 * agent/decisions/0004-copy.md}.
 */
package berth.agent.copy;
