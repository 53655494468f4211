/**
 * Operations: written down before anything is sent, followed until every host has told its outcome,
 * and kept for asking afterwards. Knows the database through {@code store} and the hosts through
 * interfaces of its own; nothing of MQTT or HTTP.
 */
package berth.controller.operation;
