/** What makes a container another one than the image or the container it was copied from. */
package berth.agent.container.identity;
