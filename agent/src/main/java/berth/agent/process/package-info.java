/**
 * Programs: on the host by argument vector, and inside containers with our pipes, their exact end,
 * and no more output in memory than somebody takes.
 */
package berth.agent.process;
