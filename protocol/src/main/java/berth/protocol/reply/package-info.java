/** How a host answers a command. */
package berth.protocol.reply;
