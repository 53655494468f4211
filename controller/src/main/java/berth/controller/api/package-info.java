/**
 * The controller's face: its HTTP API under {@code /api/v1}. It turns requests into operations and
 * what the controller knows into JSON, and decides nothing itself. {@link
 * berth.controller.api.HttpApi} has the table of all routes.
 */
package berth.controller.api;
