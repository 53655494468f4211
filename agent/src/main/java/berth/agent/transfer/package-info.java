/** Bulk data on its way between this host and the controller, over HTTP and never over MQTT. */
package berth.agent.transfer;
