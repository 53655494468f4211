/** The process on each host: takes commands from its controller and reports what happened. */
package berth.agent;
