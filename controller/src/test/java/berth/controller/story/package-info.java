/**
 * The whole story on real hosts: the launcher as a user calls it, a controller of its own, two lab
 * hosts with an agent each, and what must hold when one of them is killed in the middle.
 */
package berth.controller.story;
