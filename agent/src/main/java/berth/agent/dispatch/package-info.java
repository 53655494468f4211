/**
 * Sorts accepted commands into lanes and hands each to the feature that performs it: a worker
 * verticle that listens at an address of its own. The features see a {@link
 * berth.agent.dispatch.Job} and nothing of how commands come in or replies go out.
 */
package berth.agent.dispatch;
