/**
 * What any HTTP API needs, whatever it is about: a table of routes, requests read and checked at
 * the edge, answers, and problem details. It exists so that the routes can speak of hosts and
 * containers alone.
 */
package berth.controller.api.http;
