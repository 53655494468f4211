/**
 * The picture of the fleet: hosts, their containers and images as the hosts last told, and the log
 * of what happened. The picture lives in memory and is rebuilt from what the hosts' state topics
 * retain; only which hosts there are and the log are in the database.
 */
package berth.controller.fleet;
