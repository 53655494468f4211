/**
 * What the agent tells its controller: replies and events by one ordered outbox that outlives the
 * agent, the retained picture of the host, its presence, and the output of programs as it comes.
 */
package berth.agent.report;
