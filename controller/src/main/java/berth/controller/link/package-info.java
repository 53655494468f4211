/**
 * The link with the agents: the only package of the controller that knows topics and MQTT. What
 * comes in is decoded, handed to those it concerns, and acknowledged once that is durable; what
 * goes out is encoded and given to the broker.
 */
package berth.controller.link;
