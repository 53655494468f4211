/**
 * Programs that run in containers for a command, and journals that are read for one: their output
 * goes out as it comes, as far as the controller has room for it, and never piles up here.
 */
package berth.agent.exec;
