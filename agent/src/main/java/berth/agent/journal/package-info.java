/**
 * What the agent remembers across its own death, in one file: the commands that it accepted, the
 * replies that it gave, and the messages that the broker has not acknowledged. What belongs
 * together is committed together, so that a crash never leaves one without the other.
 */
package berth.agent.journal;
