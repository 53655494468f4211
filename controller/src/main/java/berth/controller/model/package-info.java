/**
 * What the controller tells about the fleet: records that the API writes as JSON and the command
 * line reads again. They know the protocol's values and nothing of databases, MQTT or HTTP.
 */
package berth.controller.model;
