/** The agent's own page for Prometheus and for whoever asks how it is; it takes no commands. */
package berth.agent.http;
