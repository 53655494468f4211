/**
 * Output and input of one running command. Either side sends a chunk only as far as the other has
 * given credit, so that a slow reader slows the writer and nothing piles up between them.
 */
package berth.protocol.stream;
