/**
 * Containers: made, started, stopped and removed as plain machines of systemd's, and watched, those
 * of Berth's and those made by hand.
 */
package berth.agent.container;
