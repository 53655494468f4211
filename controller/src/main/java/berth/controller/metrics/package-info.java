/**
 * What the controller measures: itself, by Micrometer for Prometheus, and the hosts, whose pages of
 * metrics it hands on unread.
 */
package berth.controller.metrics;
