/**
 * Takes commands in. What the broker is told to forget is in the journal first, and each message is
 * answered or counted: none is dropped in silence.
 */
package berth.agent.inbox;
