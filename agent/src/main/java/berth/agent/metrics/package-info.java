/**
 * What Prometheus gets to see of this host: the agent, its containers and its pools. Figures of the
 * kernel are read when somebody asks for them, and only those that it gives: none is made up.
 */
package berth.agent.metrics;
