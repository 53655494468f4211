/** What a controller may ask of a host: one sealed family per feature of the agent. */
package berth.protocol.command;
